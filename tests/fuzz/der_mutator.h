// Mutates DER as DER: elements are retagged, dropped, repeated, moved or filled with new content,
// and the lengths around them are corrected, so that a mutant gets past the outermost header. Pure,
// except for libFuzzer's random numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mtls::fuzz {

/// One element. Bytes that do not parse as elements stay bytes.
struct Element {
  unsigned char tag = 0;
  std::vector<unsigned char> bytes;  // the content, without children
  std::vector<Element> children;
};

std::vector<Element> parse_der(const std::uint8_t* data, std::size_t size);
std::vector<unsigned char> to_der(const std::vector<Element>& elements);

}  // namespace mtls::fuzz
