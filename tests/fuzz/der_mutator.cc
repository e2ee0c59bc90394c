#include "tests/fuzz/der_mutator.h"

#include <algorithm>
#include <array>
#include <random>

#include "tests/support/der.h"

// libFuzzer gives these names.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
// NOLINTEND(readability-identifier-naming)

namespace mtls::fuzz {
namespace {

using Dice = std::minstd_rand;

constexpr int kMaxDepth = 32;

struct Header {
  unsigned char tag = 0;
  std::size_t begin = 0;  // begin of the content
  std::size_t size = 0;
};

// false: no element begins here, or it does not end inside the bytes.
bool read_header(const std::uint8_t* data, std::size_t size, Header& header) {
  if (size < 2) return false;
  header = {.tag = data[0], .begin = 2, .size = data[1]};
  if (header.size >= 0x80) {
    const std::size_t digits = header.size & 0x7FU;
    if (digits == 0 || digits > 3 || size < 2 + digits) return false;
    header.size = 0;
    for (std::size_t i = 0; i < digits; ++i) header.size = (header.size << 8U) | data[2 + i];
    header.begin += digits;
  }
  return size - header.begin >= header.size;
}

bool parse(const std::uint8_t* data, std::size_t size, int depth, std::vector<Element>& elements) {
  while (size > 0) {
    Header header;
    if (depth > kMaxDepth || !read_header(data, size, header)) return false;
    Element element{.tag = header.tag, .bytes = {}, .children = {}};
    const std::uint8_t* content = data + header.begin;
    constexpr unsigned char kConstructed = 0x20;
    // An OCTET STRING may hold an extension's value.
    const bool may_nest = (header.tag & kConstructed) != 0 || header.tag == 0x04;
    if (!may_nest || !parse(content, header.size, depth + 1, element.children)) {
      element.children.clear();
      element.bytes.assign(content, content + header.size);
    }
    elements.push_back(std::move(element));
    data += header.begin + header.size;
    size -= header.begin + header.size;
  }
  return true;
}

void collect(std::vector<Element>& elements, std::vector<std::vector<Element>*>& lists) {
  if (!elements.empty()) lists.push_back(&elements);
  for (Element& element : elements) collect(element.children, lists);
}

void refill(Element& element) {
  if (!element.children.empty()) return;
  constexpr std::size_t kGrowth = 32;
  const std::size_t size = element.bytes.size();
  element.bytes.resize(size + kGrowth);
  element.bytes.resize(LLVMFuzzerMutate(element.bytes.data(), size, size + kGrowth));
}

unsigned char some_tag(Dice& dice) {
  constexpr std::array<unsigned char, 16> kTags{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13,
                                                0x14, 0x16, 0x17, 0x18, 0x1C, 0x1E, 0x30, 0x31};
  return kTags.at(dice() % kTags.size());
}

void change(std::vector<Element>& list, Dice& dice) {
  const auto at = list.begin() + static_cast<std::ptrdiff_t>(dice() % list.size());
  switch (dice() % 6) {
    case 0: at->tag = some_tag(dice); break;
    case 1: list.erase(at); break;
    case 2: list.insert(at, Element(*at)); break;
    case 3: std::swap(*at, list[dice() % list.size()]); break;
    default: refill(*at); break;
  }
}

}  // namespace

std::vector<Element> parse_der(const std::uint8_t* data, std::size_t size) {
  std::vector<Element> elements;
  if (parse(data, size, 0, elements)) return elements;
  return {};
}

std::vector<unsigned char> to_der(const std::vector<Element>& elements) {
  std::vector<unsigned char> out;
  for (const Element& element : elements) {
    const auto whole = testing::der::tlv(
        element.tag, element.children.empty() ? element.bytes : to_der(element.children));
    out.insert(out.end(), whole.begin(), whole.end());
  }
  return out;
}

}  // namespace mtls::fuzz

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  using namespace mtls::fuzz;
  Dice dice(seed);
  std::vector<Element> elements = parse_der(data, size);
  constexpr unsigned kPlain = 8;  // one mutant in this many is arbitrary bytes
  if (elements.empty() || dice() % kPlain == 0) return LLVMFuzzerMutate(data, size, max_size);
  for (unsigned changes = 1 + dice() % 3; changes > 0; --changes) {
    std::vector<std::vector<Element>*> lists;
    collect(elements, lists);
    if (lists.empty()) break;
    change(*lists[dice() % lists.size()], dice);
  }
  const std::vector<unsigned char> der = to_der(elements);
  if (der.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(der.begin(), der.end(), data);
  return der.size();
}
