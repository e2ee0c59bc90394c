#include "reports/fix/unified_diff.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace mtls::reports::fix {
namespace {

constexpr std::size_t kContext = 3;
constexpr std::size_t kFarthest = 500;  // how far ahead the texts are looked at for a line of both

using Lines = std::vector<std::string_view>;

// Each with its line feed; the last one may lack it.
Lines lines_of(std::string_view text) {
  Lines lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1);
    lines.push_back(text.substr(at, end + 1 - at));
    at = end + 1;
  }
  return lines;
}

/// Lines [old_begin, old_end) become [new_begin, new_end).
struct Change {
  std::size_t old_begin, old_end, new_begin, new_end;
};

// Where both go on alike: the fewest lines ahead.
Change change_at(const Lines& old_lines, std::size_t i, const Lines& new_lines, std::size_t j) {
  for (std::size_t ahead = 1; ahead <= kFarthest; ++ahead) {
    for (std::size_t of_old = 0; of_old <= ahead; ++of_old) {
      const std::size_t a = i + of_old;
      const std::size_t b = j + (ahead - of_old);
      const bool both_end = a == old_lines.size() && b == new_lines.size();
      const bool is_alike =
          a < old_lines.size() && b < new_lines.size() && old_lines[a] == new_lines[b];
      if (both_end || is_alike) return {i, a, j, b};
    }
  }
  return {i, old_lines.size(), j, new_lines.size()};
}

std::vector<Change> changes_of(const Lines& old_lines, const Lines& new_lines) {
  std::vector<Change> changes;
  for (std::size_t i = 0, j = 0; i < old_lines.size() || j < new_lines.size();) {
    if (i < old_lines.size() && j < new_lines.size() && old_lines[i] == new_lines[j]) {
      ++i;
      ++j;
      continue;
    }
    changes.push_back(change_at(old_lines, i, new_lines, j));
    i = changes.back().old_end;
    j = changes.back().new_end;
  }
  return changes;
}

void put(std::string& out, char sign, std::string_view line) {
  out += sign;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

std::string range_text(std::size_t begin, std::size_t count) {
  const std::size_t first = count == 0 ? begin : begin + 1;
  return std::to_string(first) + (count == 1 ? "" : "," + std::to_string(count));
}

// Changes [first, last) with the lines around them.
std::string hunk(const std::vector<Change>& changes, std::size_t first, std::size_t last,
                 const Lines& old_lines, const Lines& new_lines) {
  const std::size_t lead = std::min(kContext, changes[first].old_begin);
  const Change& end = changes[last - 1];
  const std::size_t trail = std::min(kContext, old_lines.size() - end.old_end);
  std::size_t at = changes[first].old_begin - lead;
  const std::size_t old_count = end.old_end + trail - at;
  const std::size_t new_at = changes[first].new_begin - lead;
  const std::size_t new_count = end.new_end + trail - new_at;
  std::string out =
      "@@ -" + range_text(at, old_count) + " +" + range_text(new_at, new_count) + " @@\n";
  for (std::size_t c = first; c < last; ++c) {
    for (; at < changes[c].old_begin; ++at) put(out, ' ', old_lines[at]);
    for (; at < changes[c].old_end; ++at) put(out, '-', old_lines[at]);
    for (std::size_t j = changes[c].new_begin; j < changes[c].new_end; ++j)
      put(out, '+', new_lines[j]);
  }
  for (std::size_t t = 0; t < trail; ++t) put(out, ' ', old_lines[at + t]);
  return out;
}

}  // namespace

std::string unified_diff(const std::string& path, const std::string& before,
                         const std::string& now) {
  const Lines old_lines = lines_of(before);
  const Lines new_lines = lines_of(now);
  const std::vector<Change> changes = changes_of(old_lines, new_lines);
  if (changes.empty()) return "";
  std::string out = "--- a" + path + "\n+++ b" + path + "\n";
  for (std::size_t first = 0; first < changes.size();) {
    std::size_t last = first + 1;
    while (last < changes.size() &&
           changes[last].old_begin - changes[last - 1].old_end <= 2 * kContext)
      ++last;
    out += hunk(changes, first, last, old_lines, new_lines);
    first = last;
  }
  return out;
}

}  // namespace mtls::reports::fix
