// Ownership of objects of C libraries: each is freed once, by the function that its library names.
// Pure; knows no library.
#pragma once

#include <memory>

namespace mtls::base {

template <auto kFree>
struct FreedBy {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
/// Example: `Owned<X509, X509_free>`. The return value of kFree is dropped.
template <class T, auto kFree>
using Owned = std::unique_ptr<T, FreedBy<kFree>>;

}  // namespace mtls::base
