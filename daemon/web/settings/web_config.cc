#include "daemon/web/settings/web_config.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "daemon/system/strict_yaml.h"
#include "daemon/web/settings/go_duration.h"
#include "daemon/web/settings/tls_names.h"

namespace mtls::daemon::web::settings {
namespace {

// The value of a key; nullopt if it is missing or null, which are the same in Go's YAML.
std::optional<YAML::Node> value_of(const YAML::Node& map, const char* key) {
  YAML::Node value = map[key];
  if (!value || value.IsNull()) return std::nullopt;
  return value;
}

// "" if the key is not set. A number or boolean becomes the text as written.
std::string optional_text(const YAML::Node& map, const char* key) {
  const auto value = value_of(map, key);
  if (!value) return {};
  if (!value->IsScalar()) system::reject(*value, std::string(key) + " must be a string");
  return value->Scalar();
}

std::vector<YAML::Node> items_of(const YAML::Node& map, const char* key) {
  const auto list = value_of(map, key);
  if (!list) return {};
  if (!list->IsSequence()) system::reject(*list, std::string(key) + " must be a list");
  std::vector<YAML::Node> items;
  for (const auto& item : *list) {
    system::text_of(item, std::string("an entry of ") + key);
    items.push_back(item);
  }
  return items;
}

bool boolean_of(const YAML::Node& map, const char* key, bool otherwise) {
  const auto value = value_of(map, key);
  if (!value) return otherwise;
  bool parsed = false;
  if (!value->IsScalar() || !YAML::convert<bool>::decode(*value, parsed)) {
    system::reject(*value, std::string(key) + " must be true or false");
  }
  return parsed;
}

struct PemKeys {
  const char* text;
  const char* path;
};

PemSource pem_of(const YAML::Node& map, const PemKeys& keys, const std::string& path) {
  PemSource source{.path = optional_text(map, keys.path), .text = optional_text(map, keys.text)};
  if (!source.path.empty() && !source.text.empty()) {
    system::reject(map[keys.text], std::string(keys.text) + " and " + keys.path +
                                       " are both set; keep one of them");
  }
  if (!source.path.empty()) source.path = system::joined(source.path, path);
  return source;
}

ClientAuth client_auth_of(const YAML::Node& map) {
  static const std::map<std::string_view, ClientAuth> kWords{
      {"", ClientAuth::kNone},
      {"NoClientCert", ClientAuth::kNone},
      {"RequestClientCert", ClientAuth::kRequest},
      {"RequireAnyClientCert", ClientAuth::kRequireAny},
      {"RequireClientCert", ClientAuth::kRequireAny},  // its older name
      {"VerifyClientCertIfGiven", ClientAuth::kVerifyIfGiven},
      {"RequireAndVerifyClientCert", ClientAuth::kRequireAndVerify}};
  const auto word = kWords.find(optional_text(map, "client_auth_type"));
  if (word != kWords.end()) return word->second;
  system::reject(map["client_auth_type"],
                 "client_auth_type must be NoClientCert, RequestClientCert, RequireAnyClientCert, "
                 "VerifyClientCertIfGiven or RequireAndVerifyClientCert");
}

// nullopt: TLS 1.0 or 1.1, which the toolkit knows and this server does not serve.
std::optional<TlsVersion> version_of(const YAML::Node& map, const char* key, TlsVersion otherwise) {
  if (!value_of(map, key)) return otherwise;
  const std::string word = optional_text(map, key);
  if (word == "TLS13") return TlsVersion::kTls13;
  if (word == "TLS12") return TlsVersion::kTls12;
  if (word == "TLS11" || word == "TLS10") return std::nullopt;
  system::reject(map[key], std::string(key) + " must be TLS12 or TLS13");
}

void read_versions(const YAML::Node& map, TlsSettings& tls, std::vector<std::string>& notes) {
  const auto lowest = version_of(map, "min_version", TlsVersion::kTls12);
  const auto highest = version_of(map, "max_version", TlsVersion::kTls13);
  if (!highest)
    system::reject(map["max_version"],
                   "max_version must be TLS12 or TLS13; no other version is served");
  if (!lowest) notes.emplace_back("min_version: TLS12 is used, the lowest version that is served");
  tls.min_version = lowest.value_or(TlsVersion::kTls12);
  tls.max_version = *highest;
  if (tls.min_version > tls.max_version) {
    system::reject(map["min_version"],
                   "min_version is above max_version, so nobody could connect; lower it");
  }
}

void append(std::string& list, std::string_view name) {
  list += (list.empty() ? "" : ":") + std::string(name);
}

void read_ciphers(const YAML::Node& map, TlsSettings& tls) {
  const std::vector<YAML::Node> suites = items_of(map, "cipher_suites");
  for (const YAML::Node& suite : suites) {
    const auto cipher = openssl_cipher(suite.Scalar());
    if (!cipher) {
      system::reject(suite,
                     "unknown cipher suite; use the names of Go's crypto/tls, such as "
                     "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    }
    if (!cipher->is_tls13()) append(tls.ciphers, cipher->openssl);
  }
  if (suites.empty() || !tls.ciphers.empty()) return;
  // Only suites of TLS 1.3: a connection of an older version would have none in common.
  if (tls.max_version == TlsVersion::kTls12) {
    system::reject(map["cipher_suites"],
                   "cipher_suites has no suite of TLS 1.2, so nobody could connect; add one");
  }
  tls.min_version = TlsVersion::kTls13;
}

void read_curves(const YAML::Node& map, TlsSettings& tls) {
  for (const YAML::Node& item : items_of(map, "curve_preferences")) {
    const auto curve = openssl_curve(item.Scalar());
    if (!curve) {
      system::reject(item, "unknown curve; use CurveP256, CurveP384, CurveP521 or X25519");
    }
    append(tls.curves, *curve);
  }
}

// Rejects settings that would let in nobody, or everybody without the operator noticing.
void check_client_rules(const YAML::Node& map, const TlsSettings& tls,
                        std::vector<std::string>& notes) {
  const bool asks = tls.client_auth != ClientAuth::kNone;
  if (tls.client_ca.is_set() && !asks) {
    system::reject(map,
                   "client CAs have no effect without client_auth_type; "
                   "add client_auth_type: RequireAndVerifyClientCert");
  }
  if (!tls.allowed_sans.empty() && !asks) {
    system::reject(map,
                   "client_allowed_sans has no effect without client_auth_type; "
                   "add client_auth_type: RequireAndVerifyClientCert");
  }
  if (tls.client_ca.is_set()) return;
  if (tls.client_auth == ClientAuth::kRequireAndVerify) {
    system::reject(map,
                   "RequireAndVerifyClientCert without client CAs lets nobody in; "
                   "add client_ca_file");
  }
  if (tls.client_auth == ClientAuth::kVerifyIfGiven) {
    notes.emplace_back(
        "VerifyClientCertIfGiven without client_ca_file refuses every client certificate");
  }
}

std::optional<TlsSettings> read_tls(const YAML::Node& map, const std::string& path,
                                    std::vector<std::string>& notes) {
  system::check_keys(map, "tls_server_config",
                     {"cert", "cert_file", "key", "key_file", "client_auth_type", "client_ca",
                      "client_ca_file", "client_allowed_sans", "min_version", "max_version",
                      "cipher_suites", "prefer_server_cipher_suites", "curve_preferences"});
  TlsSettings tls;
  tls.certificate = pem_of(map, {.text = "cert", .path = "cert_file"}, path);
  tls.key = pem_of(map, {.text = "key", .path = "key_file"}, path);
  tls.client_ca = pem_of(map, {.text = "client_ca", .path = "client_ca_file"}, path);
  tls.client_auth = client_auth_of(map);
  for (const YAML::Node& san : items_of(map, "client_allowed_sans")) {
    tls.allowed_sans.push_back(san.Scalar());
  }
  read_versions(map, tls, notes);
  read_ciphers(map, tls);
  read_curves(map, tls);
  tls.prefer_server_ciphers = boolean_of(map, "prefer_server_cipher_suites", true);

  check_client_rules(map, tls, notes);
  // Like IsEnabled() of the toolkit: these keys switch TLS on, the others only tune it.
  const bool enabled = tls.certificate.is_set() || tls.key.is_set() ||
                       !optional_text(map, "client_auth_type").empty();
  if (!enabled) {
    notes.emplace_back("tls_server_config has no certificate, so plain HTTP is served");
    return std::nullopt;
  }
  if (!tls.certificate.is_set()) system::reject(map, "tls_server_config needs cert_file (or cert)");
  if (!tls.key.is_set()) system::reject(map, "tls_server_config needs key_file (or key)");
  return tls;
}

// The toolkit's list of allowed headers (extraHTTPHeaders of web/handler.go), case-sensitive.
void check_header(const YAML::Node& name, const YAML::Node& value) {
  static const std::map<std::string, system::YamlKeys> kValues{
      {"Content-Security-Policy", {}},
      {"Strict-Transport-Security", {}},
      {"X-Content-Type-Options", {"nosniff"}},
      {"X-Frame-Options", {"deny", "sameorigin"}},
      {"X-XSS-Protection", {}}};
  const auto known = kValues.find(name.Scalar());
  if (known == kValues.end()) {
    system::YamlKeys names;
    for (const auto& entry : kValues) names.push_back(entry.first);
    system::reject(name, "this header cannot be set; allowed headers: " + system::listed(names));
  }
  const system::YamlKeys& allowed = known->second;
  const bool fits =
      allowed.empty() || std::find(allowed.begin(), allowed.end(), value.Scalar()) != allowed.end();
  if (!fits) system::reject(value, name.Scalar() + " must be one of: " + system::listed(allowed));
  const std::string& text = value.Scalar();
  const bool has_control = std::any_of(text.begin(), text.end(), [](unsigned char c) {
    return (c < 0x20 && c != '\t') || c == 0x7f;
  });
  if (has_control) system::reject(value, "a header must be one line; write it without line breaks");
}

void read_http(const YAML::Node& map, WebConfig& config) {
  system::check_keys(map, "http_server_config", {"http2", "headers"});
  const bool asks_http2 = value_of(map, "http2") && boolean_of(map, "http2", true);
  if (asks_http2) config.notes.emplace_back("http2 has no effect: only HTTP/1.1 is served");
  const auto headers = value_of(map, "headers");
  if (!headers) return;
  system::check_unique_keys(*headers, "headers");
  for (const auto& entry : *headers) {
    if (!entry.second.IsScalar() && !entry.second.IsNull()) {
      system::reject(entry.second, "the value of a header must be a string");
    }
    check_header(entry.first, entry.second);
    if (entry.second.IsNull() || entry.second.Scalar().empty()) continue;
    config.headers[entry.first.Scalar()] = entry.second.Scalar();
  }
}

void read_users(const YAML::Node& map, WebConfig& config) {
  system::check_unique_keys(map, "basic_auth_users");
  for (const auto& entry : map) {
    if (!entry.second.IsScalar() || !is_bcrypt(entry.second.Scalar())) {
      system::reject(entry.second,
                     "the password of a user must be a bcrypt hash; `htpasswd -nBC 10 "
                     "USER` prints one");
    }
    config.users[entry.first.Scalar()] = entry.second.Scalar();
  }
}

void read_rate_limit(const YAML::Node& map, WebConfig& config) {
  system::check_keys(map, "rate_limit", {"interval", "burst"});
  const std::string interval = optional_text(map, "interval");
  const auto duration = parse_go_duration(interval.empty() ? "0" : interval);
  if (!duration)
    system::reject(map["interval"], "interval must be a duration such as 1s, 500ms or 1m30s");
  RateLimit limit{.interval = *duration};
  if (const std::string burst = optional_text(map, "burst"); !burst.empty()) {
    const auto [end, error] =
        std::from_chars(burst.data(), burst.data() + burst.size(), limit.burst);
    const bool whole = error == std::errc{} && end == burst.data() + burst.size();
    if (!whole || limit.burst < 0) system::reject(map["burst"], "burst must be a whole number");
  }
  if (limit.interval.count() == 0) return;
  if (limit.burst == 0) config.notes.emplace_back("rate_limit with burst 0 refuses every request");
  config.rate_limit = limit;
}

void read(const YAML::Node& root, const std::string& path, WebConfig& config) {
  if (root.IsNull()) return;
  system::check_keys(root, "web-config.yml",
                     {"tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"});
  if (const auto tls = value_of(root, "tls_server_config")) {
    config.tls = read_tls(*tls, path, config.notes);
  }
  if (const auto http = value_of(root, "http_server_config")) read_http(*http, config);
  if (const auto users = value_of(root, "basic_auth_users")) read_users(*users, config);
  if (const auto limit = value_of(root, "rate_limit")) read_rate_limit(*limit, config);
}

}  // namespace

base::Result<WebConfig> parse_web_config(std::string_view text, const std::string& path) {
  WebConfig config;
  const auto parsed =
      system::read_yaml(text, path, [&](const YAML::Node& root) { read(root, path, config); });
  if (!parsed) return tl::unexpected(parsed.error());
  return config;
}

bool is_bcrypt(std::string_view hash) {
  constexpr std::size_t kLength = 60;
  constexpr std::size_t kSettings = 7;  // "$2b$10$"
  constexpr std::array<std::string_view, 3> kPrefixes{"$2a$", "$2b$", "$2y$"};
  if (hash.size() != kLength || hash[kSettings - 1] != '$') return false;
  if (std::find(kPrefixes.begin(), kPrefixes.end(), hash.substr(0, 4)) == kPrefixes.end()) {
    return false;
  }
  const std::string_view cost = hash.substr(4, 2);
  if (cost < "04" || cost > "31" || cost[1] < '0' || cost[1] > '9') return false;
  return std::all_of(hash.begin() + kSettings, hash.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
           c == '/';
  });
}

}  // namespace mtls::daemon::web::settings
