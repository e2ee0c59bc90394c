#include "config/guards.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace mtls::config {
namespace {

using Names = std::set<std::string, std::less<>>;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The names of the variables in an argument: `$name` and `${name}`, lower case as nginx stores
// them.
std::vector<std::string> variables_in(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    std::size_t begin = at + 1;
    if (begin < text.size() && text[begin] == '{') ++begin;
    std::size_t end = begin;
    while (end < text.size() && is_word(text[end])) ++end;
    std::string name(text.substr(begin, end - begin));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    names.push_back(std::move(name));
  }
  return names;
}

bool mentions(std::string_view text, const Names& tainted) {
  const auto names = variables_in(text);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return name.starts_with("ssl_client_") || tainted.contains(name);
  });
}

bool mentions(const Directive& directive, const Names& tainted) {
  const bool own = mentions(directive.name, tainted) ||
                   std::any_of(directive.args.begin(), directive.args.end(),
                               [&](const Argument& word) { return mentions(word.text, tainted); });
  return own || (directive.block &&
                 std::any_of(directive.block->begin(), directive.block->end(),
                             [&](const Directive& child) { return mentions(child, tainted); }));
}

// Code of its own that can read any variable.
bool is_code(const Directive& directive) {
  const std::string_view name = directive.name;
  constexpr std::array<std::string_view, 8> kSetup{"js_import",    "js_include", "js_path",
                                                   "js_set",       "js_var",     "perl_modules",
                                                   "perl_require", "perl_set"};
  if (std::find(kSetup.begin(), kSetup.end(), name) != kSetup.end()) return false;
  if (name == "auth_request") return directive.args.empty() || directive.args[0].text != "off";
  return name.find("_by_lua") != std::string_view::npos || name.starts_with("js_") ||
         name.starts_with("perl");
}

bool is_log(const Directive& directive) {
  return directive.name == "log_format" || directive.name == "access_log";
}

// Something in the subtree acts on the verdict, or could.
bool uses_verdict(const Directive& directive, const Names& tainted) {
  if (is_log(directive) || is_data_block(directive)) return false;
  const bool own = is_code(directive) || mentions(directive.name, tainted) ||
                   std::any_of(directive.args.begin(), directive.args.end(),
                               [&](const Argument& word) { return mentions(word.text, tainted); });
  return own || (directive.block &&
                 std::any_of(directive.block->begin(), directive.block->end(),
                             [&](const Directive& child) { return uses_verdict(child, tainted); }));
}

// The variable a http-level directive defines, when its value depends on the verdict or on code.
std::optional<std::string> carried_by(const Directive& directive, const Names& tainted) {
  if (directive.args.empty()) return std::nullopt;
  const bool is_scripted = directive.name == "js_set" || directive.name == "perl_set";
  if (!is_scripted && !(is_data_block(directive) && mentions(directive, tainted))) {
    return std::nullopt;
  }
  const Argument& target = is_scripted ? directive.args.front() : directive.args.back();
  const auto names = variables_in(target.text);
  return names.empty() ? std::nullopt : std::optional(names.front());
}

// Maps of maps: until nothing new is found.
Names carriers(const Directive& http) {
  Names tainted;
  for (bool grows = true; grows;) {
    grows = false;
    for (const Directive& directive : *http.block) {
      const auto name = carried_by(directive, tainted);
      if (name && tainted.insert(*name).second) grows = true;
    }
  }
  return tainted;
}

bool is_rewrite_directive(const Directive& directive) {
  constexpr std::array<std::string_view, 5> kNames{"return", "rewrite", "set", "if", "break"};
  return std::find(kNames.begin(), kNames.end(), directive.name) != kNames.end();
}

// The words between the parentheses, which are stuck to the first and the last word or stand alone
// (R1.22).
std::vector<std::string> condition_of(const Directive& directive) {
  std::vector<std::string> words;
  for (const Argument& argument : directive.args) words.push_back(argument.text);
  if (words.empty() || !words.front().starts_with('(') || !words.back().ends_with(')')) return {};
  words.front().erase(0, 1);
  words.back().pop_back();
  std::erase(words, "");
  return words;
}

// The 4xx code an `if` answers everybody without SUCCESS with.
std::optional<std::string> refusal_of(const Directive& directive) {
  const std::vector<std::string> wanted{"$ssl_client_verify", "!=", "SUCCESS"};
  if (directive.name != "if" || !directive.block || condition_of(directive) != wanted) {
    return std::nullopt;
  }
  const auto action =
      std::find_if(directive.block->begin(), directive.block->end(), is_rewrite_directive);
  if (action == directive.block->end() || action->name != "return" || action->args.empty()) {
    return std::nullopt;
  }
  const std::string& code = action->args[0].text;
  const bool refuses = code.size() == 3 && code[0] == '4' &&
                       code.find_first_not_of("0123456789") == std::string::npos;
  return refuses ? std::optional(code) : std::nullopt;
}

// `error_page 403 @named`: a named location skips the server rewrite phase, so it serves what was
// refused.
bool is_undone(const Directive& http, const Directive& server, const std::string& code) {
  const auto is_error_page = [](const Directive& directive) {
    return directive.name == "error_page";
  };
  const bool has_own = std::any_of(server.block->begin(), server.block->end(), is_error_page);
  const auto& level = has_own ? *server.block : *http.block;
  return std::any_of(level.begin(), level.end(), [&](const Directive& directive) {
    const auto& args = directive.args;
    return is_error_page(directive) && !args.empty() && args.back().text.starts_with('@') &&
           std::any_of(args.begin(), args.end(),
                       [&](const Argument& word) { return word.text == code; });
  });
}

// The first thing of the server rewrite phase that ends or forks it must be the refusal.
bool is_complete(const Directive& http, const Directive& server) {
  for (const Directive& directive : *server.block) {
    if (!is_rewrite_directive(directive) || directive.name == "set") continue;
    const auto code = refusal_of(directive);
    return code && !is_undone(http, server, *code);
  }
  return false;
}

}  // namespace

Guard guard_of(const Directive& http, const Directive& server) {
  if (!server.block || !http.block) return Guard::kNone;
  if (is_complete(http, server)) return Guard::kComplete;
  const Names tainted = carriers(http);
  const auto uses = [&](const Directive& directive) { return uses_verdict(directive, tainted); };
  const auto is_inherited_use = [&](const Directive& directive) {
    const bool is_elsewhere = directive.name == "server" || directive.name == "upstream";
    return !is_elsewhere && uses(directive);
  };
  const bool is_used = std::any_of(server.block->begin(), server.block->end(), uses) ||
                       std::any_of(http.block->begin(), http.block->end(), is_inherited_use);
  return is_used ? Guard::kUndecidable : Guard::kNone;
}

}  // namespace mtls::config
