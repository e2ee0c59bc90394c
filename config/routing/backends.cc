#include "config/routing/backends.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace mtls::config::routing {
namespace {

bool is_one_of(std::string_view word, auto const& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool returns(const syntax::Directive& directive) { return directive.name == "return"; }

// Directives that refuse requests, or may. An `if` with a `return` counts as a check of the site's
// own.
bool may_refuse(const syntax::Directive& directive) {
  constexpr std::array<std::string_view, 4> kSwitched{"auth_basic", "auth_request", "auth_jwt",
                                                      "auth_oidc"};
  constexpr std::array<std::string_view, 3> kAlways{"deny", "internal", "return"};
  if (directive.name == "if" && directive.block) {
    return std::any_of(directive.block->begin(), directive.block->end(), returns);
  }
  const bool is_off = !directive.args.empty() && directive.args.front().text == "off";
  return is_one_of(directive.name, kAlways) || (is_one_of(directive.name, kSwitched) && !is_off) ||
         directive.name.find("_by_lua") != std::string::npos || directive.name == "js_access";
}

std::string words_of(const syntax::Directive& directive) {
  std::string words;
  for (const syntax::Argument& argument : directive.args) {
    words += (words.empty() ? "" : " ") + argument.text;
  }
  return words;
}

std::optional<std::string> target_of(const syntax::Directive& directive) {
  constexpr std::array<std::string_view, 3> kPasses{"proxy_pass", "grpc_pass", "uwsgi_pass"};
  if (!is_one_of(directive.name, kPasses) || directive.args.empty() ||
      directive.args.front().has_variable) {
    return std::nullopt;
  }
  std::string_view url = directive.args.front().text;
  if (url.ends_with('/')) url.remove_suffix(1);
  return directive.name + " " + std::string(url);
}

struct Surroundings {
  std::string location;
  bool is_guarded = false;
};

void collect(const std::vector<syntax::Directive>& directives, const Surroundings& around,
             std::vector<Backend>& backends) {
  for (const syntax::Directive& directive : directives) {
    if (auto target = target_of(directive)) {
      backends.push_back({.location = around.location,
                          .target = std::move(*target),
                          .is_guarded = around.is_guarded});
    }
    const bool is_location = directive.name == "location";
    if (!directive.block || (!is_location && directive.name != "if")) continue;
    collect(*directive.block,
            {.location = is_location ? words_of(directive) : around.location,
             .is_guarded = around.is_guarded || guard_presence(directive) == GuardPresence::kSome},
            backends);
  }
}

// The path of a location; "" when the location is a pattern or has a name.
std::string_view path_of(std::string_view location) {
  for (const std::string_view modifier : {"^~ ", "= "}) {
    if (location.starts_with(modifier)) location.remove_prefix(modifier.size());
  }
  return location.starts_with('/') ? location : std::string_view{};
}

}  // namespace

GuardPresence guard_presence(const syntax::Directive& block) {
  const bool has_guard =
      block.block && std::any_of(block.block->begin(), block.block->end(), may_refuse);
  return has_guard ? GuardPresence::kSome : GuardPresence::kNone;
}

std::vector<Backend> backends_of(const syntax::Directive& server, GuardPresence around) {
  std::vector<Backend> backends;
  if (!server.block) return backends;
  const bool is_guarded =
      around == GuardPresence::kSome || guard_presence(server) == GuardPresence::kSome;
  collect(*server.block, {.location = {}, .is_guarded = is_guarded}, backends);
  return backends;
}

bool covers(const Backend& open, const Backend& other) {
  if (open.target != other.target) return false;
  if (open.location == other.location) return true;
  const std::string_view prefix = path_of(open.location);
  if (prefix.empty() || open.location.starts_with('=')) return false;
  const bool is_named = other.location.starts_with('@');
  return prefix == "/" ? !is_named : path_of(other.location).starts_with(prefix);
}

}  // namespace mtls::config::routing
