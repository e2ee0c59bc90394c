// Unpacks gzip with zlib, for tests.
#pragma once

#include <string>
#include <string_view>

namespace mtls::testing {

/// Throws unless `bytes` are exactly one whole gzip member: checksum and length right, nothing
/// behind it.
std::string gunzip(std::string_view bytes);

}  // namespace mtls::testing
