// A number that the environment may replace: seeds and counts of random tests.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace mtls::testing {

/// `otherwise` when the environment has no such variable; 0 when it holds no number.
inline std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace mtls::testing
