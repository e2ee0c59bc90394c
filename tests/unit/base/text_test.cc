#include "base/text.h"

#include <array>
#include <catch2/catch.hpp>
#include <set>

using namespace mtls;
using base::sanitize;

TEST_CASE("text: sanitize leaves valid UTF-8 alone") {
  for (const std::string text :
       {"", "plain", "a b\"c\\d", "M\xC3\xBCller", "\xE2\x82\xAC", "\xF0\x9F\x94\x91"}) {
    CHECK(sanitize(text) == text);
  }
}

TEST_CASE("text: sanitize escapes bytes and characters that could hide or forge text") {
  struct Row {
    std::string bytes;
    std::string text;
  };
  const std::vector<Row> table{
      {std::string("a\0b", 3), "a\\x00b"},
      {"a\nb\r\t", "a\\x0Ab\\x0D\\x09"},
      {"\x1B[0m", "\\x1B[0m"},
      {"\x7F", "\\x7F"},
      {"\xC2\x85", "\\u{85}"},
      {"\xC2\xAD", "\\u{AD}"},
      {"\xE2\x80\x8B", "\\u{200B}"},
      {"\xE2\x80\xAE", "\\u{202E}"},
      {"\xE2\x81\xA6", "\\u{2066}"},
      {"\xEF\xBB\xBF", "\\u{FEFF}"},
      {"\xF3\xA0\x80\x81", "\\u{E0001}"},
      {"\xFF", "\\xFF"},
      {"\xC3", "\\xC3"},
      {"\xC3(", "\\xC3("},
      {"\xC0\xAF", "\\xC0\\xAF"},
      {"\xE0\x80\xAF", "\\xE0\\x80\\xAF"},
      {"\xED\xA0\x80", "\\xED\\xA0\\x80"},
      {"\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"},
      {"\xE2\x82", "\\xE2\\x82"},
  };
  for (const Row& row : table) CHECK(sanitize(row.bytes) == row.text);
}

TEST_CASE("text: sanitize cuts at the limit, at a character, and marks the cut with a hash") {
  CHECK(sanitize(std::string(128, 'a')) == std::string(128, 'a'));
  const std::string cut = sanitize(std::string(129, 'a'));
  CHECK(cut.size() == 128);
  CHECK(cut.starts_with(std::string(116, 'a') + "…#"));
  const std::string euros = sanitize([] {
    std::string text;
    for (int i = 0; i < 50; ++i) text += "\xE2\x82\xAC";
    return text;
  }());
  CHECK(euros.size() <= 128);
  CHECK(sanitize(euros) == euros);
  CHECK(sanitize("0123456789abcdef", 15).starts_with("012…#"));
}

TEST_CASE("text: different texts stay different when they are cut, even if they begin alike") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(sanitize(std::string(200, 'a') + std::to_string(i)));
  CHECK(seen.size() == 100);
}

TEST_CASE("text: sanitize yields clean text within the limit for any bytes") {
  std::uint32_t state = 7;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (int i = 0; i < round % 90; ++i) {
      state = state * 1664525U + 1013904223U;
      bytes += static_cast<char>(state >> 24U);
    }
    const std::string clean = sanitize(bytes, 64);
    REQUIRE(clean.size() <= 64);
    REQUIRE(sanitize(clean, 64) == clean);
    for (const char c : clean) REQUIRE((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
  }
}

TEST_CASE("text: hex is lower case, two digits per byte") {
  const std::array<unsigned char, 4> bytes{0x00, 0x0A, 0xF0, 0xFF};
  CHECK(base::hex(bytes) == "000af0ff");
  CHECK(base::hex({}).empty());
}

TEST_CASE("text: fnv1a is the published function") {
  CHECK(base::fnv1a("") == 0xcbf29ce484222325ULL);
  CHECK(base::fnv1a("a") == 0xaf63dc4c8601ec8cULL);
  CHECK(base::fnv1a("foobar") == 0x85944171f73967e8ULL);
}
