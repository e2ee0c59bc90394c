// gzip to bytes, with a limit. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mtls::config::release {

/// The content of one gzip member (RFC 1952). nullopt: it is none, is cut, has bytes behind it, or
/// holds more than `limit` bytes.
std::optional<std::string> gunzip(std::string_view bytes, std::size_t limit);

}  // namespace mtls::config::release
