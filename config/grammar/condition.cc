#include "config/grammar/condition.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "config/syntax/variable_names.h"

namespace mtls::config::grammar {
namespace {

// The words between the parentheses, which stick to the first and last word or are words of their
// own (R1.22).
std::vector<std::string> words_of(const syntax::Directive& directive) {
  std::vector<std::string> words;
  for (const syntax::Argument& argument : directive.args) words.push_back(argument.text);
  if (words.empty() || !words.front().starts_with('(') || !words.back().ends_with(')')) return {};
  const bool stands_alone = words.size() > 1;
  words.front().erase(0, 1);
  if (words.front().empty() && stands_alone) words.erase(words.begin());
  words.back().pop_back();
  if (words.back().empty() && words.size() > 1 && directive.args.back().text == ")") {
    words.pop_back();
  }
  return words;
}

std::string invalid(const std::string& word) { return "invalid condition \"" + word + "\""; }

bool is_file_test(const std::string& word) {
  const std::size_t dash = word.starts_with('!') ? 1 : 0;
  return word.size() == dash + 2 && word[dash] == '-';
}

// nginx's complaint about the comparison after a variable.
std::optional<std::string> comparison_error(const std::string& sign, const std::string& operand) {
  if (sign == "=" || sign == "!=") return std::nullopt;
  if (sign != "~" && sign != "~*" && sign != "!~" && sign != "!~*") {
    return "unexpected \"" + sign + "\" in condition";
  }
  const auto regex = syntax::Regex::compile(
      operand, sign.ends_with('*') ? syntax::Letters::kEitherCase : syntax::Letters::kExact);
  return regex ? std::nullopt : std::optional(regex.error().message);
}

bool is_true(const std::string& value) { return !value.empty() && value != "0"; }

}  // namespace

// ngx_http_rewrite_if_condition(), which counts words from 1.
std::optional<std::string> condition_error(const syntax::Directive& directive) {
  std::vector<std::string> words{directive.name};
  for (const syntax::Argument& argument : directive.args) words.push_back(argument.text);
  std::size_t first = 1;
  std::size_t last = words.size() - 1;
  if (!words[first].starts_with('(')) return invalid(words[first]);
  if (words[first].size() == 1) {
    ++first;
  } else {
    words[first].erase(0, 1);
  }
  if (!words[last].ends_with(')')) return invalid(words[last]);
  if (words[last].size() == 1) {
    --last;
  } else {
    words[last].pop_back();
  }
  const std::string& word = words[first];
  if (word.size() > 1 && word.starts_with('$')) {
    if (first == last) return std::nullopt;
    if (first + 2 != last) return invalid(word);
    return comparison_error(words[first + 1], words[last]);
  }
  const bool asks = is_file_test(word) && first + 1 == last;
  const bool knows = asks && std::string_view("fdex").find(word.back()) != std::string_view::npos;
  return knows ? std::nullopt : std::optional(invalid(word));
}

Condition::Condition(const syntax::Directive& directive) {
  const std::vector<std::string> words = words_of(directive);
  for (const std::string& word : words) text_ += (text_.empty() ? "" : " ") + word;
  read(words);
}

void Condition::read(const std::vector<std::string>& words) {
  if (words.empty() || words[0].size() < 2 || words[0][0] != '$') return;
  variable_ = syntax::variables_in(words[0]).front();
  if (words.size() == 1) {
    kind_ = Kind::kTrue;
    return;
  }
  if (words.size() != 3) return;
  const std::string& sign = words[1];
  operand_ = words[2];
  if (sign == "=") kind_ = Kind::kEqual;
  if (sign == "!=") kind_ = Kind::kNotEqual;
  if (sign == "~" || sign == "~*") kind_ = Kind::kMatches;
  if (sign == "!~" || sign == "!~*") kind_ = Kind::kDiffers;
  if (!is_pattern()) return;
  auto regex = syntax::Regex::compile(
      operand_, sign.ends_with('*') ? syntax::Letters::kEitherCase : syntax::Letters::kExact);
  if (regex) regex_ = std::move(*regex);
}

std::optional<bool> Condition::compare(const std::string& value,
                                       const std::optional<std::string>& operand) const {
  if (kind_ == Kind::kTrue) return is_true(value);
  if (is_equality()) {
    if (!operand) return std::nullopt;
    return (value == *operand) == (kind_ == Kind::kEqual);
  }
  const syntax::Match match = regex_ ? regex_->match(value) : syntax::Match::kUndecided;
  if (match == syntax::Match::kUndecided) return std::nullopt;
  return (match == syntax::Match::kYes) == (kind_ == Kind::kMatches);
}

}  // namespace mtls::config::grammar
