#include "pki/memory.h"

#include <openssl/crypto.h>

#include <cstdlib>

#include "base/shortage.h"

namespace mtls::pki {

namespace {

TryAgain try_again = nullptr;

template <class Allocate>
void* allocate(std::size_t bytes, const Allocate& once) {
  void* memory = once();
  if (bytes == 0) return memory;
  while (memory == nullptr && try_again()) memory = once();
  if (memory == nullptr) base::note(base::Shortage::kMemory);
  return memory;
}

}  // namespace

void note_openssl_shortages(TryAgain decide) {
  try_again = decide;
  CRYPTO_set_mem_functions([](std::size_t bytes, const char*,
                              int) { return allocate(bytes, [=] { return std::malloc(bytes); }); },
                           [](void* old, std::size_t bytes, const char*, int) -> void* {
                             return allocate(bytes, [=] { return std::realloc(old, bytes); });
                           },
                           [](void* memory, const char*, int) { std::free(memory); });
}

}  // namespace mtls::pki
