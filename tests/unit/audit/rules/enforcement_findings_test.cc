// Cases of the findings about who gets past a server block's client certificates.
#include <functional>

#include "tests/unit/audit/rules/finding_cases.h"

namespace mtls::audit_fixture {
namespace {

using enum audit::FindingKind;
using Change = std::function<void(Host&)>;

const std::string kApp = "proxy_pass http://app; ";
const std::string kTells = "proxy_set_header X-Client $ssl_client_s_dn; ";
const std::string kOptional =
    "ssl_certificate server.pem; ssl_certificate_key server.key; ssl_client_certificate "
    "clients.pem; ssl_verify_client optional; ";
const std::string kGuard = "if ($ssl_client_verify != SUCCESS) { return 403; } ";

std::string own_log(const std::string& level) { return " error_log own.log " + level + "; "; }

Change servers(const std::string& text) {
  return [=](Host& host) { host.conf(http(text)); };
}

std::string on(const std::string& name, const std::string& more) {
  return server(name, std::string(kVerifyOn) + " " + more);
}

Change on_with(const std::string& more) { return servers(on("a.test", more)); }
Change optional_with(const std::string& more) {
  return servers(server("a.test", kOptional + more));
}

// A server block that demands certificates and tells its backend, beside another one.
Change beside(const std::string& other) {
  return servers(on("a.test", "location / { " + kTells + kApp + "}") + other);
}
Change beside_plain(const std::string& more, const std::string& listen = "80") {
  return beside(server("a.test", more, listen));
}
Change beside_open(const std::string& location) {
  return beside(server("b.test", std::string(kCertificate) + " location / { " + location + "}"));
}
Change with_map(const std::string& row) {
  return servers("map $ssl_client_s_dn $cn { " + row + " }" + server("a.test", kVerifyOn));
}

std::vector<Case> twin_cases() {
  const std::string srv = "root /srv; ";
  return {
      {kPlaintextTwin, Effect::kFires, "the same backend on port 80",
       beside_plain("location / { " + kTells + kApp + "}")},
      {kPlaintextTwin, Effect::kSilent, "the same server block listens without TLS",
       on_with("listen 80; location / { " + kApp + "}")},
      {kPlaintextTwin, Effect::kFires, "the same root",
       servers(on("a.test", srv) + server("a.test", srv, "80"))},
      {kPlaintextTwin, Effect::kSilent, "port 80 redirects",
       beside_plain("location / { return 301 https://$host$request_uri; }")},
      {kPlaintextTwin, Effect::kSilent, "a challenge from the same root, and a redirect",
       servers(on("a.test", srv) + server("a.test",
                                          srv + "location /.well-known/acme-challenge/ { } "
                                                "location / { return 301 https://a.test/; }",
                                          "80"))},
      {kPlaintextTwin, Effect::kSilent, "only the host itself gets there",
       beside_plain("location / { " + kApp + "}", "127.0.0.1:80")},
      {kPlaintextTwin, Effect::kSilent, "closed", beside_plain("return 444;")},
      {kPlaintextTwin, Effect::kSilent, "another backend",
       beside_plain("location / { proxy_pass http://other; }")},
  };
}

std::vector<Case> header_cases() {
  return {
      {kIdentityHeaderNotSet, Effect::kFires, "one header of its own drops the server's",
       on_with(kTells + "location / { proxy_set_header Host a; " + kApp + "}")},
      {kIdentityHeaderNotSet, Effect::kSilent, "inherited",
       on_with(kTells + "location / { " + kApp + "}")},
      {kIdentityHeaderNotSet, Effect::kSilent, "cleared on purpose",
       on_with(kTells + "location / { proxy_set_header x-client ''; " + kApp + "}")},
      {kIdentityHeaderNotSet, Effect::kSilent, "nobody expects one",
       on_with("location / { " + kApp + "}")},
      {kIdentityHeaderSpoofable, Effect::kFires, "another server leads to the same backend",
       beside_open(kApp)},
      {kIdentityHeaderSpoofable, Effect::kSilent, "it clears the header",
       beside_open("proxy_set_header X-Client ''; " + kApp)},
      {kIdentityHeaderSpoofable, Effect::kSilent, "it sends no headers of the client",
       beside_open("proxy_pass_request_headers off; " + kApp)},
      {kIdentityHeaderSpoofable, Effect::kSilent, "another backend",
       beside_open("proxy_pass http://other; ")},
      {kClientCertEchoed, Effect::kFires, "in a response header",
       on_with("add_header X-Cert $ssl_client_escaped_cert;")},
      {kClientCertEchoed, Effect::kSilent, "to the backend",
       on_with("location / { proxy_set_header X-Cert $ssl_client_escaped_cert; " + kApp + "}")},
  };
}

std::vector<Case> name_cases() {
  return {
      {kLegacyDnRegex, Effect::kFires, "a map by slashes", with_map("~/CN=(?<name>[^/]+) $name;")},
      {kLegacyDnRegex, Effect::kFires, "an if by slashes",
       on_with("if ($ssl_client_i_dn !~ /O=x/) { return 403; }")},
      {kLegacyDnRegex, Effect::kSilent, "a map by commas", with_map("~(^|,)CN=([^,]+) $2;")},
      {kLegacyDnRegex, Effect::kSilent, "a pattern for both", with_map("~[/,]CN=([^/,]+) $1;")},
      {kLegacyDnRegex, Effect::kSilent, "the old form of the name",
       on_with("if ($ssl_client_s_dn_legacy !~ /CN=x) { return 403; }")},
      {kErrorPageMisses495496, Effect::kFires, "400 alone", on_with("error_page 400 /e.html;")},
      {kErrorPageMisses495496, Effect::kFires, "495 but not 496",
       on_with("error_page 400 495 /e.html;")},
      {kErrorPageMisses495496, Effect::kSilent, "all three",
       on_with("error_page 400 495 496 /e.html;")},
      {kErrorPageMisses495496, Effect::kSilent, "in an optional mode nobody lacks one",
       optional_with(kGuard + "error_page 400 495 /e.html;")},
      {kErrorPageMisses495496, Effect::kSilent, "a server that asks nobody",
       servers(server("a.test", std::string(kCertificate) + " error_page 400 /e.html;"))},
  };
}

// What the levels are worth is asked of nginx in error_log_test.cc.
std::vector<Case> log_cases() {
  const auto fires = [](const std::string& name, const std::string& conf) {
    return Case{kErrorLogHidesVerifyFailures, Effect::kFires, name,
                [conf](Host& host) { host.conf(conf); }};
  };
  const std::string block = "http { " + server("a.test", kVerifyOn) + "}";
  const std::string stream =
      "stream { server { listen 127.0.0.1:1; proxy_pass 127.0.0.1:2; } server { listen 443 ssl; "
      "proxy_pass 127.0.0.1:2; " +
      std::string(kVerifyOn);
  return {
      fires("nobody sets a log", "events { } " + block),
      fires("a log without a level", "error_log e.log; events { } " + block),
      fires("the block's own replaces what is around it",
            http_server(std::string(kVerifyOn) + own_log("warn"))),
      fires("stream, its own log",
            "error_log e.log info; events { } " + stream + own_log("error") + "} }"),
      {kErrorLogHidesVerifyFailures, Effect::kSilent, "one of two logs shows it",
       on_with(own_log("crit") + own_log("debug"))},
      {kErrorLogHidesVerifyFailures, Effect::kSilent, "only a location hides it",
       on_with("location / { " + own_log("crit") + "}")},
      {kErrorLogHidesVerifyFailures, Effect::kSilent, "a server that asks nobody",
       servers(server("a.test", std::string(kCertificate) + own_log("crit")))},
  };
}

// What each way to leave the line out does is asked of nginx in observer_line_test.cc.
std::vector<Case> observer_cases() {
  const std::string head =
      "log_format mtls_observer x; map $ssl_cipher $mtls_observer { default 1; }\n";
  const std::string line = " access_log syslog:server=unix:/x.sock,tag=m mtls_observer; ";
  const auto is = [](Effect effect, const std::string& name, const std::string& conf) {
    return Case{kObserverIncomplete, effect, name, [conf](Host& host) {
                  host.policy.observer_socket = "/x.sock";
                  host.conf(conf);
                }};
  };
  const auto block = [&](const std::string& more) {
    return http(head + line + server("a.test", kVerifyOn + more));
  };
  return {
      is(Effect::kFires, "nobody sends the line", http_server(kVerifyOn)),
      is(Effect::kSilent, "http sends it", block("")),
      is(Effect::kFires, "the block's own access_log replaces it", block(" access_log a.log;")),
      is(Effect::kSilent, "the block has both", block(" access_log a.log;" + line)),
      is(Effect::kFires, "off turns both off", block(" access_log off;" + line)),
      is(Effect::kFires, "a location has its own", block(" location / { access_log a.log; }")),
      is(Effect::kFires, "so has one inside a location",
         block(" location / { location /a { access_log off; } }")),
      is(Effect::kSilent, "a location repeats it",
         block(" location / { access_log a.log;" + line + "}")),
      is(Effect::kFires, "another socket",
         http(head + " access_log syslog:server=unix:/y.sock mtls_observer; " +
              server("a.test", kVerifyOn))),
      is(Effect::kFires, "another format",
         http(" access_log syslog:server=unix:/x.sock; " + server("a.test", kVerifyOn))),
      is(Effect::kFires, "another condition",
         http(head + " access_log syslog:server=unix:/x.sock mtls_observer if=$https; " +
              server("a.test", kVerifyOn))),
      is(Effect::kSilent, "a server that asks nobody",
         http(server("a.test", std::string(kCertificate) + " access_log a.log;"))),
      {kObserverIncomplete, Effect::kSilent, "nobody observes",
       [](Host& host) { host.conf(http_server(kVerifyOn)); }},
  };
}

std::vector<Case> guard_cases() {
  const std::string told = "location / { " + kTells + kApp + "}";
  return {
      {kEnforcementUndecidable, Effect::kFires, "the backend is told", optional_with(told)},
      {kEnforcementUndecidable, Effect::kSilent, "the backend is told behind a guard",
       optional_with(kGuard + told)},
      {kEnforcementBypassedByRelease, Effect::kFires, "Tengine's exception",
       on_with("location /a { ssl_verify_client_exception on; " + kApp + "}")},
      {kEnforcementBypassedByRelease, Effect::kSilent, "switched off",
       on_with("location /a { ssl_verify_client_exception off; " + kApp + "}")},
      {kVerifyOptionalUnguarded, Effect::kFires, "error_page leads past verify on",
       on_with("error_page 496 = @app; location @app { " + kApp + "}")},
      {kVerifyOptionalUnguarded, Effect::kFires, "one of two locations has the guard",
       optional_with("location / { " + kGuard + kApp + "} location /a { " + kApp + "}")},
      {kVerifyOptionalUnguarded, Effect::kSilent, "a health check with a fixed text",
       optional_with("location = /health { return 200 ok; } location / { " + kGuard + kApp + "}")},
      {kVerifyOptionalUnguarded, Effect::kSilent, "verify on with an error page",
       on_with("error_page 495 496 /e.html; location = /e.html { root /srv; }")},
      {kVerifyOptionalUnguarded, Effect::kFires, "TRACE and error_page 405 lead past verify on",
       on_with("error_page 405 =200 $uri; location / { " + kApp + "}")},
      {kVerifyOptionalUnguarded, Effect::kFires, "the error page is the backend's",
       on_with("error_page 495 496 = /; location / { " + kApp + "}")},
      {kVerifyOptionalUnguarded, Effect::kFires, "limit_except leaves the guard",
       optional_with("location / { " + kGuard + "limit_except GET { allow all; } " + kApp + "}")},
  };
}

// One server block that asks, on a listen with TLS and another one.
std::vector<Case> plain_listen_cases() {
  const std::string stream =
      "events {} stream { server { listen 443 ssl; proxy_pass a:1; " + std::string(kVerifyOn);
  return {
      {kServedWithoutTls, Effect::kFires, "also on loopback",
       on_with("listen 127.0.0.1:8080; location / { " + kApp + "}")},
      {kServedWithoutTls, Effect::kSilent, "its plain listen redirects",
       on_with(
           "listen 80; if ($scheme = http) { return 301 https://$host$request_uri; } location / "
           "{ " +
           kApp + "}")},
      {kServedWithoutTls, Effect::kSilent, "its guard looks at the verdict",
       on_with("listen 80; " + kGuard + "location / { " + kApp + "}")},
      {kServedWithoutTls, Effect::kSilent, "both listens speak TLS",
       on_with("listen 8443 ssl; location / { " + kApp + "}")},
      {kServedWithoutTls, Effect::kFires, "a stream server",
       [=](Host& host) { host.conf(stream + " listen 8443; } }"); }},
      {kServedWithoutTls, Effect::kSilent, "a stream server with TLS alone",
       [=](Host& host) { host.conf(stream + " } }"); }},
  };
}

std::vector<Case> dead_guard_cases() {
  const auto when = [](const std::string& condition) {
    return on_with("if (" + condition + ") { return 403; }");
  };
  return {
      {kGuardNeverMatches, Effect::kFires, "a blank after a comma",
       when("$ssl_client_i_dn = \"CN=EID2025, O=Zebra,C=EE\"")},
      {kGuardNeverMatches, Effect::kFires, "raw UTF-8",
       when("$ssl_client_s_dn != \"CN=J\xC3\x9CRI,C=EE\"")},
      {kGuardNeverMatches, Effect::kFires, "the legacy form",
       when("$ssl_client_s_dn = \"/C=EE/CN=a\"")},
      {kGuardNeverMatches, Effect::kFires,
       "blanks around =", when("$ssl_client_s_dn = \"CN = a\"")},
      {kGuardNeverMatches, Effect::kFires, "a pattern", when("$ssl_client_s_dn ~ \"CN=a, O=b\"")},
      {kGuardNeverMatches, Effect::kFires, "RFC 2253 in the legacy variable",
       when("$ssl_client_s_dn_legacy = \"CN=a,C=EE\"")},
      {kGuardNeverMatches, Effect::kFires, "a fingerprint with colons",
       when("$ssl_client_fingerprint = \"AA:BB\"")},
      {kGuardNeverMatches, Effect::kFires, "a serial number in lower case",
       when("$ssl_client_serial = \"0a1f\"")},
      {kGuardNeverMatches, Effect::kFires, "the key of a map", with_map("\"CN=a, O=b\" 1;")},
      {kGuardNeverMatches, Effect::kSilent, "the same as nginx writes it",
       with_map("\"CN=a,O=b\" 1; \"CN=J\\\\C3\\\\9CRI\" 1; \"\" 0; default 2;")},
      {kGuardNeverMatches, Effect::kSilent, "an escaped comma",
       when("$ssl_client_s_dn = \"CN=Doe\\\\, Jane,O=b\"")},
      {kGuardNeverMatches, Effect::kSilent, "a pattern that may match",
       when("$ssl_client_s_dn ~ \"CN=(a|b), ?O=x\"")},
      {kGuardNeverMatches, Effect::kSilent, "a map ignores case",
       servers("map $ssl_client_serial $ok { 0a1f 1; }" + server("a.test", kVerifyOn))},
      {kGuardNeverMatches, Effect::kSilent, "the legacy form in its variable",
       when("$ssl_client_s_dn_legacy = \"/C=EE/CN=a, b\"")},
  };
}

// R9.15, R9.21; what nginx does there is asked by doors_test.cc and mail_doors_test.cc.
std::vector<Case> door_cases() {
  const auto in_mail = [](const std::string& more) {
    return [=](Host& host) {
      host.conf("error_log e.log info; events { } mail { ssl_verify_depth 2; server { " + more +
                " " + kVerifyOn + " } }");
    };
  };
  const auto in_stream = [](const std::string& more) {
    return [=](Host& host) {
      host.conf("error_log e.log info; events { } stream { ssl_verify_depth 2; server { " + more +
                " proxy_pass 127.0.0.1:2; " + kVerifyOn + " } }");
    };
  };
  const auto fires = [](const std::string& name, const Change& change) {
    return Case{kServedWithoutTls, Effect::kFires, name, change};
  };
  const auto silent = [](const std::string& name, const Change& change) {
    return Case{kServedWithoutTls, Effect::kSilent, name, change};
  };
  const std::string plain = "listen 127.0.0.1:80; ";
  return {
      fires("mail: starttls on", in_mail("listen 143; starttls on;")),
      silent("mail: starttls only", in_mail("listen 143; starttls only;")),
      fires("mail: a plain listen beside a TLS one", in_mail("listen 993 ssl; listen 143;")),
      silent("mail: both speak TLS", in_mail("listen 993 ssl; listen 143; starttls only;")),
      fires("mail: smtp without a login, by port",
            in_mail("listen 25; starttls only; smtp_auth none;")),
      silent("mail: imap has no smtp_auth",
             in_mail("listen 25; protocol imap; starttls only; smtp_auth none;")),
      fires("stream: a plain listen beside a TLS one", in_stream("listen 443 ssl; listen 80;")),
      silent("stream: TLS alone", in_stream("listen 443 ssl;")),
      fires("http: a plain listen, loopback too", on_with(plain + "location / { " + kApp + "}")),
      silent("http: a guard refuses there too",
             on_with(plain + kGuard + "location / { " + kApp + "}")),
      fires("http: optional behind a guard that knows only NONE",
            optional_with(plain + "if ($ssl_client_verify = NONE) { return 403; } location / { " +
                          kApp + "}")),
      silent("http: optional lets anybody in over TLS too, which is said instead",
             optional_with(plain + "location / { " + kApp + "}")),
      fires(
          "http: the handshake demands certificates, where there is one",
          optional_with(plain + "ssl_conf_command VerifyMode Require; location / { " + kApp + "}")),
      {kInertTlsSettings, Effect::kSilent, "mail: starttls only",
       in_mail("listen 143; starttls only;")},
      {kInertTlsSettings, Effect::kSilent, "mail: starttls on",
       in_mail("listen 143; starttls on;")},
      {kInertTlsSettings, Effect::kFires, "mail: no TLS at all", in_mail("listen 143;")},
      {kVerifyOptionalUnguarded, Effect::kSilent, "mail: the door is no error_page",
       in_mail("listen 143; starttls on;")},
  };
}

}  // namespace

std::vector<Case> exposure_cases() {
  std::vector<Case> all;
  for (const auto& group :
       {twin_cases(), header_cases(), name_cases(), log_cases(), observer_cases(), guard_cases(),
        door_cases(), plain_listen_cases(), dead_guard_cases()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace mtls::audit_fixture
