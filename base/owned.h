// Objects of C libraries as C++ owns them: freed once, by the function their library names for it.
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
/// `Owned<X509, X509_free>`. kFree may return something, which is dropped.
template <class T, auto kFree>
using Owned = std::unique_ptr<T, FreedBy<kFree>>;

}  // namespace mtls::base
