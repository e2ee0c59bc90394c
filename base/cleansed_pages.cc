#include "base/cleansed_pages.h"

#include <sys/mman.h>

#include <cstring>
#include <new>

namespace mtls::base {

void* take_pages(std::size_t size) {
  void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  ::madvise(pages, size, MADV_DONTDUMP);  // a kernel without this flag dumps the pages after all
  return pages;
}

void wipe_and_return_pages(void* pages, std::size_t size) {
  ::explicit_bzero(pages, size);
  ::munmap(pages, size);
}

}  // namespace mtls::base
