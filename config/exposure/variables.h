// The values of variables while one request is followed, as far as the configuration tells: maps,
// `set`, the TLS variables of a client without a verified certificate, the URI. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/client_variables.h"
#include "config/syntax/ast.h"
#include "config/syntax/regex.h"
#include "config/syntax/variable_names.h"

namespace mtls::config::exposure {

/// A text; nullopt: not known, it may be any.
using Known = std::optional<std::string>;

/// The method of a request and what else its sender chooses.
enum class Sender {
  kAnybody,   // chooses method, headers and arguments
  kPlainGet,  // `GET PATH` without arguments, cookies or headers of its own
};

/// A request at one point of its way.
struct RequestState {
  std::string verify;  // $ssl_client_verify: SUCCESS, NONE, `FAILED:…`, or "" without TLS (R3.32)
  // The other `$ssl_client_*`; nullptr: those of any client with this verdict.
  const ClientVariables* client = nullptr;
  Sender sender = Sender::kAnybody;
  Known method;      // nullopt: any
  std::string host;  // the host that selected the server; "": any
  Known sent_uri;    // the path in the request line
  Known uri;         // $uri, which rewrites change
  // When `uri` is not known: it is none of the paths that the configuration names.
  bool is_unnamed = false;
  // Values from `set`, and of maps and `$ssl_client_*` once used.
  std::map<std::string, Known, std::less<>> variables;
  // Assumed outcomes of tests whose outcome is not known.
  std::map<std::string, bool, std::less<>> outcomes;
  std::set<std::string, std::less<>> asked;  // the variables of those tests
  // Why this branch may not exist; "": it does.
  std::string doubt;
};

/// Sets $uri, and drops the assumed outcomes of tests, since they no longer hold.
void change_uri(RequestState& request, Known uri);

struct Value {
  Known known;
  std::vector<std::string> one_of;  // when `known` is not: one of these; when empty, any text
  bool is_clients_choice = false;   // a header, an argument, the method: the client chooses freely
  // A fingerprint or a whole certificate: whoever has the one that the configuration names has its
  // key, and is as good as verified (R9.27). So it equals no text that the configuration contains.
  bool is_unforgeable = false;
};

/// Whether a pattern for an unforgeable value pins it: it contains a whole SHA-1 fingerprint.
bool pins_fingerprint(std::string_view pattern);

class Variables {
 public:
  explicit Variables(const syntax::Directive& http);

  /// The value of the variable `name`. May note the value in `request`, where the first
  /// use fixes it.
  Value value(std::string_view name, RequestState& request) const {
    return value(name, request, 0);
  }
  /// The text after nginx has inserted the variables; nullopt: not known.
  Known text(std::string_view written, RequestState& request) const;

  /// Whether a `$variable` in the text comes from the verdict or another `$ssl_client_*`, directly
  /// or through maps and `set`.
  bool carries_verdict(std::string_view written) const;

  /// Whether the value depends on the request line or the Host as the client wrote it. Only one
  /// spelling is followed, and another spelling can reach the same location.
  bool is_one_spelling(std::string_view name) const;

  /// Whether some word of the http or stream block contains the variable.
  bool mentions(std::string_view name) const { return mentioned_.contains(name); }

  /// Whether the words of both blocks bind and mention the same variables, from the same texts.
  bool binds_same(const Variables& other) const;

  /// The paths and patterns with which maps compare the request's path.
  struct Paths {
    std::vector<std::string> literals;
    std::vector<std::string> patterns;
  };
  const Paths& paths() const { return paths_; }

 private:
  struct Row {
    std::string key;                     // in lower case; a pattern as written
    std::optional<syntax::Regex> regex;  // of `~` and `~*`
    std::string value;

    bool operator==(const Row&) const = default;
  };
  struct Map {
    std::string source;
    std::vector<Row> rows;
    std::string fallback;
    bool is_readable = true;  // false with `hostnames`, or a pattern that does not compile
    bool is_volatile = false;

    bool operator==(const Map&) const = default;
  };

  using Names = std::set<std::string, std::less<>>;

  void add_dependents(Names& names) const;
  static Map read_map(const syntax::Directive& block);
  void collect(const syntax::Directive& block);
  void note_client_variables(const std::string& word);
  void collect_paths(const Map& map);
  Value value(std::string_view name, RequestState& request, int depth) const;
  Value text(std::string_view written, RequestState& request, int depth) const;
  static Value sent_value(std::string_view name, const RequestState& request);
  Value map_value(const Map& map, RequestState& request, int depth) const;
  std::vector<const std::string*> candidates(const Map& map, const Value& source,
                                             const RequestState& request) const;

  std::map<std::string, Map, std::less<>> maps_;
  // Variables that some `set` sets; "" until then.
  std::set<std::string, std::less<>> set_somewhere_;
  // Set by captures, scripts or geo, which are not followed.
  std::set<std::string, std::less<>> unfollowed_;
  // Variable, and a text that its value is made from.
  std::vector<std::pair<std::string, std::string>> assignments_;
  Names mentioned_;         // of ssl_client_*, those in any word
  Names verdict_carriers_;  // variables that may carry the verdict
  // Variables that depend on the client's spelling.
  Names spelling_dependent_;
  Paths paths_;
};

/// Whether the target is a full URL, which nginx answers with a redirect.
bool is_external(std::string_view target);

/// Whether the variable is the path of the request: `uri`, `document_uri` or `request_uri`.
bool is_path_variable(std::string_view name);

}  // namespace mtls::config::exposure
