#include "running/process_title.h"

#include <sstream>
#include <vector>

namespace mtls::running {
namespace {

constexpr std::string_view kTitle = "nginx: master process ";

using Words = std::vector<std::string>;

Words words_of(std::string_view title) {
  std::string text(title.substr(0, title.find('\0')));
  std::istringstream in(std::move(text));
  Words words;
  for (std::string word; in >> word;) words.push_back(std::move(word));
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

}  // namespace

std::optional<NginxMaster> parse_master_title(std::string_view title) {
  if (!title.starts_with(kTitle)) return std::nullopt;
  const Words words = words_of(title.substr(kTitle.size()));
  NginxMaster master;
  for (std::size_t at = 1; at < words.size(); ++at) {  // words[0] is argv[0]
    if (words[at].starts_with('-')) take_options(words, at, master);
  }
  return master;
}

}  // namespace mtls::running
