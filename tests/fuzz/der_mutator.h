// Changes DER as DER: elements are retagged, dropped, repeated, moved or filled anew, and the
// lengths around them stay right, so that a mutant gets past the outermost header. Pure but for the
// dice, which are libFuzzer's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mtls::fuzz {

/// One element; whatever does not parse as elements stays bytes.
struct Element {
  unsigned char tag = 0;
  std::vector<unsigned char> bytes;  // of one without children
  std::vector<Element> children;
};

std::vector<Element> parse_der(const std::uint8_t* data, std::size_t size);
std::vector<unsigned char> to_der(const std::vector<Element>& elements);

}  // namespace mtls::fuzz
