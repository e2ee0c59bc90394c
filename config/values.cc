#include "config/values.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace mtls::config {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

// ngx_atoi(): digits only, and no overflow of 64 bits.
std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_all = error == std::errc{} && end == text.data() + text.size();
  if (!is_all || text.empty() || text.front() == '-') return std::nullopt;
  return value;
}

bool is_word_of(std::string_view words, std::string_view text) {
  const std::string wanted = " " + lower(text) + " ";
  const bool is_one_word = !text.empty() && text.find(' ') == std::string_view::npos;
  return is_one_word && (" " + lower(words) + " ").find(wanted) != std::string::npos;
}

std::optional<std::string> server_name_error(const std::string& name) {
  const bool has_bad_star = name.starts_with('*') && (name.size() < 3 || name.at(1) != '.');
  if (has_bad_star || name == ".") return "server name \"" + name + "\" is invalid";
  if (name == "~") return "empty regex in server name \"~\"";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> value_error(const DirectiveRule& rule, const Directive& directive) {
  for (const Argument& argument : directive.args) {
    const std::string& text = argument.text;
    if (rule.name == "server_name") {
      if (auto error = server_name_error(text)) return error;
    }
    switch (rule.value) {
      case ValueKind::kText: break;
      case ValueKind::kFlag:
        if (is_word_of("on off", text)) break;
        return "invalid value \"" + text + "\" in \"" + directive.name +
               "\" directive, it must be \"on\" or \"off\"";
      case ValueKind::kNumber:
        if (number(text)) break;
        return about(directive, "invalid number");
      case ValueKind::kEnum:
      case ValueKind::kBitmask:
        if (is_word_of(rule.words, text)) break;
        return "invalid value \"" + text + "\"";
    }
  }
  return std::nullopt;
}

std::string stored_server_name(const std::string& argument) {
  return argument.starts_with('~') ? argument : lower(argument);
}

bool flag_value(const Directive& directive) { return lower(directive.args.at(0).text) == "on"; }

int number_value(const Directive& directive) {
  return static_cast<int>(number(directive.args.at(0).text).value_or(0));
}

VerifyClient verify_client_value(const Directive& directive) {
  const std::string text = lower(directive.args.at(0).text);
  for (const auto mode :
       {VerifyClient::kOn, VerifyClient::kOptional, VerifyClient::kOptionalNoCa}) {
    if (text == word(mode)) return mode;
  }
  return VerifyClient::kOff;
}

}  // namespace mtls::config
