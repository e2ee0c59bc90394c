#include "reports/formats/prose.h"

#include <catch2/catch.hpp>

namespace mtls::reports::formats {
namespace {

TEST_CASE("prose: lines are at most 100 characters long, and begin below the first") {
  const std::string word(40, 'x');
  CHECK(wrapped("Fix: ", "a b") == "Fix: a b\n");
  CHECK(wrapped("  ", word + " " + word + " " + word) ==
        "  " + word + " " + word + "\n  " + word + "\n");
  const std::string wide(200, 'y');
  CHECK(wrapped("  ", "a " + wide + " b") == "  a\n  " + wide + "\n  b\n");
  CHECK(wrapped("", "") == "\n");
}

TEST_CASE("prose: wide characters take two columns, combining ones none") {
  struct Row {
    const char* text;
    std::size_t columns;
  };
  for (const Row& row : {
           Row{"", 0}, Row{"abc", 3}, Row{"\xC3\xA4", 1},  // a with two dots
           Row{"a\xCC\x88", 1},                            // the same, as two characters
           Row{"\xE8\xAF\x81\xE4\xB9\xA6", 4},             // `certificate` in Chinese
           Row{"\xF0\x9F\x94\x92", 2},                     // a lock
           Row{"\xFF\xC3", 2},                             // no UTF-8
       }) {
    CAPTURE(row.text);
    CHECK(width_of(row.text) == row.columns);
  }
  CHECK(first_characters("\xC3\xA4\xE8\xAF\x81z", 2) == "\xC3\xA4\xE8\xAF\x81");
  CHECK(first_characters("ab", 9) == "ab");
}

TEST_CASE("prose: a cell is broken behind a separator, or where it must be, and nothing is lost") {
  using Lines = std::vector<std::string>;
  CHECK(broken("", 5) == Lines{""});
  CHECK(broken("abcde", 5) == Lines{"abcde"});
  CHECK(broken("ab cd ef", 5) == Lines{"ab cd", "ef"});
  CHECK(broken("/etc/nginx/a.conf", 8) == Lines{"/etc/", "nginx/", "a.conf"});
  CHECK(broken("abcdefg", 3) == Lines{"abc", "def", "g"});
  const std::string wide = "\xE8\xAF\x81";
  CHECK(broken(wide + wide + wide, 5) == Lines{wide + wide, wide});
  CHECK(broken(wide, 1) == Lines{wide});
  CHECK(widest_word("FAILED:certificate has expired (10)") == 11);
  CHECK(widest_word("ab/cdef") == 4);
  CHECK(widest_word("") == 0);
}

TEST_CASE("prose: lines are as wide as they may be") {
  CHECK(wrapped("  ", "ab cd ef", 7) == "  ab cd\n  ef\n");
}

TEST_CASE("prose: a command has a line of its own and is never broken") {
  const std::string command = "Run: tr " + std::string(120, 'z') + " > new && mv new old";
  CHECK(wrapped("  Fix: ", "It is text. " + command) ==
        "  Fix: It is text.\n       " + command + "\n");
  CHECK(wrapped("  Fix: ", command) == "  Fix: " + command + "\n");
}

}  // namespace
}  // namespace mtls::reports::formats
