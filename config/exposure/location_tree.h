// The locations of one http server block as nginx searches them (ngx_http_core_find_location()),
// and which directive is in force at one of them. Points into the Document. Pure.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/exposure/variables.h"
#include "config/syntax/ast.h"
#include "config/syntax/regex.h"

namespace mtls::config::exposure {

/// A level of the configuration below http: the server, a location, or inside a location an `if` or
/// a `limit_except`.
struct Location {
  enum class Kind { kServer, kPrefix, kExact, kRegex, kNamed, kIf, kLimitExcept };

  Kind kind = Kind::kServer;
  const syntax::Directive* directive = nullptr;
  const Location* outer = nullptr;
  std::string name;                    // the path, the pattern or @name
  bool stops_regex = false;            // ^~
  std::optional<syntax::Regex> regex;  // nullopt also when the pattern does not compile
  std::vector<std::unique_ptr<Location>> inside;

  /// The words after `location`. For an `if` or `limit_except` those of the location around it; ""
  /// for the server.
  std::string label() const;
  bool is_inside_location() const { return kind == Kind::kIf || kind == Kind::kLimitExcept; }
  const Location& location() const { return is_inside_location() ? outer->location() : *this; }
  /// The level of its `limit_except`, which is a location of its own for the other methods (R9.25);
  /// nullptr without one.
  const Location* limit_except() const;
  /// The first directive with that name at this very level; nullptr when there is none.
  const syntax::Directive* own(std::string_view directive_name) const;
};

class LocationTree {
 public:
  LocationTree(const syntax::Directive& http, const syntax::Directive& server);

  const syntax::Directive& http() const { return http_; }
  const Location& server() const { return server_; }
  /// The location @name; nullptr: nginx answers 500.
  const Location* named(std::string_view name) const;

  struct LocationMatch {
    const Location* at;
    bool is_redirect = false;  // nginx answers 301 to the same path with a slash
    bool is_certain = true;    // the given path leads there; otherwise some path may
  };
  /// Where the request's path leads: one match, or every possible one when the path is not known.
  std::vector<LocationMatch> find(const RequestState& request) const;

  /// The directives with that name at the innermost level that has any. Levels never add up.
  std::vector<const syntax::Directive*> effective(const Location& at, std::string_view name) const;
  /// The first directive of effective(); nullptr when there is none.
  const syntax::Directive* effective_one(const Location& at, std::string_view name) const;
  /// The first directive with either name, at the innermost level that has one.
  const syntax::Directive* first_effective(const Location& at,
                                           const std::array<std::string_view, 2>& names) const;

  /// All locations, in the order of the configuration; only those that are written `location`.
  const std::vector<const Location*>& locations() const { return locations_; }

 private:
  void grow(Location& level);
  enum class Outcome { kOpen, kSettled, kUndecided };
  static Outcome find_static(const Location& level, const std::string& uri, LocationMatch& found);
  Outcome find_in(const Location& level, const std::string& uri, LocationMatch& found) const;
  std::vector<LocationMatch> find_any(const RequestState& request) const;

  const syntax::Directive& http_;
  Location server_;
  std::vector<const Location*> locations_;
};

}  // namespace mtls::config::exposure
