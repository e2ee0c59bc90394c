// Files of 16 MiB made to cost as much as they can, each by one idea. Pure; made byte by byte, so
// that making one takes less than reading it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace mtls::cost {

/// What audit::Limits takes for a file with certificates.
inline constexpr std::size_t kFileBytes = std::size_t{16} << 20U;

struct Shape {
  std::string name;
  std::function<std::string()> make;  // at most kFileBytes
};

/// Files of certificates whose keys take long to read.
std::vector<Shape> key_shapes();
/// Files with certificates.
std::vector<Shape> certificate_shapes();
/// Files with revocation lists.
std::vector<Shape> crl_shapes();

/// `piece`s by their number until the file is full.
std::string filled(const std::function<std::string(std::uint64_t)>& piece);

}  // namespace mtls::cost
