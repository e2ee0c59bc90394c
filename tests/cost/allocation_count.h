// How often this program has asked for memory through operator new; OpenSSL and zlib do not.
#pragma once

#include <cstddef>

namespace mtls::cost {

std::size_t allocation_count();

}  // namespace mtls::cost
