#include "catalogue/numbers.h"

#include <algorithm>
#include <charconv>

namespace mtls::catalogue {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_letter(char a, char b) { return lower(a) == lower(b); }

bool is_word_character(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
}

struct Number {
  int value = 0;
  std::string_view rest;  // of the text behind it
};

std::optional<Number> leading_number(std::string_view text) {
  Number number;
  const bool is_digit = !text.empty() && text.front() >= '0' && text.front() <= '9';
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number.value);
  if (!is_digit || error != std::errc{}) return std::nullopt;
  number.rest = text.substr(static_cast<std::size_t>(rest - text.data()));
  return number;
}

bool ends_well(std::string_view rest, std::string_view after) {
  if (!after.empty()) return rest.starts_with(after);
  return rest.empty() || !is_word_character(rest.front());
}

}  // namespace

std::optional<int> whole_number(std::string_view text) {
  const auto number = leading_number(text);
  return number && number->rest.empty() ? std::optional(number->value) : std::nullopt;
}

std::vector<std::string_view> texts_behind(std::string_view line, std::string_view words) {
  std::vector<std::string_view> texts;
  auto from = line.begin();
  for (;;) {
    from = std::search(from, line.end(), words.begin(), words.end(), same_letter);
    if (from == line.end()) return texts;
    from += static_cast<std::ptrdiff_t>(words.size());
    texts.push_back(line.substr(static_cast<std::size_t>(from - line.begin())));
  }
}

std::vector<int> numbers_behind(std::string_view line, const NumberForm& form) {
  std::vector<int> numbers;
  if (line.find(form.also) == std::string_view::npos) return numbers;
  for (const std::string_view text : texts_behind(line, form.before)) {
    const auto number = leading_number(text);
    if (number && ends_well(number->rest, form.after)) numbers.push_back(number->value);
  }
  return numbers;
}

bool begins_with_words(std::string_view text, std::string_view words) {
  return text.size() >= words.size() &&
         std::equal(words.begin(), words.end(), text.begin(), same_letter) &&
         ends_well(text.substr(words.size()), "");
}

}  // namespace mtls::catalogue
