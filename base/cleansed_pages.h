// Memory for bytes that may be secret: on pages of its own, which no core dump has, and wiped
// before they go back. Knows nothing of what stands in it.
#pragma once

#include <cstddef>

namespace mtls::base {

/// At least `size` bytes, zero. Throws std::bad_alloc.
void* take_pages(std::size_t size);
/// `size` as it was taken.
void wipe_and_return_pages(void* pages, std::size_t size);

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
