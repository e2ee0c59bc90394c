#include "config/server_names.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

namespace mtls::config {
namespace {

using Added = NameTable::Added;

constexpr Version kOld{1, 22, 1};
constexpr Version kNew{1, 29, 4};

/// Server N has the N-th name.
NameTable table(const std::vector<std::string>& names) {
  NameTable all;
  for (std::size_t i = 0; i < names.size(); ++i) all.add(names[i], i);
  return all;
}

using Found = std::optional<std::size_t>;

}  // namespace

TEST_CASE("server names: exact, the longest *.x, the longest x.*, then the first pattern") {
  const NameTable names = table({"~^www", "~.", "www.*", "www.a.*", "*.test", "*.a.test",
                                 "www.a.test", ".dot.test", "*.x.dot.test", ""});
  const std::vector<std::pair<std::string, Found>> cases{
      {"www.a.test", 6}, {"b.a.test", 5},    {"c.b.a.test", 5},   {"a.test", 4},
      {"test", 1},       {".test", 4},       {"www.a.org", 3},    {"www.b.org", 2},
      {"www", 0},        {"www-b", 0},       {"other", 1},        {"dot.test", 7},
      {"y.dot.test", 7}, {"x.dot.test", 7},  {"y.x.dot.test", 8}, {"", 9},
      {"xdot.test", 4},  {"www.a.b.org", 3}, {"www..", 2},
  };
  for (const auto& [host, expected] : cases) {
    CAPTURE(host);
    CHECK(names.find(host) == expected);
  }
  CHECK(NameTable{}.find("a") == std::nullopt);
  CHECK(NameTable{}.find("") == std::nullopt);
  CHECK(table({"~."}).find("") == std::nullopt);  // patterns see no empty host
}

TEST_CASE("server names: a pattern with capital letters ignores case") {
  CHECK(table({"~^ABC$"}).find("abc") == Found(0));
  CHECK(table({"~^a\\Wc$"}).find("a-c") == Found(0));
  CHECK(table({"~^abc$"}).find("abc") == Found(0));
}

TEST_CASE("server names: bytes above 127 are bytes") {
  CHECK(table({"b\xc3\xbc"
               "cher.test"})
            .find("b\xc3\xbc"
                  "cher.test") == Found(0));
  CHECK(table({"b\xc3\xbc"
               "cher.test"})
            .find("b\xc3\x9c"
                  "cher.test") == std::nullopt);
}

TEST_CASE("server names: of equal names the first counts, and `.x` is both `x` and `*.x`") {
  struct Case {
    std::vector<std::string> names;  // of servers 0, 1, …; the last one is under test
    Added expected;
    std::size_t by;
  };
  const std::vector<Case> cases{
      {{"a", "a"}, Added::kTaken, 0},
      {{"a", "*.a"}, Added::kYes, 0},
      {{"*.a", "*.a"}, Added::kTaken, 0},
      {{"a.*", "a.*"}, Added::kTaken, 0},
      {{"", ""}, Added::kTaken, 0},
      {{".a", "a"}, Added::kTaken, 0},
      {{".a", "*.a"}, Added::kTaken, 0},
      {{"x", "a", ".a"}, Added::kTaken, 1},
      {{"*.a", ".a"}, Added::kTaken, 0},
      {{"*.a", ".a", "a"}, Added::kTaken, 1},  // though nobody has it
      {{"~a", "~a"}, Added::kTaken, 0},
      {{"~a", "~b"}, Added::kYes, 0},
  };
  for (const Case& c : cases) {
    NameTable names;
    NameTable::Adding last;
    for (std::size_t i = 0; i < c.names.size(); ++i) last = names.add(c.names[i], i);
    CAPTURE(c.names);
    CHECK(last.added == c.expected);
    CHECK(last.by == c.by);
  }
  const NameTable names = table({"*.a", ".a", "a"});
  CHECK(names.find("a") == std::nullopt);
  CHECK(names.find("x.a") == Found(0));
  CHECK(table({"a", ".a"}).find("x.a") == std::nullopt);  // all of `.a` is ignored
}

TEST_CASE(
    "server names: misplaced stars and empty labels make an invalid server name or wildcard") {
  for (const std::string name :
       {"a*b", "a*", "www.*.test", "*.a.*", "a..b", "*.a..b", "**.a", "*a"}) {
    CAPTURE(name);
    CHECK(NameTable{}.add(name, 0).added == Added::kInvalid);
  }
  for (const std::string name : {"_", "a.", "-", ".a", "*.a", "a.*", "$hostname", "a b", "!"}) {
    CAPTURE(name);
    CHECK(NameTable{}.add(name, 0).added == Added::kYes);
  }
}

TEST_CASE("host: a host becomes lower case and loses its port and one trailing dot") {
  using Text = std::optional<std::string>;
  struct Case {
    std::string written;
    Text old_nginx;
    Text new_nginx;
  };
  const std::vector<Case> cases{
      {"A.Test", "a.test", "a.test"},
      {"a.test:443", "a.test", "a.test"},
      {"a.test.", "a.test", "a.test"},
      {"a.test.:443", "a.test", "a.test"},
      {"a.test..", {}, {}},
      {"a..test", {}, {}},
      {"", {}, {}},
      {".", {}, {}},
      {":80", {}, {}},
      {".a", ".a", ".a"},
      {"a/b", {}, {}},
      {"a b", {}, {}},
      {"a\x7f", {}, {}},
      {"[::1]:443", "[::1]", "[::1]"},
      {"[::A]", "[::a]", "[::a]"},
      {"[::1", "[::1", {}},
      {"[::1]x", "[::1]", {}},
      {"a:b:c", "a", {}},
      {"a:99999", "a", {}},
      {"a:65535", "a", "a"},
      {"a:", "a", "a"},
      {"a:1..2", {}, {}},
      {"a\"b", "a\"b", {}},
      {"b\xc3\xbc", "b\xc3\xbc", {}},
      {"%41", "%41", "%41"},
      {"a_b~!$&'()*+,;=", "a_b~!$&'()*+,;=", "a_b~!$&'()*+,;="},
  };
  for (const Case& c : cases) {
    CAPTURE(c.written);
    CHECK(normalised_host(c.written, kOld) == c.old_nginx);
    CHECK(normalised_host(c.written, kNew) == c.new_nginx);
  }
}

}  // namespace mtls::config
