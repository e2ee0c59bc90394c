// What a request variable is worth while one request is followed, as far as the configuration
// tells: maps, `set`, the TLS variables of a client without SUCCESS, the URI. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/syntax/ast.h"
#include "config/syntax/regex.h"
#include "config/syntax/variable_names.h"

namespace mtls::config::exposure {

/// A text, or nullopt: any.
using Known = std::optional<std::string>;

/// One request of a client that nginx did not verify, at one moment of its way.
struct RequestState {
  std::string verify;  // $ssl_client_verify: `NONE`, `FAILED:…`, or "" without TLS (R3.32)
  std::string host;    // as it selected the server; "": any
  Known sent_uri;      // the path of the request line
  Known uri;           // $uri: rewrites change it
  // With `uri` unknown: it is none of the paths that the configuration names.
  bool is_unnamed = false;
  std::map<std::string, Known, std::less<>> variables;  // `set`, and maps once asked
  std::map<std::string, bool, std::less<>> outcomes;    // of tests that could go either way
  std::set<std::string, std::less<>> asked;             // the variables of those tests
  std::string doubt;                                    // why this way may not exist; "": it does
};

/// $uri becomes `uri`; what was asked of it no longer holds.
void change_uri(RequestState& request, Known uri);

struct Value {
  Known known;
  std::vector<std::string> one_of;  // when not known: one of these, or of all texts when empty
  bool is_clients_choice = false;   // a header, an argument, a method: whatever the client likes
};

class Variables {
 public:
  explicit Variables(const syntax::Directive& http);

  Value value(std::string_view name, RequestState& request) const {
    return value(name, request, 0);
  }
  /// The text after nginx has put in the variables; nullopt: not known.
  Known text(std::string_view written, RequestState& request) const;

  /// Some `$variable` in the text comes from the verdict or another `$ssl_client_*`, through maps
  /// and `set` too.
  bool carries_verdict(std::string_view written) const;

  /// The value follows the request line or Host as sent, of which we know one spelling only:
  /// another one reaches the same place.
  bool is_one_spelling(std::string_view name) const;

  /// Paths and patterns that maps look for in the request's path.
  struct Paths {
    std::vector<std::string> literals;
    std::vector<std::string> patterns;
  };
  const Paths& paths() const { return paths_; }

 private:
  struct Row {
    std::string key;                     // lower case; of a pattern: as written
    std::optional<syntax::Regex> regex;  // ~ and ~*
    std::string value;
  };
  struct Map {
    std::string source;
    std::vector<Row> rows;
    std::string fallback;
    bool is_readable = true;  // no hostnames, no pattern that does not compile
    bool is_volatile = false;
  };

  using Names = std::set<std::string, std::less<>>;

  void spread(Names& names) const;
  static Map read_map(const syntax::Directive& block);
  void collect(const syntax::Directive& block);
  void collect_paths(const Map& map);
  Value value(std::string_view name, RequestState& request, int depth) const;
  Value text(std::string_view written, RequestState& request, int depth) const;
  Value map_value(const Map& map, RequestState& request, int depth) const;
  std::vector<const std::string*> candidates(const Map& map, const Value& source,
                                             const RequestState& request) const;

  std::map<std::string, Map, std::less<>> maps_;
  std::set<std::string, std::less<>> set_somewhere_;        // "" until they are
  std::set<std::string, std::less<>> elsewhere_;            // captures, scripts, geo: not followed
  std::vector<std::pair<std::string, std::string>> feeds_;  // variable, text it is made of
  Names carriers_;                                          // of the verdict
  Names spellings_;                                         // of what was sent
  Paths paths_;
};

/// A whole URL, which nginx answers with a redirect.
bool is_external(std::string_view target);

/// The path of the request: `uri`, `document_uri`, `request_uri`.
bool is_path_variable(std::string_view name);

}  // namespace mtls::config::exposure
