// Unpacks gzip with zlib, for tests.
#pragma once

#include <string>
#include <string_view>

namespace mtls::testing {

/// Throws unless `bytes` are exactly one complete gzip member with the right checksum and length,
/// and nothing after it.
std::string gunzip(std::string_view bytes);

}  // namespace mtls::testing
