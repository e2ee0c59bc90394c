// The typed members of TlsContext: what code asks is what dump and check print.
#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/resolve.h"
#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

struct Resolved {
  syntax::Document document;
  ResolvedConfig config;

  const TlsContext& server() const { return config.servers.at(0); }
};

std::unique_ptr<const Resolved> resolved(const std::string& outer, const std::string& inner,
                                         Version version = {1, 29, 4}) {
  auto out = std::make_unique<Resolved>();
  auto parsed = syntax::parse("http {\n" + outer + "\nserver {\n" + inner + "\n} }", {});
  REQUIRE(parsed.diagnostics.empty());
  out->document = {std::move(parsed.directives), {}, {"/etc/nginx/nginx.conf"}};
  out->config = resolve(out->document, out->document.files[0], NginxBuild{.version = version});
  REQUIRE(out->config.diagnostics.empty());
  return out;
}

std::string printed(const TlsContext& server, std::string_view directive) {
  const auto found = std::ranges::find(server.settings, directive, &NamedSetting::directive);
  return found == server.settings.end() ? "no such directive" : found->effective.value;
}

std::string text(const std::optional<FileRef>& file) {
  return file ? std::get<StaticPath>(*file).path : "";
}

std::string text(const std::vector<NamedFile>& files) {
  std::string all;
  for (const NamedFile& named : files) all += (all.empty() ? "" : ", ") + text(named.file);
  return all;
}

std::string text(bool is_on) { return is_on ? "on" : "off"; }

std::string text(Ocsp ocsp) {
  return ocsp == Ocsp::kOff ? "off" : ocsp == Ocsp::kOn ? "on" : "leaf";
}

void check_agreement(const TlsContext& server) {
  const std::vector<std::pair<std::string, std::string>> typed{
      {"ssl_protocols", server.protocols.value.text()},
      {"ssl_session_cache", server.session_cache.value.text()},
      {"ssl_session_tickets", text(server.session_tickets.value)},
      {"ssl_session_ticket_key", text(server.session_ticket_keys.value)},
      {"ssl_ocsp", text(server.ocsp.value)},
      {"ssl_ocsp_responder", server.ocsp_responder.value},
      {"ssl_stapling", text(server.stapling.value)},
      {"ssl_stapling_file", text(server.stapling_file.value)},
      {"ssl_certificate_compression", text(server.certificate_compression.value)},
      {"ssl_dhparam", text(server.dhparam.value)},
      {"ssl_password_file", text(server.password_file.value)},
      {"ssl_ecdh_curve", server.ecdh_curve.value},
      {"ssl_ech_file", text(server.ech_files.value)},
      {"ssl_reject_handshake", text(server.reject_handshake.value)},
      {"ssl_ciphers", server.ciphers.value},
  };
  for (const auto& [directive, value] : typed) {
    CAPTURE(directive);
    CHECK(value == printed(server, directive));
  }
}

}  // namespace

TEST_CASE("typed settings: code asks for what is printed, from the default to the last spelling") {
  const std::vector<std::string> blocks{
      "",
      "ssl_protocols TLSv1.3 tlsv1.2 SSLv2; ssl_session_cache builtin:1000 shared:x:1m;",
      "ssl_session_cache shared:x:1m;",
      "ssl_session_cache off; ssl_session_tickets OFF;",
      "ssl_session_ticket_key a; ssl_session_ticket_key /b; ssl_ech_file c; ssl_ech_file d;",
      "ssl_ocsp leaf; ssl_ocsp_responder http://x/;",
      "ssl_stapling on; ssl_stapling_file staple; ssl_certificate_compression off;",
      "ssl_dhparam dh; ssl_password_file words; ssl_ecdh_curve X25519:prime256v1;",
      "ssl_dhparam \"\"; ssl_reject_handshake on; ssl_ciphers LOW;",
  };
  for (const std::string& outer : blocks) {
    for (const std::string& inner : blocks) {
      CAPTURE(outer, inner);
      check_agreement(resolved(outer, inner)->server());
    }
  }
}

TEST_CASE("typed settings: the protocols nobody names are those of the release") {
  CHECK(resolved("", "", {1, 22, 1})->server().protocols.value.text() == "TLSv1 TLSv1.1 TLSv1.2");
  CHECK(resolved("", "", {1, 29, 4})->server().protocols.value.text() == "TLSv1.2 TLSv1.3");
  CHECK(
      resolved("", "ssl_protocols TLSv1.3;")->server().protocols.value.has_only(Protocol::kTls13));
}

TEST_CASE("typed settings: a session is good for five minutes, or as long as one says") {
  using std::chrono::seconds;
  CHECK(resolved("", "")->server().session_timeout.value == seconds{300});
  CHECK(resolved("ssl_session_timeout 1h;", "")->server().session_timeout.value == seconds{3600});
}

TEST_CASE("typed settings: `off` beside a zone makes it useless, in whichever block each stands") {
  const auto own = resolved("ssl_session_cache shared:x:1m;", "ssl_session_cache off;");
  CHECK(own->server().session_cache.value == SessionCache{"off", ""});
  const auto both = resolved("ssl_session_cache shared:x:1m;", "ssl_session_cache builtin;");
  CHECK(both->server().session_cache.value == SessionCache{"builtin", "shared:x:1m"});
}

TEST_CASE("typed settings: a setting knows its directive, and a default has none") {
  const auto all = resolved("ssl_dhparam h;", "ssl_crl a.crl;\nssl_certificate_key k;");
  const TlsContext& server = all->server();
  REQUIRE(server.crl.directive);
  CHECK(server.crl.directive->args.front().text == "a.crl");
  CHECK(server.crl.directive->at == *server.crl.at);
  CHECK(server.dhparam.directive->at.line == 2);
  CHECK(server.certificate_keys.value.front().directive->at.line == 5);
  CHECK_FALSE(server.stapling.directive);
  CHECK_FALSE(server.stapling.at);
  CHECK(server.directive->name == "server");
}

TEST_CASE("typed settings: equal values are equal wherever they come from") {
  const auto a = resolved("", "ssl_crl a.crl; ssl_conf_command X y;");
  const auto b = resolved("", "ssl_crl a.crl; ssl_conf_command X y;");
  const auto moved = resolved("", "\nssl_crl a.crl; ssl_conf_command X y;");
  CHECK(a->config == b->config);
  CHECK(a->server().crl.value == moved->server().crl.value);
  CHECK_FALSE(a->server().crl == moved->server().crl);
}

}  // namespace mtls::config
