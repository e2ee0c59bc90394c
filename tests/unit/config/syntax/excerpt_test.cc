#include "config/syntax/excerpt.h"

#include <catch2/catch.hpp>
#include <string>

namespace mtls::config {
namespace {

struct Row {
  std::string line;
  std::uint32_t column;
  std::string text;
  std::size_t caret;
};

TEST_CASE("excerpt: the line as people see it, and how far the column is from its begin") {
  for (const Row& row : {
           Row{"b }", 3, "b }", 2},
           Row{"}", 1, "}", 0},
           Row{"a\r", 2, "a", 1},
           Row{"a b", 0, "a b", 0},
           Row{"", 1, "", 0},
           Row{"a", 9, "a", 1},
       }) {
    CAPTURE(row.line, row.column);
    const syntax::Excerpt shown = syntax::excerpt(row.line, row.column);
    CHECK(shown.text == row.text);
    CHECK(shown.caret == row.caret);
  }
}

TEST_CASE("excerpt: a tab, a control character and a character of several bytes are one column") {
  const syntax::Excerpt shown = syntax::excerpt("\t\x1b\xC3\xA4 \x7f}", 7);
  CHECK(shown.text == " ?\xC3\xA4 ?}");
  CHECK(shown.caret == 5);
}

TEST_CASE("excerpt: what could forge or reorder a line of a terminal is a question mark") {
  // U+009B begins an escape sequence; U+202E turns the direction; a byte alone is no UTF-8.
  const syntax::Excerpt shown = syntax::excerpt("a\xC2\x9B\xE2\x80\xAE \x9B}", 9);
  CHECK(shown.text == "a?? ?}");
  CHECK(shown.caret == 5);
}

TEST_CASE("excerpt: as much of a line is shown as there is room for") {
  const syntax::Excerpt shown = syntax::excerpt("listen 443 ssl; server_name a.test;", 17, 10);
  CHECK(shown.text == "3 ssl; ser");
  CHECK(shown.caret == 7);
}

TEST_CASE("excerpt: a long line is cut around the column") {
  const std::string line = std::string(500, 'a') + "}" + std::string(500, 'b');
  const syntax::Excerpt shown = syntax::excerpt(line, 501);
  CHECK(shown.text == std::string(70, 'a') + "}" + std::string(29, 'b'));
  CHECK(shown.caret == 70);
}

}  // namespace
}  // namespace mtls::config
