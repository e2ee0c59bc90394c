#include "catalogue/names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_map>

#include "catalogue/pages.h"

namespace mtls::catalogue {
namespace {

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end != std::string_view::npos) text.remove_prefix(end + separator.size());
  }
  return parts;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

// `[the warning](#heading)` becomes `the warning`.
std::string without_links(std::string text) {
  for (std::size_t middle = text.find("]("); middle != std::string::npos;
       middle = text.find("](")) {
    const std::size_t end = text.find(')', middle);
    const std::size_t begin = text.rfind('[', middle);
    if (end == std::string::npos || begin == std::string::npos) return text;
    text.erase(middle, end - middle + 1);
    text.erase(begin, 1);
  }
  return text;
}

// Markdown as plain text.
std::string plain(std::string_view text) {
  return without_links(replaced(replaced(std::string(trimmed(text)), "**", ""), "`", ""));
}

// The anchor of a heading.
std::string anchor(std::string_view heading) {
  std::string text;
  for (const char c : heading) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_')
      text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (c == ' ') text += '-';
  }
  return text;
}

// `- **Meaning:** there is a critical finding.` begins a field; a later line goes on with it, a row
// of a table on a line of its own.
void read_bullet(std::string_view line, NamedThing& alert) {
  constexpr std::string_view kBegin = "- **";
  constexpr std::string_view kEnd = "**";
  const std::size_t end = line.find(kEnd, kBegin.size());
  if (line.starts_with(kBegin) && end != std::string_view::npos) {
    std::string name = plain(line.substr(kBegin.size(), end - kBegin.size()));
    if (name.ends_with(':') || name.ends_with(',')) name.pop_back();
    name.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(name.front())));
    alert.fields.push_back({.name = name, .text = plain(line.substr(end + kEnd.size()))});
    return;
  }
  const std::string text = plain(line);
  const bool is_rule = text.starts_with("| ---");
  if (text.empty() || is_rule || alert.fields.empty()) return;
  std::string& said = alert.fields.back().text;
  const bool is_own_line = text.front() == '|' || said.ends_with('|');
  said += (is_own_line ? "\n    " : " ") + text;
}

void read_runbook(std::vector<NamedThing>& things) {
  constexpr std::string_view kHeading = "## ";
  bool is_alert = false;
  for (const std::string_view line : split(runbook_page(), "\n")) {
    if (line.starts_with(kHeading)) {
      const std::string_view name = line.substr(kHeading.size());
      is_alert = words_of(name).size() == 1 && words_of(name).front() == name;
      if (!is_alert) continue;
      things.push_back({.name = std::string(name),
                        .kind = "alert",
                        .fields = {},
                        .more = "alerts/runbook.md#" + anchor(name)});
    } else if (is_alert) {
      read_bullet(line, things.back());
    }
  }
}

// `| family | type | labels | meaning | absent when |`
void read_metrics(std::vector<NamedThing>& things) {
  constexpr std::array<std::string_view, 3> kColumns{"labels", "meaning", "absent when"};
  constexpr std::string_view kHeading = "## ";
  std::string more;
  for (const std::string_view line : split(metrics_page(), "\n")) {
    if (line.starts_with(kHeading))
      more = "docs/metrics.md#" + anchor(line.substr(kHeading.size()));
    const auto cells = split(line, "|");
    if (!line.starts_with("| `") || cells.size() != kColumns.size() + 4) continue;
    NamedThing family{.name = plain(cells[1]), .kind = plain(cells[2]), .fields = {}, .more = more};
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      std::string text = plain(cells[i + 3]);
      if (text == "as above") text = things.back().fields[i].text;
      family.fields.push_back({.name = std::string(kColumns.at(i)), .text = std::move(text)});
    }
    things.push_back(std::move(family));
  }
}

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

using Index = std::unordered_map<std::string_view, const NamedThing*>;

Index index_of(const std::vector<NamedThing>& things) {
  Index index;
  constexpr std::string_view kTotal = "_total";
  for (const NamedThing& thing : things) {
    std::string_view name = thing.name;
    index.emplace(name, &thing);
    if (name.ends_with(kTotal)) index.emplace(name.substr(0, name.size() - kTotal.size()), &thing);
  }
  return index;
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (auto at = line.begin(); at != line.end();) {
    const auto begin = std::find_if(at, line.end(), is_word_character);
    at = std::find_if_not(begin, line.end(), is_word_character);
    if (begin == at) break;
    words.push_back(line.substr(static_cast<std::size_t>(begin - line.begin()),
                                static_cast<std::size_t>(at - begin)));
  }
  return words;
}

const std::vector<NamedThing>& named_things() {
  static const std::vector<NamedThing> kThings = [] {
    std::vector<NamedThing> things;
    read_runbook(things);
    read_metrics(things);
    return things;
  }();
  return kThings;
}

std::vector<const NamedThing*> named_things_in(std::string_view line) {
  static const Index kIndex = index_of(named_things());
  std::vector<const NamedThing*> found;
  for (const std::string_view word : words_of(line)) {
    const auto known = kIndex.find(word);
    if (known == kIndex.end()) continue;
    if (std::find(found.begin(), found.end(), known->second) == found.end())
      found.push_back(known->second);
  }
  return found;
}

}  // namespace mtls::catalogue
