#include "running/process_facts.h"

#include <charconv>

namespace mtls::running {
namespace {

constexpr std::string_view kBlanks = " \t\n";

// The next word, which is taken off the text; "": none is left.
std::string_view next_word(std::string_view& text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  const std::size_t end = std::min(text.find_first_of(kBlanks, begin), text.size());
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return word;
}

template <class Number>
std::optional<Number> number_of(std::string_view word, int base = 10) {
  Number number{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, base);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return number;
}

// What stands behind `KEY:` on its line; nullopt: there is no such line.
std::optional<std::string_view> line_of(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ':')
      return line.substr(key.size() + 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<ProcessStat> parse_stat(std::string_view text) {
  constexpr int kParent = 4;  // proc_pid_stat(5) counts the fields from 1
  constexpr int kStarted = 22;
  const std::size_t name_ends = text.rfind(')');
  if (name_ends == std::string_view::npos) return std::nullopt;
  text.remove_prefix(name_ends + 1);
  ProcessStat stat;
  for (int field = 3; field <= kStarted; ++field) {
    const std::string_view word = next_word(text);
    if (field == kParent) {
      const auto parent = number_of<int>(word);
      if (!parent) return std::nullopt;
      stat.parent = *parent;
    } else if (field == kStarted) {
      const auto started = number_of<std::int64_t>(word);
      if (!started) return std::nullopt;
      stat.started = *started;
    }
  }
  return stat;
}

std::optional<ProcessStatus> parse_status(std::string_view text) {
  constexpr int kHexadecimal = 16;
  const auto line = line_of(text, "SigBlk");
  if (!line) return std::nullopt;
  std::string_view rest = *line;
  const auto blocked = number_of<std::uint64_t>(next_word(rest), kHexadecimal);
  if (!blocked) return std::nullopt;
  ProcessStatus status{.waits_for_signals = *blocked == 0};
  if (auto numbers = line_of(text, "NSpid")) {
    status.namespaces = 0;
    while (!next_word(*numbers).empty()) ++status.namespaces;
  }
  if (auto users = line_of(text, "Uid")) status.user = number_of<std::uint32_t>(next_word(*users));
  return status;
}

std::vector<int> parse_children(std::string_view text) {
  std::vector<int> pids;
  for (std::string_view word = next_word(text); !word.empty(); word = next_word(text)) {
    if (const auto pid = number_of<int>(word)) pids.push_back(*pid);
  }
  return pids;
}

}  // namespace mtls::running
