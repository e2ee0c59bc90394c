#include "config/exposure/variables.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.h"

namespace mtls::config::exposure {
namespace {

// In a set of names it stands for all variables with this prefix.
constexpr std::string_view kVerdictPrefix = "ssl_client_";
constexpr int kMaxDepth = 16;  // nginx gives up on cycles of variables at run time

template <std::size_t kCount>
bool is_one_of(std::string_view name, const std::array<std::string_view, kCount>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_sent_by_client(std::string_view name) {
  constexpr std::array<std::string_view, 7> kNames{
      "args",           "query_string", "is_args",    "request_method",
      "content_length", "content_type", "remote_user"};
  return name != "http_host" && (is_one_of(name, kNames) || name.starts_with("http_") ||
                                 name.starts_with("arg_") || name.starts_with("cookie_"));
}

Value of(std::string text) {
  Value value;
  value.known = std::move(text);
  return value;
}

Value any_of_clients_choice() {
  Value value;
  value.is_clients_choice = true;
  return value;
}

bool is_unforgeable(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames{"ssl_client_fingerprint", "ssl_client_cert",
                                                   "ssl_client_raw_cert",
                                                   "ssl_client_escaped_cert"};
  return is_one_of(name, kNames);
}

// Of any client: only one that sends a certificate has a subject. In an unverified certificate it
// is the client's free choice, and so is it which of its certificates a verified client sends.
Value of_any_client(std::string_view name, std::string_view verify) {
  if (verify.empty() || verify == "NONE") return of("");
  Value value = any_of_clients_choice();
  value.is_unforgeable = verify.starts_with("FAILED") && is_unforgeable(name);
  return value;
}

Value of_client(std::string_view name, const ClientVariables& client) {
  if (const auto found = client.values.find(name); found != client.values.end()) {
    return of(found->second);
  }
  return of("");
}

Value tls_value(std::string_view name, const RequestState& request) {
  if (name == "ssl_client_verify") return of(request.verify);
  return request.client != nullptr ? of_client(name, *request.client)
                                   : of_any_client(name, request.verify);
}

bool is_parameter(const syntax::Directive& row, std::string_view name) {
  return row.name == name && row.args.empty();
}

}  // namespace

void change_uri(RequestState& request, Known uri) {
  request.uri = std::move(uri);
  request.is_unnamed = false;
  request.outcomes.clear();
}

bool pins_fingerprint(std::string_view pattern) {
  constexpr std::size_t kDigits = 40;
  std::size_t run = 0;
  for (const char c : pattern) {
    run = std::isxdigit(static_cast<unsigned char>(c)) != 0 ? run + 1 : 0;
    if (run == kDigits) return true;
  }
  return false;
}

bool is_external(std::string_view target) {
  return target.starts_with("http://") || target.starts_with("https://") ||
         target.starts_with("$scheme");
}

bool is_path_variable(std::string_view name) {
  return name == "uri" || name == "document_uri" || name == "request_uri";
}

Variables::Variables(const syntax::Directive& http) {
  collect(http);
  for (const auto& [name, map] : maps_) collect_paths(map);
  verdict_carriers_.insert(std::string(kVerdictPrefix));
  add_dependents(verdict_carriers_);
  spelling_dependent_ = {"request_uri", "host", "http_host"};
  add_dependents(spelling_dependent_);
}

bool Variables::binds_same(const Variables& other) const {
  return maps_ == other.maps_ && set_somewhere_ == other.set_somewhere_ &&
         unfollowed_ == other.unfollowed_ && assignments_ == other.assignments_ &&
         mentioned_ == other.mentioned_ && verdict_carriers_ == other.verdict_carriers_ &&
         spelling_dependent_ == other.spelling_dependent_;
}

// ngx_http_map(): `hostnames` and `volatile` stand alone; all other lines are a key and a value.
Variables::Map Variables::read_map(const syntax::Directive& block) {
  Map map;
  map.source = block.args.at(0).text;
  for (const syntax::Directive& row : *block.block) {
    if (is_parameter(row, "hostnames")) map.is_readable = false;
    if (is_parameter(row, "volatile")) map.is_volatile = true;
    if (row.args.size() != 1) continue;
    const std::string& value = row.args[0].text;
    std::string key = row.name;
    if (key == "default") {
      map.fallback = value;
    } else if (key.starts_with('~')) {
      const bool either = key.starts_with("~*");
      key.erase(0, either ? 2 : 1);
      auto regex = syntax::Regex::compile(
          key, either ? syntax::Letters::kEitherCase : syntax::Letters::kExact);
      if (!regex) map.is_readable = false;
      if (regex) map.rows.push_back({.key = key, .regex = std::move(*regex), .value = value});
    } else {
      if (key.starts_with('\\')) key.erase(0, 1);
      map.rows.push_back({.key = base::ascii_lower(key), .regex = std::nullopt, .value = value});
    }
  }
  return map;
}

void Variables::collect(const syntax::Directive& block) {
  for (const syntax::Directive& directive : *block.block) {
    const std::string_view name = directive.name;
    const auto& args = directive.args;
    for (const syntax::Argument& word : args) {
      note_client_variables(word.text);
      for (std::string& group : syntax::named_groups(word.text))
        unfollowed_.insert(std::move(group));
    }
    if (name == "map" && args.size() == 2 && directive.block) {
      const std::string target =
          args[1].text.empty() ? "" : base::ascii_lower(args[1].text.substr(1));
      for (const syntax::Directive& row : *directive.block) {
        for (std::string& group : syntax::named_groups(row.name))
          unfollowed_.insert(std::move(group));
        if (!row.args.empty()) assignments_.emplace_back(target, row.args[0].text);
      }
      assignments_.emplace_back(target, args[0].text);
      maps_[target] = read_map(directive);
    } else if (syntax::is_data_block(directive) && !args.empty()) {
      for (std::string& target : syntax::variables_in(args.back().text)) unfollowed_.insert(target);
    } else if (name == "set" && args.size() == 2) {
      for (const std::string& target : syntax::variables_in(args[0].text)) {
        set_somewhere_.insert(target);
        assignments_.emplace_back(target, args[1].text);
      }
    } else if (name == "auth_request_set" || name == "js_set" || name == "js_var" ||
               name == "perl_set" || name.starts_with("set_by_lua")) {
      if (args.empty()) continue;
      for (const std::string& target : syntax::variables_in(args[0].text)) {
        unfollowed_.insert(target);
        verdict_carriers_.insert(target);  // code can read any variable
      }
    } else if (directive.block) {
      collect(directive);
    }
  }
}

void Variables::note_client_variables(const std::string& word) {
  if (word.find(kVerdictPrefix) == std::string::npos) return;
  for (std::string& name : syntax::variables_in(word)) mentioned_.insert(std::move(name));
}

void Variables::collect_paths(const Map& map) {
  const auto names = syntax::variables_in(map.source);
  if (std::none_of(names.begin(), names.end(), is_path_variable)) return;
  for (const Row& row : map.rows)
    (row.regex ? paths_.patterns : paths_.literals).push_back(row.key);
}

// Adds the variables that are made from `names`, until nothing new is found: a map may read a map,
// and a `set` a `set`.
void Variables::add_dependents(Names& names) const {
  for (bool grows = true; grows;) {
    grows = false;
    for (const auto& [target, source] : assignments_) {
      const auto parts = syntax::variables_in(source);
      const bool depends = std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
        return part.starts_with(kVerdictPrefix) ? names.contains(kVerdictPrefix)
                                                : names.contains(part);
      });
      if (depends && names.insert(target).second) grows = true;
    }
  }
}

bool Variables::carries_verdict(std::string_view written) const {
  const auto names = syntax::variables_in(written);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return name.starts_with(kVerdictPrefix) || verdict_carriers_.contains(name);
  });
}

bool Variables::is_one_spelling(std::string_view name) const {
  return spelling_dependent_.contains(name);
}

// What the client sends besides the path. `host` comes first here.
Value Variables::sent_value(std::string_view name, const RequestState& request) {
  if (name == "request_method" && request.method) return of(*request.method);
  // Every client has a user agent and says what it accepts.
  constexpr std::array<std::string_view, 4> kAlways{"http_user_agent", "http_accept",
                                                    "http_accept_encoding", "http_accept_language"};
  const bool is_sent = request.sender == Sender::kAnybody || is_one_of(name, kAlways);
  return is_sent ? any_of_clients_choice() : of("");
}

Value Variables::value(std::string_view written, RequestState& request, int depth) const {
  const std::string name = base::ascii_lower(written);
  Value any;
  if (const auto set = request.variables.find(name); set != request.variables.end()) {
    any.known = set->second;
    return any;
  }
  if (name.starts_with(kVerdictPrefix)) {
    Value said = tls_value(name, request);
    // The first use fixes these too: in stream a `set` reads them before the handshake, and they
    // stay empty (R9.24).
    if (said.known) request.variables[name] = said.known;
    return said;
  }
  if (name == "uri" || name == "document_uri" || name == "request_uri") {
    any.known = name == "request_uri" ? request.sent_uri : request.uri;
    return any;
  }
  if (name == "scheme") return of(request.verify.empty() ? "http" : "https");
  if (name == "https") return of(request.verify.empty() ? "" : "on");
  if (name == "host" || name == "http_host") {
    return request.host.empty() ? any : of(request.host);
  }
  if (is_sent_by_client(name)) return sent_value(name, request);
  if (unfollowed_.contains(name) || depth > kMaxDepth) return any;
  if (const auto map = maps_.find(name); map != maps_.end()) {
    Value found = map_value(map->second, request, depth + 1);
    // The first use fixes the value, even when the path is rewritten later
    // (ngx_http_get_indexed_variable()).
    if (found.known && !map->second.is_volatile) request.variables[name] = found.known;
    return found;
  }
  return set_somewhere_.contains(name) ? of("") : any;
}

Known Variables::text(std::string_view written, RequestState& request) const {
  return text(written, request, 0).known;
}

Value Variables::text(std::string_view written, RequestState& request, int depth) const {
  std::string result;
  bool is_known = true;
  bool is_free = true;
  for (std::size_t at = 0; at < written.size();) {
    if (written[at] != '$') {
      result += written[at++];
      continue;
    }
    const std::size_t begin = at;
    Value part = value(syntax::take_name(written, at), request, depth);
    if (begin == 0 && at == written.size()) return part;
    if (part.known) {
      result += *part.known;
    } else {
      is_known = false;
      is_free = is_free && part.is_clients_choice;
    }
  }
  if (is_known) return of(std::move(result));
  return is_free ? any_of_clients_choice() : Value{};
}

// ngx_http_map_find(): exact keys in any case, then the patterns in order, then the default. An
// empty value is never compared with a pattern (R9.24).
std::vector<const std::string*> Variables::candidates(const Map& map, const Value& source,
                                                      const RequestState& request) const {
  std::vector<const std::string*> found;
  const bool is_path =
      is_path_variable(base::ascii_lower(map.source).substr(map.source.empty() ? 0 : 1));
  const bool no_literal = is_path && request.is_unnamed;
  for (const Row& row : map.rows) {
    if (row.regex || no_literal || source.is_unforgeable) continue;
    if (!source.known) found.push_back(&row.value);
    if (source.known && base::ascii_lower(*source.known) == row.key) return {&row.value};
  }
  const bool is_empty = source.known && source.known->empty();
  for (const Row& row : map.rows) {
    if (!row.regex || is_empty) continue;
    if (source.is_unforgeable && pins_fingerprint(row.key)) continue;
    const syntax::Match match =
        source.known ? row.regex->match(*source.known) : syntax::Match::kUndecided;
    if (match == syntax::Match::kNo) continue;
    found.push_back(&row.value);
    if (match == syntax::Match::kYes) return found;
  }
  found.push_back(&map.fallback);
  return found;
}

Value Variables::map_value(const Map& map, RequestState& request, int depth) const {
  if (!map.is_readable) return {};
  const Value source = text(map.source, request, depth);
  Value result;
  result.is_clients_choice = source.is_clients_choice;
  for (const std::string* written : candidates(map, source, request)) {
    const Value value = text(*written, request, depth);
    if (!value.known) return {};
    result.one_of.push_back(*value.known);
  }
  std::sort(result.one_of.begin(), result.one_of.end());
  const auto end = std::unique(result.one_of.begin(), result.one_of.end());
  result.one_of.erase(end, result.one_of.end());
  if (result.one_of.size() == 1) return of(result.one_of.front());
  return result;
}

}  // namespace mtls::config::exposure
