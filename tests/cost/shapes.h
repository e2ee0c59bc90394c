// Files of 16 MiB that are made to cost as much as possible, each by one idea. They are written
// byte by byte, so that making one takes less time than reading it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mtls::cost {

/// The limit of audit::Limits for a file with certificates.
inline constexpr std::size_t kFileBytes = std::size_t{16} << 20U;

struct Shape {
  std::string name;
  std::function<std::string()> make;  // returns at most kFileBytes
};

/// Files of certificates whose keys are slow to read.
std::vector<Shape> key_shapes();
/// Files with certificates.
std::vector<Shape> certificate_shapes();
/// Files with revocation lists.
std::vector<Shape> crl_shapes();

/// Appends piece(0), piece(1), … until the file is full.
std::string filled(const std::function<std::string(std::uint64_t)>& piece);

}  // namespace mtls::cost
