// Memory for bytes that may be secret: it lies on pages of its own, stays out of core dumps and is
// wiped before it is returned. Does not know what is stored in it.
#pragma once

#include <cstddef>

namespace mtls::base {

/// At least `size` zeroed bytes. Throws std::bad_alloc.
void* take_pages(std::size_t size);
/// Wipes and unmaps what take_pages() returned; `size` is the size it was called with.
void wipe_and_return_pages(void* pages, std::size_t size);

/// For standard containers: CleansingAllocator<char> makes a vector<char> that wipes itself.
template <class T>
struct CleansingAllocator {
  using value_type = T;
  CleansingAllocator() = default;
  template <class U>
  explicit CleansingAllocator(const CleansingAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(take_pages(n * sizeof(T))); }
  void deallocate(T* p, std::size_t n) { wipe_and_return_pages(p, n * sizeof(T)); }
  bool operator==(const CleansingAllocator&) const { return true; }
};

}  // namespace mtls::base
