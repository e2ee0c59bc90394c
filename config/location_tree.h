// The locations of one http server block as nginx looks them up (ngx_http_core_find_location), and
// which directive is in force at one of them. Points into the Document. Pure.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/ast.h"
#include "config/regex.h"
#include "config/variables.h"

namespace mtls::config {

/// A configuration level below http: the server, a location, or an `if` inside one.
struct Location {
  enum class Kind { kServer, kPrefix, kExact, kRegex, kNamed, kIf };

  Kind kind = Kind::kServer;
  const Directive* directive = nullptr;
  const Location* outer = nullptr;
  std::string name;            // path, pattern or @name
  bool stops_regex = false;    // ^~
  std::optional<Regex> regex;  // nullopt also for a pattern that does not compile
  std::vector<std::unique_ptr<Location>> inside;

  /// The words after `location`; those of the location around an `if`; "" for the server.
  std::string label() const;
  const Location& location() const { return kind == Kind::kIf ? outer->location() : *this; }
  const Directive* own(std::string_view directive_name) const;
};

class LocationTree {
 public:
  LocationTree(const Directive& http, const Directive& server);

  const Directive& http() const { return http_; }
  const Location& server() const { return server_; }
  /// nullptr: nginx answers 500.
  const Location* named(std::string_view name) const;

  struct Found {
    const Location* at;
    bool is_redirect = false;  // 301 to the same path with a slash
    bool is_certain = true;    // for the path given; else some path may lead there
  };
  std::vector<Found> find(const RequestState& request) const;

  /// The directives of that name at the innermost level that has any: levels never add up.
  std::vector<const Directive*> effective(const Location& at, std::string_view name) const;
  const Directive* effective_one(const Location& at, std::string_view name) const;
  /// The first directive of either name at the innermost level that has one.
  const Directive* first_effective(const Location& at,
                                   const std::array<std::string_view, 2>& names) const;

  /// Every location but the server itself and the `if`s, in configuration order.
  const std::vector<const Location*>& locations() const { return locations_; }

 private:
  void grow(Location& level);
  enum class Outcome { kOpen, kSettled, kUndecided };
  static Outcome find_static(const Location& level, const std::string& uri, Found& found);
  Outcome find_in(const Location& level, const std::string& uri, Found& found) const;
  std::vector<Found> find_any(const RequestState& request) const;

  const Directive& http_;
  Location server_;
  std::vector<const Location*> locations_;
};

}  // namespace mtls::config
