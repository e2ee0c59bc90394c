#include "config/exposure/location_tree.h"

#include <algorithm>
#include <utility>

#include "config/grammar/location_name.h"

namespace mtls::config::exposure {
namespace {

using Kind = Location::Kind;

Kind kind_of(grammar::LocationName::Kind kind) {
  switch (kind) {
    case grammar::LocationName::Kind::kExact: return Kind::kExact;
    case grammar::LocationName::Kind::kRegex: return Kind::kRegex;
    case grammar::LocationName::Kind::kNamed: return Kind::kNamed;
    case grammar::LocationName::Kind::kPrefix: break;
  }
  return Kind::kPrefix;
}

void read_words(Location& location) {
  if (location.directive->args.empty()) return;
  grammar::LocationName words = grammar::LocationName::of(*location.directive);
  location.kind = kind_of(words.kind);
  location.stops_regex = words.stops_regex;
  location.name = std::move(words.name);
  if (location.kind != Kind::kRegex) return;
  auto regex = syntax::Regex::compile(location.name, words.letters);
  if (regex) location.regex = std::move(*regex);
}

// With `proxy_pass` or its kin in `location /x/` nginx answers `/x` with a redirect
// (clcf->auto_redirect).
bool redirects_to_slash(const Location& location) {
  if (!location.name.ends_with('/')) return false;
  const auto& inside = *location.directive->block;
  return std::any_of(inside.begin(), inside.end(), [](const syntax::Directive& directive) {
    return directive.name.ends_with("_pass");
  });
}

bool is_static(const Location& location) {
  return location.kind == Kind::kPrefix || location.kind == Kind::kExact;
}

}  // namespace

std::string Location::label() const {
  if (kind == Kind::kServer) return "";
  if (is_inside_location()) return outer->label();
  std::string text;
  for (const syntax::Argument& word : directive->args)
    text += (text.empty() ? "" : " ") + word.text;
  return text;
}

const Location* Location::limit_except() const {
  const auto found = std::find_if(inside.begin(), inside.end(), [](const auto& level) {
    return level->kind == Kind::kLimitExcept;
  });
  return found == inside.end() ? nullptr : found->get();
}

const syntax::Directive* Location::own(std::string_view directive_name) const {
  const auto found =
      std::find_if(directive->block->begin(), directive->block->end(),
                   [&](const syntax::Directive& one) { return one.name == directive_name; });
  return found == directive->block->end() ? nullptr : &*found;
}

LocationTree::LocationTree(const syntax::Directive& http, const syntax::Directive& server)
    : http_(http) {
  server_.directive = &server;
  grow(server_);
}

void LocationTree::grow(Location& level) {
  for (const syntax::Directive& directive : *level.directive->block) {
    const bool is_location = directive.name == "location";
    // An `if` of the server is not a level for requests (if_code->loc_conf is NULL).
    const bool is_if = directive.name == "if" && level.kind != Kind::kServer;
    const bool is_limit = directive.name == "limit_except";
    if (!directive.block || (!is_location && !is_if && !is_limit)) continue;
    auto location = std::make_unique<Location>();
    location->directive = &directive;
    location->outer = &level;
    location->kind = is_limit ? Kind::kLimitExcept : Kind::kIf;
    if (is_location) read_words(*location);
    if (is_location) locations_.push_back(location.get());
    grow(*location);
    level.inside.push_back(std::move(location));
  }
}

const Location* LocationTree::named(std::string_view name) const {
  const auto found =
      std::find_if(server_.inside.begin(), server_.inside.end(), [&](const auto& location) {
        return location->kind == Kind::kNamed && location->name == name;
      });
  return found == server_.inside.end() ? nullptr : found->get();
}

std::vector<LocationTree::LocationMatch> LocationTree::find(const RequestState& request) const {
  LocationMatch found{.at = &server_};
  if (!request.uri || find_in(server_, *request.uri, found) == Outcome::kUndecided) {
    return find_any(request);
  }
  return {found};
}

// ngx_http_core_find_static_location(): the longest prefix, unless an exact match or a redirect
// settles the search at once.
LocationTree::Outcome LocationTree::find_static(const Location& level, const std::string& uri,
                                                LocationMatch& found) {
  const Location* prefix = nullptr;
  const Location* slash = nullptr;
  for (const auto& location : level.inside) {
    if (!is_static(*location)) continue;
    if (location->kind == Kind::kExact && location->name == uri) {
      found.at = location.get();
      return Outcome::kSettled;
    }
    if (location->name == uri + "/" && redirects_to_slash(*location)) slash = location.get();
    const bool is_longer = prefix == nullptr || location->name.size() > prefix->name.size();
    if (location->kind == Kind::kPrefix && uri.starts_with(location->name) && is_longer) {
      prefix = location.get();
    }
  }
  if (slash != nullptr && (prefix == nullptr || prefix->name != uri)) {
    found = {.at = slash, .is_redirect = true};
    return Outcome::kSettled;
  }
  if (prefix != nullptr) found.at = prefix;
  return Outcome::kOpen;
}

// ngx_http_core_find_location(): once the search is settled, the patterns of outer levels do not
// count.
LocationTree::Outcome LocationTree::find_in(const Location& level, const std::string& uri,
                                            LocationMatch& found) const {
  const Location* before = found.at;
  Outcome outcome = find_static(level, uri, found);
  if (outcome == Outcome::kSettled) return outcome;
  const Location* prefix = found.at == before ? nullptr : found.at;
  if (prefix != nullptr) outcome = find_in(*prefix, uri, found);
  if (outcome != Outcome::kOpen || (prefix != nullptr && prefix->stops_regex)) return outcome;
  for (const auto& location : level.inside) {
    if (location->kind != Kind::kRegex) continue;
    const syntax::Match match =
        location->regex ? location->regex->match(uri) : syntax::Match::kUndecided;
    if (match == syntax::Match::kUndecided) return Outcome::kUndecided;
    if (match == syntax::Match::kNo) continue;
    found.at = location.get();
    outcome = find_in(*location, uri, found);
    return outcome == Outcome::kUndecided ? outcome : Outcome::kSettled;
  }
  return Outcome::kOpen;
}

// All locations that any path may reach. An unnamed path reaches no exact location.
std::vector<LocationTree::LocationMatch> LocationTree::find_any(const RequestState& request) const {
  std::vector<LocationMatch> found;
  bool has_root = false;
  for (const Location* location : locations_) {
    if (location->kind == Kind::kNamed) continue;
    if (location->kind == Kind::kExact && request.is_unnamed) continue;
    found.push_back({.at = location, .is_redirect = false, .is_certain = false});
    const bool takes_all = location->kind == Kind::kPrefix && location->name.size() <= 1;
    has_root = has_root || (takes_all && location->outer == &server_);
  }
  if (!has_root) found.push_back({.at = &server_, .is_redirect = false, .is_certain = false});
  return found;
}

std::vector<const syntax::Directive*> LocationTree::effective(const Location& at,
                                                              std::string_view name) const {
  std::vector<const syntax::Directive*> found;
  const auto look = [&](const syntax::Directive& level) {
    for (const syntax::Directive& directive : *level.block) {
      if (directive.name == name) found.push_back(&directive);
    }
    return !found.empty();
  };
  for (const Location* level = &at; level != nullptr; level = level->outer) {
    if (look(*level->directive)) return found;
  }
  look(http_);
  return found;
}

const syntax::Directive* LocationTree::first_effective(
    const Location& at, const std::array<std::string_view, 2>& names) const {
  const auto look = [&](const syntax::Directive& level) -> const syntax::Directive* {
    const auto& inside = *level.block;
    const auto found = std::find_if(
        inside.begin(), inside.end(),
        [&](const syntax::Directive& one) { return one.name == names[0] || one.name == names[1]; });
    return found == inside.end() ? nullptr : &*found;
  };
  for (const Location* level = &at; level != nullptr; level = level->outer) {
    if (const syntax::Directive* found = look(*level->directive)) return found;
  }
  return look(http_);
}

const syntax::Directive* LocationTree::effective_one(const Location& at,
                                                     std::string_view name) const {
  const auto found = effective(at, name);
  return found.empty() ? nullptr : found.front();
}

}  // namespace mtls::config::exposure
