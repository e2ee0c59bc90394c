#include "config/syntax/excerpt.h"

#include <catch2/catch.hpp>
#include <string>

namespace mtls::config {
namespace {

syntax::Complaint at(std::uint32_t line, std::uint32_t column) {
  return {.message = "unexpected \"}\"", .file = "/n.conf", .line = line, .column = column};
}

}  // namespace

TEST_CASE("excerpt: it has the complaint, its line and a caret under the column") {
  CHECK(syntax::excerpt(at(2, 3), "a\nb }\nc\n") ==
        "unexpected \"}\" in /n.conf:2\n    b }\n      ^\n");
  CHECK(syntax::excerpt(at(1, 1), "}") == "unexpected \"}\" in /n.conf:1\n    }\n    ^\n");
  CHECK(syntax::excerpt(at(1, 2), "a\r\n") == "unexpected \"}\" in /n.conf:1\n    a\n     ^\n");
}

TEST_CASE("excerpt: a tab, a control character and a character of several bytes are one column") {
  CHECK(syntax::excerpt(at(1, 7), "\t\x1b\xC3\xA4 \x7f}") ==
        "unexpected \"}\" in /n.conf:1\n     ?\xC3\xA4 ?}\n         ^\n");
}

TEST_CASE(
    "excerpt: without a column it has no caret, without a line or location only the message") {
  CHECK(syntax::excerpt(at(1, 0), "a b") == "unexpected \"}\" in /n.conf:1\n    a b\n");
  CHECK(syntax::excerpt(at(9, 1), "a\n") == "unexpected \"}\" in /n.conf:9\n");
  CHECK(syntax::excerpt(at(2, 1), "a\n") == "unexpected \"}\" in /n.conf:2\n");
  CHECK(syntax::excerpt({.message = "no events", .file = {}}, "a") == "no events\n");
}

TEST_CASE("excerpt: a long line is cut around the column") {
  const std::string text = std::string(500, 'a') + "}" + std::string(500, 'b');
  CHECK(syntax::excerpt(at(1, 501), text) == "unexpected \"}\" in /n.conf:1\n    " +
                                                 std::string(70, 'a') + "}" + std::string(29, 'b') +
                                                 "\n    " + std::string(70, ' ') + "^\n");
}

}  // namespace mtls::config
