#include "running/process_title.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <vector>

namespace mtls::running {
namespace {

// What a process of nginx, or of Angie, says of itself behind the name of the program; nullopt: it
// has its command line, or is something else.
std::optional<std::string_view> own_words(std::string_view title) {
  title = title.substr(0, title.find('\0'));
  for (const std::string_view program : {"nginx: ", "angie: "}) {
    if (title.starts_with(program)) return title.substr(program.size());
  }
  return std::nullopt;
}

using Words = std::vector<std::string>;

// Angie: `process v1.10.0 #3 [ARGV]`, cut off where there was no room for more.
std::string_view arguments_of(std::string_view own) {
  constexpr std::string_view kProcess = "process ";
  own.remove_prefix(std::min(own.find(kProcess) + kProcess.size(), own.size()));
  const std::size_t generation = own.find(" #");
  const std::size_t bracket = own.find(" [", generation);
  if (!own.starts_with('v') || bracket == std::string_view::npos) return own;
  own.remove_prefix(bracket + 2);
  if (own.ends_with(']')) own.remove_suffix(1);
  return own;
}

Words words_of(std::string_view text) {
  std::istringstream in{std::string(text)};
  Words words;
  for (std::string word; in >> word;) words.push_back(std::move(word));
  return words;
}

// Each ends in a NUL, as execve() was given them.
Words arguments_of_command(std::string_view command) {
  Words words;
  while (!command.empty()) {
    const std::size_t end = std::min(command.find('\0'), command.size());
    words.emplace_back(command.substr(0, end));
    command.remove_prefix(std::min(end + 1, command.size()));
  }
  return words;
}

// A word that ngx_get_options() takes for options.
bool is_options(const std::string& word) {
  return word.size() > 1 && word[0] == '-' &&
         std::string_view("?hvVtTqpscge").find(word[1]) != std::string_view::npos;
}

// The rest of the word, or the next one; of -g all words up to the next option.
std::string value_at(const Words& words, std::size_t& at, std::size_t offset) {
  const char option = words[at][offset];
  std::string value = words[at].substr(offset + 1);
  if (value.empty() && at + 1 < words.size()) value = words[++at];
  while (option == 'g' && at + 1 < words.size() && !is_options(words[at + 1])) {
    value += " " + words[++at];
  }
  return value;
}

// ngx_get_options(), src/core/nginx.c: letters may stand together, the value in the same word.
void take_options(const Words& words, std::size_t& at, NginxMaster& master) {
  for (std::size_t i = 1; i < words[at].size(); ++i) {
    const char option = words[at][i];
    if (std::string_view("pscge").find(option) == std::string_view::npos) continue;
    const std::string value = value_at(words, at, i);
    if (option == 'p') master.prefix = value;
    if (option == 'c') master.conf = value;
    if (option == 'e') master.error_log = value;
    if (option == 'g') master.globals = value;
    return;
  }
}

// nginx by its name, and not to do something else than to serve: -t, -s stop, -v.
bool is_serving(const Words& words) {
  if (words.empty()) return false;
  const std::string name = words[0].substr(words[0].rfind('/') + 1);
  constexpr std::array<std::string_view, 4> kPrograms{"nginx", "nginx-debug", "openresty", "angie"};
  if (std::ranges::find(kPrograms, name) == kPrograms.end()) return false;
  for (std::size_t at = 1; at < words.size(); ++at) {
    NginxMaster master;
    const std::string& word = words[at];
    if (!is_options(word)) return false;
    const std::size_t takes_value = word.find_first_of("pscge", 1);
    if (word.substr(0, takes_value).find_first_of("?hvVtT") != std::string::npos) return false;
    if (takes_value != std::string::npos && word[takes_value] == 's') return false;
    take_options(words, at, master);
  }
  return true;
}

}  // namespace

ProcessKind kind_of(std::string_view title) {
  const auto own = own_words(title);
  if (!own)
    return is_serving(arguments_of_command(title)) ? ProcessKind::kSingle : ProcessKind::kOther;
  if (own->starts_with("master process")) return ProcessKind::kMaster;
  if (own->starts_with("single process")) return ProcessKind::kSingle;
  if (!own->starts_with("worker process")) return ProcessKind::kOther;
  return own->find("is shutting down") == std::string_view::npos ? ProcessKind::kWorker
                                                                 : ProcessKind::kDrainingWorker;
}

std::optional<NginxMaster> parse_title(std::string_view title) {
  const ProcessKind kind = kind_of(title);
  if (kind != ProcessKind::kMaster && kind != ProcessKind::kSingle) return std::nullopt;
  const auto own = own_words(title);
  const Words words = own ? words_of(arguments_of(*own)) : arguments_of_command(title);
  NginxMaster master{.is_single = kind == ProcessKind::kSingle};
  for (std::size_t at = 1; at < words.size(); ++at) {  // words[0] is argv[0]
    if (words[at].starts_with('-')) take_options(words, at, master);
  }
  return master;
}

}  // namespace mtls::running
