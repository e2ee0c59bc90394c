// Findings about nginx as a client of its backends, and about settings that do not mean what they
// say: each with a neighbour that must stay silent. Files that only a map names.
#include <catch2/catch.hpp>

#include "audit/trust/upstream_trust.h"
#include "tests/unit/audit/rules/finding_cases.h"

namespace mtls::audit_fixture {
namespace {

using enum FindingKind;

const std::string kVerified =
    "proxy_ssl_verify on; proxy_ssl_trusted_certificate trusted.pem; proxy_ssl_name b.test; ";

std::function<void(Host&)> location(const std::string& directives) {
  return [=](Host& host) {
    host.disk.put(kTrusted, minted().root.certificate_pem);
    host.conf(http_server(std::string(kVerifyOn) + " location / { " + directives + " }"));
  };
}

std::function<void(Host&)> two_locations(const std::string& first, const std::string& second) {
  return location(first + " } location /b { " + second);
}

std::function<void(Host&)> in_server(const std::string& directives,
                                     config::Version version = {1, 22, 1}) {
  return [=](Host& host) {
    host.policy.build.version = version;
    host.conf(http_server(std::string(kVerifyOn) + " " + directives));
  };
}

std::vector<Case> not_verified_cases() {
  const std::string ca = "proxy_ssl_trusted_certificate trusted.pem; ";
  return {
      {kUpstreamNotVerified, Effect::kFires, "TLS and verify off",
       location("proxy_pass https://b.test;")},
      {kUpstreamNotVerified, Effect::kSilent, "verify on",
       location(kVerified + "proxy_pass https://b.test;")},
      {kUpstreamNotVerified, Effect::kFires, "VerifyMode takes any name of its CAs",
       location("proxy_ssl_conf_command VerifyMode Peer; "
                "proxy_ssl_conf_command VerifyCAFile trusted.pem; proxy_pass https://b.test;")},
      {kUpstreamNotVerified, Effect::kSilent, "VerifyMode without CAs takes nobody",
       location("proxy_ssl_conf_command VerifyMode Require; proxy_pass https://b.test;")},
      {kUpstreamNotVerified, Effect::kSilent, "no TLS", location("proxy_pass http://b.test;")},
      {kUpstreamNotVerified, Effect::kFires, "a CA file alone does nothing (R2.62)",
       location(ca + "proxy_pass https://b.test;")},
      {kUpstreamNotVerified, Effect::kSilent, "a variable decides about the scheme",
       location("proxy_pass $backend;")},
      {kUpstreamNotVerified, Effect::kFires,
       "a variable decides, and a CA file shows what is meant",
       location(ca + "proxy_pass $backend;")},
      {kUpstreamNotVerified, Effect::kSilent, "a CA file beside a plain backend",
       location(ca + "proxy_pass http://$backend;")},
      {kUpstreamNotVerified, Effect::kFires, "another family's verify does not count",
       location("proxy_ssl_verify on; grpc_pass grpcs://b.test;")},
  };
}

std::vector<Case> session_cases() {
  const std::string pass = "proxy_pass https://b.test; ";
  return {
      {kUpstreamSessionShared, Effect::kFires, "one peer, verified here and not there (R3.48)",
       two_locations(pass, kVerified + pass)},
      {kUpstreamSessionShared, Effect::kSilent, "the same settings twice",
       two_locations(kVerified + pass, kVerified + pass)},
      {kUpstreamSessionShared, Effect::kSilent, "without session reuse",
       two_locations(pass, kVerified + pass + "proxy_ssl_session_reuse off;")},
      {kUpstreamSessionShared, Effect::kSilent, "two peers",
       two_locations(pass, kVerified + "proxy_pass https://c.test;")},
  };
}

std::vector<Case> command_cases() {
  return {
      {kSslConfCommandOverrides, Effect::kFires, "another trust store (R3.6)",
       in_server("ssl_conf_command VerifyCAFile other.pem;")},
      {kSslConfCommandOverrides, Effect::kFires, "OpenSSL ignores case",
       in_server("ssl_conf_command verifymode Request;")},
      {kSslConfCommandOverrides, Effect::kFires, "another security level",
       in_server("ssl_conf_command CipherString DEFAULT@SECLEVEL=0;")},
      {kSslConfCommandOverrides, Effect::kSilent, "other ciphers",
       in_server("ssl_conf_command CipherString HIGH;")},
      {kSslConfCommandOverrides, Effect::kSilent, "options",
       in_server("ssl_conf_command Options PrioritizeChaCha;")},
      {kSslConfCommandOverrides, Effect::kFires, "of a backend's connection",
       location(kVerified + "proxy_ssl_conf_command VerifyCAFile x; proxy_pass https://b.test;")},
      {kSslConfCommandOverrides, Effect::kSilent, "of a plain one's",
       location("proxy_ssl_conf_command VerifyCAFile x; proxy_pass http://b.test;")},
  };
}

std::vector<Case> value_cases() {
  return {
      {kSslOnRemoved, Effect::kFires, "ssl on", in_server("ssl on;")},
      {kSslOnRemoved, Effect::kFires, "ssl off is refused later too", in_server("ssl off;")},
      {kSslOnRemoved, Effect::kSilent, "listen ... ssl", in_server("")},
      {kUnsupportedDirectiveValue, Effect::kFires, "SSLv3",
       in_server("ssl_protocols SSLv3 TLSv1.2;")},
      {kUnsupportedDirectiveValue, Effect::kSilent, "TLSv1", in_server("ssl_protocols TLSv1;")},
      {kUnsupportedDirectiveValue, Effect::kSilent, "SSLv3 with OpenSSL 1.0.2",
       [](Host& host) {
         in_server("ssl_protocols SSLv3 TLSv1.2;")(host);
         host.policy.build.openssl = {1, 0, 2};
       }},
      {kUnsupportedDirectiveValue, Effect::kFires, "SSLv2 to a backend",
       location(kVerified + "proxy_ssl_protocols SSLv2 TLSv1.2; proxy_pass https://b.test;")},
      {kUnsupportedDirectiveValue, Effect::kFires, "a depth that becomes negative",
       in_server("ssl_verify_depth 2147483648;")},
      {kUnsupportedDirectiveValue, Effect::kSilent, "the largest depth",
       in_server("ssl_verify_depth 2147483647;")},
  };
}

// nginx shows `pem` to a backend; `more` stands in the file of its CAs.
std::function<void(Host&)> shows(const std::string& pem, const std::string& more = "",
                                 const std::string& url = "https://b.test") {
  return [=](Host& host) {
    location(kVerified +
             "proxy_ssl_certificate client.pem; proxy_ssl_certificate_key server.key; " +
             "proxy_pass " + url + ";")(host);
    host.disk.put("/etc/nginx/client.pem", pem);
    host.disk.put(kTrusted, minted().root.certificate_pem + more);
  };
}

std::function<void(Host&)> shows_valid(days from, days until) {
  return shows(mint_valid(client_spec("CN=n", minted().root), from, until).certificate_pem);
}

std::function<void(Host&)> shows_for(const std::string& purpose) {
  CertificateSpec spec = client_spec("CN=n", minted().root);
  spec.extended_key_usage = purpose;
  return shows(testing::mint(spec).certificate_pem);
}

std::vector<Case> shown_cases() {
  const std::string deep = minted().deep_client.certificate_pem;
  const std::string intermediate = minted().intermediate.certificate_pem;
  CertificateSpec old_ca = ca_spec("CN=Issuing A1", &minted().root);
  old_ca.same_key_as = &minted().intermediate;
  const std::string expired = mint_valid(old_ca, days{-90}, days{-1}).certificate_pem;
  return {
      {kUpstreamCertificateRejected, Effect::kFires, "expired this second",
       shows_valid(days{-9}, days{0})},
      {kUpstreamCertificateRejected, Effect::kSilent, "a day is left",
       shows_valid(days{-9}, days{1})},
      {kUpstreamCertificateRejected, Effect::kFires, "it begins tomorrow",
       shows_valid(days{1}, days{90})},
      {kUpstreamCertificateRejected, Effect::kFires, "for servers only", shows_for("serverAuth")},
      {kUpstreamCertificateRejected, Effect::kSilent, "for both",
       shows_for("serverAuth,clientAuth")},
      {kUpstreamCertificateRejected, Effect::kFires, "the intermediate sent with it has expired",
       shows(deep + expired)},
      {kUpstreamCertificateRejected, Effect::kSilent, "the backend speaks no TLS",
       shows(expired, "", "http://b.test")},
      {kUpstreamCertificateExpiresSoon, Effect::kFires, "14 days left",
       shows_valid(days{-9}, days{14})},
      {kUpstreamCertificateExpiresSoon, Effect::kSilent, "15 days left",
       shows_valid(days{-9}, days{15})},
      {kUpstreamCertificateExpiresSoon, Effect::kSilent, "none left: it is refused",
       shows_valid(days{-9}, days{-1})},
      {kUpstreamChainIncomplete, Effect::kFires, "its intermediate stands elsewhere",
       shows(deep, intermediate)},
      {kUpstreamChainIncomplete, Effect::kSilent, "it is sent", shows(deep + intermediate)},
      {kUpstreamChainIncomplete, Effect::kSilent, "nobody knows the issuer", shows(deep)},
      {kUpstreamChainIncomplete, Effect::kSilent, "the issuer is a root",
       shows(minted().client.certificate_pem)},
      {kUpstreamTrustExpiresSoon, Effect::kFires, "VerifyCAFile replaces the CAs (R3.6)",
       [](Host& host) {
         location(kVerified +
                  "proxy_ssl_conf_command VerifyCAFile ending.pem; proxy_pass https://b.test;")(
             host);
         host.disk.put("/etc/nginx/ending.pem",
                       mint_valid(ca_spec("CN=E"), days{-9}, days{3}).certificate_pem);
       }},
      {kUpstreamTrustExpiresSoon, Effect::kSilent, "what it replaces does not count",
       [](Host& host) {
         location(kVerified +
                  "proxy_ssl_conf_command VerifyCAFile lasting.pem; proxy_pass https://b.test;")(
             host);
         host.disk.put("/etc/nginx/lasting.pem", minted().root.certificate_pem);
         host.disk.put(kTrusted, mint_valid(ca_spec("CN=E"), days{-9}, days{3}).certificate_pem);
       }},
  };
}

}  // namespace

std::vector<Case> upstream_cases() {
  std::vector<Case> all;
  for (const auto& group :
       {not_verified_cases(), session_cases(), command_cases(), value_cases(), shown_cases()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

TEST_CASE("upstream: a finding names location and backend, at the line of the pass directive") {
  Host host;
  host.conf(http(
      server("a.test", std::string(kVerifyOn) + "\nlocation /x {\nproxy_pass https://b.test; }")));
  const auto findings = findings_of(*host.scratch());
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].detail ==
        "location /x: proxy_pass https://b.test: proxy_ssl_verify is off: any certificate will do");
  CHECK(findings[0].at->line == 5);
}

TEST_CASE("upstream: the files it opens are material, and time in them is a horizon") {
  Host host;
  location(kVerified +
           "proxy_pass https://b.test; proxy_ssl_certificate client.pem; "
           "proxy_ssl_certificate_key client.key;")(host);
  const std::string client = "/etc/nginx/client.pem";
  host.disk.put(client,
                mint_valid(client_spec("CN=n", minted().root), days{-1}, days{9}).certificate_pem);
  const auto snapshot = host.scratch();
  CHECK(snapshot->material.contains(kTrusted));
  CHECK(snapshot->material.contains(client));
  CHECK(snapshot->upstreams.at(0).trust_until == kT0 + days{365});
  CHECK(*snapshot->next_change_at <= kT0 + days{9});

  location("proxy_ssl_trusted_certificate trusted.pem; proxy_pass https://b.test;")(host);
  const auto unverified = host.scratch();
  CHECK_FALSE(unverified->material.contains(kTrusted));
  CHECK(!unverified->upstreams.at(0).trust_until);
}

TEST_CASE("runtime path: files that a map names are loaded and judged like any other") {
  Host host;
  host.conf(http("map $ssl_server_name $cert { default server.pem; b.test old.pem; }\n" +
                 server("a.test",
                        "ssl_certificate $cert; ssl_certificate_key server.key; "
                        "ssl_client_certificate clients.pem; ssl_verify_client on;")));
  const std::string old = "/etc/nginx/old.pem";
  host.disk.put(
      old, mint_valid(client_spec("CN=old", minted().root), days{-9}, days{-1}).certificate_pem);
  const auto findings = findings_of(*host.scratch());
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == kServerCertificateExpired);
  CHECK(findings[0].path == old);
}

}  // namespace mtls::audit_fixture
