#include "config/syntax/variable_names.h"

#include "base/text.h"

namespace mtls::config::syntax {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::string take_name(std::string_view text, std::size_t& at) {
  std::size_t begin = at + 1;
  const bool braced = begin < text.size() && text[begin] == '{';
  if (braced) ++begin;
  std::size_t end = begin;
  while (end < text.size() && is_word(text[end])) ++end;
  at = braced && end < text.size() ? end + 1 : end;
  return base::ascii_lower(text.substr(begin, end - begin));
}

std::vector<std::string> variables_in(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at)) {
    names.push_back(take_name(text, at));
  }
  return names;
}

std::vector<std::string> named_groups(std::string_view pattern) {
  std::vector<std::string> names;
  for (std::size_t at = pattern.find("(?"); at != std::string_view::npos;
       at = pattern.find("(?", at + 1)) {
    std::size_t begin = at + 2;
    if (begin < pattern.size() && pattern[begin] == 'P') ++begin;
    if (begin >= pattern.size() || (pattern[begin] != '<' && pattern[begin] != '\'')) continue;
    std::size_t end = ++begin;
    while (end < pattern.size() && is_word(pattern[end])) ++end;
    if (end > begin) names.push_back(base::ascii_lower(pattern.substr(begin, end - begin)));
  }
  return names;
}

}  // namespace mtls::config::syntax
