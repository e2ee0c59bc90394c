// The table of TLS directives against real nginx: both refuse each context and each value in the
// same words, or both accept it. For values that nginx passes to OpenSSL only nginx's own words
// count.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "config/grammar/directive_table.h"
#include "config/include.h"
#include "config/nginx_build.h"
#include "config/resolve.h"
#include "daemon/system/disk.h"
#include "tests/integration/build_under_test.h"
#include "tests/integration/config/nginx_modules.h"

namespace mtls::testing {
namespace {

struct Place {
  std::string name;
  std::string text;  // of the configuration; `@` stands for the directive
};

const std::vector<Place>& places() {
  static const std::vector<Place> kPlaces{
      {"main", "@ http { # }"},
      {"http", "http { # @ }"},
      {"server", "http { # server { @ } }"},
      {"location", "http { # server { location / { @ } } }"},
      {"if in server", "http { # server { if ($host) { @ } } }"},
      {"if in location", "http { # server { location / { if ($host) { @ } } } }"},
      {"limit_except", "http { # server { location / { limit_except GET { @ } } } }"},
      {"upstream", "http { # upstream u { server 127.0.0.1:9; @ } }"},
      {"stream", "stream { @ }"},
      {"server in stream", "stream { server { listen 127.0.0.1:8080; return x; @ } }"},
      {"mail", "mail { auth_http 127.0.0.1:9; @ }"},
      {"server in mail",
       "mail { auth_http 127.0.0.1:9; server { listen 127.0.0.1:8080; protocol imap; @ } }"},
  };
  return kPlaces;
}

const Place& place_named(const std::string& name) {
  const auto found = std::ranges::find(places(), name, &Place::name);
  REQUIRE(found != places().end());
  return *found;
}

// The places in a configuration where `rule` is allowed.
const Place& home_of(const config::grammar::DirectiveRule& rule) {
  const auto stands_in = [&](char module) {
    return rule.modules.find(module) != std::string_view::npos;
  };
  if (!stands_in('h')) return place_named(stands_in('s') ? "server in stream" : "server in mail");
  const bool is_upstream_side = rule.placement != config::grammar::Placement::kServer &&
                                rule.placement != config::grammar::Placement::kServerOnly;
  return place_named(is_upstream_side ? "location" : "server");
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

class Comparison {
 public:
  Comparison() {
    build_ = testing::build_under_test();
    directory_.write("password", "x\n");
  }

  /// The first complaint of both about `directive` in `place`.
  void check(const Place& place, const std::string& directive) {
    const std::string body = replaced(place.text, "#", std::string(kNginxHttpPaths));
    directory_.write("nginx.conf", load_module("stream") + load_module("mail") + "events { }\n" +
                                       replaced(body, "@", directive) + "\n");
    INFO(place.name << ": " << directive);
    CHECK(ours() == nginxs());
  }

 private:
  std::string ours() {
    const std::string path = directory_.path("nginx.conf");
    const config::syntax::Document document = config::load_document(disk_, path);
    const config::ResolvedConfig resolved = config::resolve(document, path, build_);
    std::vector<config::syntax::Diagnostic> all = document.diagnostics;
    all.insert(all.end(), resolved.diagnostics.begin(), resolved.diagnostics.end());
    const auto first = std::ranges::min_element(all, {}, &config::syntax::Diagnostic::when);
    if (first == all.end()) return "";
    if (!first->at) return first->message;
    return first->message + " in " + path + ":" + std::to_string(first->at->line);
  }

  std::string nginxs() const {
    constexpr std::string_view kEmerg = "[emerg] ";
    const std::string emerg = NginxRunner::test(directory_).emerg;
    const std::size_t at = emerg.find(kEmerg);
    return at == std::string::npos ? "" : emerg.substr(at + kEmerg.size());
  }

  const TempDir directory_;
  daemon::system::Disk disk_;
  config::NginxBuild build_;
};

std::string good_value(const config::grammar::DirectiveRule& rule) {
  using enum config::grammar::ValueKind;
  static const std::map<std::string_view, std::string> kSpecial{
      {"ssl_password_file", "password"},
      {"proxy_ssl_password_file", "password"},
      {"grpc_ssl_password_file", "password"},
      {"uwsgi_ssl_password_file", "password"},
      {"listen", "127.0.0.1:8081"},
      {"ssl_verify_client", "off"},
      {"starttls", "off"},
      {"ssl_session_ticket_key", "''"},
      {"ssl_ecdh_curve", "auto"},
      {"grpc_pass", "127.0.0.1:9"},
      {"uwsgi_pass", "127.0.0.1:9"}};
  if (const auto found = kSpecial.find(rule.name); found != kSpecial.end()) return found->second;
  switch (rule.value) {
    case kFlag:
    case kEnum: return "off";
    case kNumber: return "1";
    case kBitmask: return "TLSv1.2";
    case kSize: return "4k";
    case kSeconds:
    case kMilliseconds: return "5m";
    case kSessionCache:
    case kOcspCache:
    case kCertificateCache: return "off";
    case kProxyUrl: return "http://127.0.0.1:9";
    default: return rule.min_args == 2 ? "Options PrioritizeChaCha" : "x";
  }
}

}  // namespace

TEST_CASE("directives: each one is allowed where nginx allows it, once or more often") {
  if (modules_are_missing()) return;
  Comparison comparison;
  for (const config::grammar::DirectiveRule& rule : config::grammar::directive_table()) {
    // Two things are not asked here: a certificate without its key, and the scheme of a stream's
    // backend.
    if (rule.name == "ssl_certificate" || rule.name == "proxy_pass" || rule.name == "listen")
      continue;
    const std::string once = std::string(rule.name) + " " + good_value(rule) + ";";
    for (const Place& place : places()) {
      comparison.check(place, place.name == "upstream" ? once : once + " " + once);
    }
  }
}

TEST_CASE(
    "directives: too few and too many arguments are refused wherever a directive is allowed") {
  if (modules_are_missing()) return;
  Comparison comparison;
  for (const config::grammar::DirectiveRule& rule : config::grammar::directive_table()) {
    if (rule.name == "listen" || rule.name == "server_name") continue;
    const std::string name(rule.name);
    comparison.check(home_of(rule), name + ";");
    comparison.check(home_of(rule), name + " a b c d;");
  }
}

TEST_CASE("directives: values are read as nginx's slot functions read them") {
  if (modules_are_missing()) return;
  struct Values {
    std::string place;
    std::string directive;
    std::vector<std::string> values;
  };
  const std::vector<std::string> times{"0",    "90",   "1h30m", "30m1h", "1d 2h",
                                       "1y1M", "1M1y", "5ms",   "1s1ms", "s",
                                       "1ds",  "'5 '", "''",    "1D",    "292277024627y"};
  const std::vector<Values> all{
      {"server",
       "ssl_verify_depth",
       {"0", "007", "-1", "1a", "''", "9223372036854775807", "9223372036854775808"}},
      {"server",
       "ssl_buffer_size",
       {"4k", "4K", "1m", "1g", "k", "8k8", "-1", "9007199254740991k", "9007199254740992k"}},
      {"server", "ssl_session_timeout", times},
      {"server in stream", "ssl_handshake_timeout", times},
      {"location", "proxy_ssl_verify", {"OFF", "yes", "1", "'on '", "''"}},
      {"server", "ssl_verify_client", {"Optional_No_CA", "yes", "''", "'off on'"}},
      {"server in mail", "starttls", {"ONLY", "x"}},
      {"location", "proxy_ssl_protocols", {"tlsv1.2", "SSLv2 TLSv1.3", "TLSv1.4", "TLSv1.2, x"}},
      {"server",
       "ssl_session_cache",
       {"none", "builtin:9", "builtin:", "builtin:x", "shared:a:32k", "shared:a:31k", "shared:a",
        "shared::1m", "OFF", "builtin shared:a:1m", "shared:a:1m; ssl_session_cache shared:a:2m"}},
      {"server",
       "ssl_ocsp_cache",
       {"off", "none", "shared:a:1m", "shared:a:1k", "shared:a",
        "shared:b:1m; ssl_session_cache shared:b:1m"}},
      {"server in stream", "ssl_alpn", {std::string(255, 'a'), "h2 " + std::string(256, 'a')}},
      {"location", "proxy_pass", {"HTTPS://127.0.0.1", "127.0.0.1", "ftp://x", "a$host", "''"}},
      {"if in location", "proxy_pass", {"http://127.0.0.1", "http://127.0.0.1/", "http://$host/"}},
      {"limit_except", "proxy_pass", {"https://unix:/s", "https://unix:/s:/a"}},
      {"server in mail", "starttls", {"on; ssl on", "off; ssl off"}},
      {"server in mail", "ssl", {"on; starttls only"}},
      {"mail", "server_name", {"a", "a; server_name b"}},
  };
  Comparison comparison;
  for (const Values& values : all) {
    for (const std::string& value : values.values) {
      comparison.check(place_named(values.place), values.directive + " " + value + ";");
    }
  }
}

}  // namespace mtls::testing
