#include "reports/fix/unified_diff.h"

#include <catch2/catch.hpp>
#include <random>

namespace mtls::reports::fix {
namespace {

// What patch(1) makes of it, for hunks that fit exactly. Throws where a line differs.
std::string patched(const std::string& text, const std::string& diff) {
  std::vector<std::string> old_lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1);
    old_lines.push_back(text.substr(at, end + 1 - at));
    at = end + 1;
  }
  std::string out;
  std::size_t next = 0;
  for (std::size_t at = 0; at < diff.size();) {
    const std::size_t end = diff.find('\n', at);
    std::string line = diff.substr(at, end + 1 - at);
    at = end + 1;
    if (line.starts_with("---") || line.starts_with("+++")) continue;
    if (line.starts_with("@@ -")) {
      std::size_t first = std::stoul(line.substr(4));
      const std::size_t comma = line.find(',');
      const bool is_empty = comma < line.find(' ', 4) && line[comma + 1] == '0';
      if (!is_empty) --first;
      while (next < first) out += old_lines.at(next++);
      continue;
    }
    const bool is_last_line = diff.compare(at, 2, "\\ ") == 0;
    if (is_last_line) {
      line.pop_back();
      at = diff.find('\n', at) + 1;
    }
    const std::string body = line.substr(1);
    if (line[0] != '+' && old_lines.at(next++) != body) throw std::runtime_error("does not fit");
    if (line[0] != '-') out += body;
  }
  while (next < old_lines.size()) out += old_lines[next++];
  return out;
}

}  // namespace

TEST_CASE("unified diff: as diff -u prints it") {
  CHECK(unified_diff("/x", "a\n", "a\n").empty());
  CHECK(unified_diff("/x", "a\nb\nc\n", "a\nB\nc\n") ==
        "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
  CHECK(unified_diff("/x", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\nnew\n6\n7\n8\n9\n") ==
        "--- a/x\n+++ b/x\n@@ -3,6 +3,7 @@\n 3\n 4\n 5\n+new\n 6\n 7\n 8\n");
  CHECK(unified_diff("/x", "a", "b") ==
        "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end "
        "of file\n");
  CHECK(unified_diff("/x", "", "a\n") == "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+a\n");
}

TEST_CASE("unified diff: what it says makes the one text of the other") {
  std::minstd_rand random(7);
  const auto below = [&](std::size_t most) { return random() % most; };
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> lines;
    for (std::size_t i = below(60); i > 0; --i) lines.emplace_back(1, "abcd"[below(4)]);
    const auto text = [&] {
      std::string all;
      for (const std::string& line : lines) all += line + "\n";
      if (!all.empty() && below(4) == 0) all.pop_back();
      return all;
    };
    const std::string before = text();
    for (std::size_t i = below(6); i > 0; --i) {
      const std::size_t at = below(lines.size() + 1);
      if (at < lines.size() && below(2) == 0) {
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
      } else {
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), "new");
      }
    }
    const std::string now = text();
    const std::string diff = unified_diff("/x", before, now);
    CAPTURE(round, before, now, diff);
    CHECK(patched(before, diff) == now);
    CHECK(diff.empty() == (before == now));
  }
}

}  // namespace mtls::reports::fix
