#include "pki/memory.h"

#include <openssl/crypto.h>

#include <cstdlib>

#include "base/shortage.h"

namespace mtls::pki {

void note_openssl_shortages() {
  CRYPTO_set_mem_functions(
      [](std::size_t bytes, const char*, int) { return base::noting_malloc(bytes); },
      [](void* old, std::size_t bytes, const char*, int) -> void* {
        return base::noting_realloc(old, bytes);
      },
      [](void* memory, const char*, int) { std::free(memory); });
}

}  // namespace mtls::pki
