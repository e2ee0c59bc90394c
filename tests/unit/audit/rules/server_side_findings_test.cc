// Findings about what the server presents and speaks, about sessions that outlive a reload, and
// about known clients that cannot be read: each with a neighbour that must stay silent.
#include <catch2/catch.hpp>

#include "audit/trust/resumption.h"
#include "tests/unit/audit/rules/finding_cases.h"

namespace mtls::audit_fixture {
namespace {

using enum FindingKind;
using Change = std::function<void(Host&)>;

const std::string kShared = "ssl_session_cache shared:S:1m; ";
const std::string kList = "ssl_crl clients.crl; ";

Change in_server(const std::string& directives) {
  return [=](Host& host) {
    host.disk.put(kCrl, minted().crl(minted().root));
    host.conf(http_server(std::string(kVerifyOn) + " " + directives));
  };
}

std::vector<Case> revocation_cases() {
  return {
      {kResumptionOutlivesRevocation, Effect::kFires, "a shared cache beside a CRL (R3.47)",
       in_server(kList + kShared)},
      {kResumptionOutlivesRevocation, Effect::kFires, "a fixed ticket key beside ssl_ocsp",
       in_server("ssl_ocsp on; ssl_session_ticket_key t.key;")},
      {kResumptionOutlivesRevocation, Effect::kSilent, "no shared cache, no fixed key",
       in_server(kList)},
      {kResumptionOutlivesRevocation, Effect::kSilent, "nothing is ever revoked",
       in_server(kShared)},
      {kStaplingIsNotClientRevocation, Effect::kFires, "stapling is all there is",
       in_server("ssl_stapling on;")},
      {kStaplingIsNotClientRevocation, Effect::kSilent, "beside a CRL",
       in_server("ssl_stapling on; " + kList)},
      {kStaplingIsNotClientRevocation, Effect::kSilent, "beside ssl_ocsp",
       in_server("ssl_stapling on; ssl_ocsp leaf;")},
      {kStaplingIsNotClientRevocation, Effect::kSilent, "nobody is asked for a certificate",
       [](Host& host) { host.conf(http_server(std::string(kCertificate) + " ssl_stapling on;")); }},
  };
}

Change names(const std::string& server_names, const std::vector<std::string>& certified) {
  return [=](Host& host) {
    CertificateSpec spec;
    spec.subject = "CN=cn.test";
    spec.issuer = &minted().root;
    spec.dns_names = certified;
    host.disk.put(kServerPem, testing::mint(spec).certificate_pem);
    host.conf(http(server(server_names, kVerifyOn)));
  };
}

std::vector<Case> name_cases() {
  const auto fires = [](const std::string& name, const Change& change) {
    return Case{kServerNameMismatch, Effect::kFires, name, change};
  };
  const auto silent = [](const std::string& name, const Change& change) {
    return Case{kServerNameMismatch, Effect::kSilent, name, change};
  };
  return {
      fires("the second name is not in the certificate", names("a.test b.test", {"a.test"})),
      silent("both are", names("a.test b.test", {"b.test", "A.TEST"})),
      silent("a wildcard stands for one label", names("a.test", {"*.test"})),
      fires("and not for two", names("x.a.test", {"*.test"})),
      silent("a wildcard name is in it as such", names("*.a.test", {"*.a.test"})),
      fires("a wildcard name needs more than one host", names("*.a.test", {"x.a.test"})),
      fires("a name and all below it", names(".a.test", {"*.a.test"})),
      silent("without DNS names the CN counts", names("cn.test", {})),
      fires("with them it does not", names("cn.test", {"a.test"})),
      silent("placeholders, addresses, expressions",
             names("_ localhost 10.0.0.1 ~^x\\.test$ mail.*", {"a.test"})),
  };
}

Change presents(const std::string& pem, const std::string& trusted) {
  return [=](Host& host) {
    host.disk.put(kServerPem, pem);
    host.disk.put(kTrusted, trusted);
    host.conf(http_server(std::string(kVerifyOn) + " ssl_trusted_certificate trusted.pem;"));
  };
}

std::vector<Case> chain_cases() {
  static const Minted kDeep = testing::mint_server("a.test", minted().intermediate);
  const std::string leaf = kDeep.certificate_pem;
  const std::string intermediate = minted().intermediate.certificate_pem;
  const std::string root = minted().root.certificate_pem;
  return {
      {kServerChainIncomplete, Effect::kFires, "the intermediate is in the store and not presented",
       presents(leaf, intermediate)},
      {kServerChainIncomplete, Effect::kSilent, "it is presented",
       presents(leaf + intermediate, intermediate)},
      {kServerChainIncomplete, Effect::kSilent, "in another order",
       presents(leaf + root + intermediate, intermediate)},
      {kServerChainIncomplete, Effect::kSilent, "a root need not be presented",
       presents(minted().server.certificate_pem, intermediate)},
      {kServerChainIncomplete, Effect::kSilent, "nobody knows the issuer",
       presents(leaf, minted().other_root.certificate_pem)},
      {kLegacyProtocols, Effect::kFires, "TLS 1.1", in_server("ssl_protocols TLSv1.1 TLSv1.2;")},
      {kLegacyProtocols, Effect::kFires, "TLS 1.0", in_server("ssl_protocols TLSv1;")},
      {kLegacyProtocols, Effect::kSilent, "TLS 1.2 and 1.3",
       in_server("ssl_protocols TLSv1.2 TLSv1.3;")},
      {kLegacyProtocols, Effect::kSilent, "the default of 1.22.1 names them, and nobody wrote it",
       [](Host& host) { host.policy.build.version = config::Version{1, 22, 1}; }},
  };
}

const std::string kNoLevel = "@SECLEVEL=0; ";

Change dhparam(int bits, const std::string& more) {
  return [=](Host& host) {
    host.disk.put("/etc/nginx/dh.pem", testing::mint_dh_parameters(bits));
    host.conf(http_server(std::string(kVerifyOn) + " ssl_dhparam dh.pem; " + more));
  };
}

std::vector<Case> strength_cases() {
  const std::string low = "ssl_ciphers HIGH" + kNoLevel;
  return {
      {kWeakCiphers, Effect::kFires, "no encryption",
       in_server("ssl_ciphers HIGH:eNULL" + kNoLevel)},
      {kWeakCiphers, Effect::kFires, "HIGH alone has ciphers without authentication",
       in_server(low)},
      {kWeakCiphers, Effect::kFires, "CipherString has the last word",
       in_server("ssl_conf_command CipherString aNULL" + kNoLevel)},
      {kWeakCiphers, Effect::kSilent, "and here a better one",
       in_server(low + "ssl_conf_command CipherString HIGH:!aNULL;")},
      {kWeakCiphers, Effect::kSilent, "the security level keeps them out",
       in_server("ssl_ciphers ALL:COMPLEMENTOFALL;")},
      {kWeakCiphers, Effect::kSilent, "TLS 1.3 does not ask",
       in_server(low + "ssl_protocols TLSv1.3;")},
      {kWeakCiphers, Effect::kSilent, "nginx runs on another OpenSSL, which may have others",
       [=](Host& host) {
         host.policy.build.openssl = config::Version{1, 1, 1};
         in_server(low)(host);
       }},
      {kDhparamWeak, Effect::kFires, "1024 bits that level 0 lets pass", dhparam(1024, low)},
      {kDhparamWeak, Effect::kFires, "1024 bits that nginx refuses", dhparam(1024, "")},
      {kDhparamWeak, Effect::kSilent, "2048 bits", dhparam(2048, "")},
      {kDhparamWeak, Effect::kSilent, "no parameters at all",
       [](Host& host) {
         host.disk.put("/etc/nginx/dh.pem", "# later\n");
         host.conf(http_server(std::string(kVerifyOn) + " ssl_dhparam dh.pem;"));
       }},
  };
}

std::vector<Case> token_cases() {
  const auto around = [](const std::string& outer, const std::string& inner) {
    return [=](Host& host) {
      host.conf(http(outer + server("a.test", std::string(kVerifyOn) + " " + inner)));
    };
  };
  const auto strict = [=](const std::string& outer) {
    return [=](Host& host) {
      host.policy.profile = audit::Profile::kStrict;
      around(outer, "")(host);
    };
  };
  return {
      {kServerTokensOn, Effect::kFires, "inherited", around("server_tokens on;\n", "")},
      {kServerTokensOn, Effect::kFires, "the build's name too", around("", "server_tokens build;")},
      {kServerTokensOn, Effect::kSilent, "off in the server block",
       around("server_tokens on;\n", "server_tokens off;")},
      {kServerTokensOn, Effect::kSilent, "on in a location: refusals come before it",
       around("", "location / { server_tokens on; }")},
      {kServerTokensOn, Effect::kSilent, "nobody wrote it", around("", "")},
      {kServerTokensOn, Effect::kFires, "strict: nobody wrote it", strict("")},
      {kServerTokensOn, Effect::kSilent, "strict: off", strict("server_tokens off;\n")},
      {kServerTokensOn, Effect::kSilent, "strict: nobody is asked for a certificate",
       [](Host& host) {
         host.policy.profile = audit::Profile::kStrict;
         host.conf(http_server(kCertificate));
       }},
  };
}

Change upstream_ca(days until, const std::string& url = "https://b.test") {
  return [=](Host& host) {
    host.disk.put(kTrusted, mint_valid(ca_spec("CN=Backends"), days{-9}, until).certificate_pem);
    host.conf(http_server(std::string(kVerifyOn) +
                          " location / { proxy_ssl_verify on; proxy_ssl_trusted_certificate "
                          "trusted.pem; proxy_pass " +
                          url + "; }"));
  };
}

Change canary(const std::string& text) {
  return [=](Host& host) { host.canary(text); };
}

std::vector<Case> known_cases() {
  const std::string good = minted().client.certificate_pem;
  return {
      {kUpstreamTrustExpiresSoon, Effect::kFires, "thirty days left", upstream_ca(days{30})},
      {kUpstreamTrustExpiresSoon, Effect::kFires, "none left", upstream_ca(days{-1})},
      {kUpstreamTrustExpiresSoon, Effect::kSilent, "thirty-one", upstream_ca(days{31})},
      {kUpstreamTrustExpiresSoon, Effect::kSilent, "the backend speaks no TLS",
       upstream_ca(days{30}, "http://b.test")},
      {kCanaryUnreadable, Effect::kFires, "its file is missing",
       [=](Host& host) {
         host.canary(good);
         host.disk.remove(kCanaryPem);
       }},
      {kCanaryUnreadable, Effect::kFires, "its file holds no certificate", canary("# later\n")},
      {kCanaryUnreadable, Effect::kFires, "what it sends with it is broken",
       canary(good + good.substr(0, 90))},
      {kCanaryUnreadable, Effect::kSilent, "it reads", canary(good)},
  };
}

std::chrono::seconds window(const std::string& http_body, std::size_t index) {
  Host host;
  host.conf(http(http_body));
  return host.scratch()->servers.at(index)->resumption_window;
}

std::string resumption_detail(const std::string& directives, config::Version version) {
  Host host;
  in_server(directives)(host);
  host.policy.build.version = version;
  for (const audit::Finding& finding : findings_of(*host.scratch())) {
    if (finding.kind == kResumptionOutlivesRevocation) return finding.detail;
  }
  return "";
}

}  // namespace

std::vector<Case> server_side_cases() {
  std::vector<Case> all;
  for (const auto& group : {revocation_cases(), name_cases(), chain_cases(), strength_cases(),
                            token_cases(), known_cases()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

TEST_CASE("resumption: the default server's cache, ticket key and timeout are in force (R3.47)") {
  const std::string own = kVerifyOn;
  const std::string key = "ssl_session_ticket_key t.key; ";
  const std::string no_tickets = "ssl_session_tickets off; ";
  const struct {
    std::string by_default;
    std::string named;
    int seconds;
  } table[] = {
      {"", "", 0},
      {"", kShared, 0},
      {"", kShared + "ssl_session_timeout 1h; ", 0},
      {kShared, "", 300},
      {kShared, no_tickets, 300},
      {kShared + "ssl_session_timeout 1d; ", "ssl_session_timeout 5s; ", 86'400},
      {"ssl_session_cache builtin:100; ", "", 0},
      {"ssl_session_cache builtin:100 shared:S:1m; ", "", 300},
      {"ssl_session_cache off; ", kShared, 0},
      {key, "", 300},
      {key, no_tickets, 0},
      {"", key, 0},
  };
  for (const auto& row : table) {
    INFO("default server " << row.by_default << "/ named server " << row.named);
    const std::string body =
        server("d.test", own + row.by_default) + server("n.test", own + row.named);
    CHECK(window(body, 1) == std::chrono::seconds{row.seconds});
  }
}

TEST_CASE("resumption: the finding says what keeps sessions, for whom and for how long") {
  const config::Version old{1, 23, 1};
  const config::Version fixed{1, 23, 2};
  const std::string tls13 = "ssl_protocols TLSv1.2 TLSv1.3; ";
  const std::string no_tickets = "ssl_session_tickets off; ";
  const std::string usual = " resumes its session for 300 s after its last full handshake";
  const std::string endless = ", with TLS 1.3 again and again without end";
  const std::string cache = "ssl_session_cache shared:S:1m: ";
  const struct {
    std::string directives;
    config::Version version;
    std::string detail;
  } table[] = {
      {kShared + tls13, fixed, cache + "a revoked client" + usual},
      {kShared + tls13, old, cache + "a TLS 1.2 client that takes no tickets" + usual},
      {kShared + tls13 + no_tickets, old, cache + "a revoked client" + usual + endless},
      {kShared + "ssl_protocols TLSv1.2; " + no_tickets, old, cache + "a revoked client" + usual},
      {"ssl_session_ticket_key t.key; " + tls13, old,
       "ssl_session_ticket_key /etc/nginx/t.key: a revoked client" + usual + endless},
      {"ssl_session_ticket_key t.key; " + tls13, fixed,
       "ssl_session_ticket_key /etc/nginx/t.key: a revoked client" + usual},
  };
  for (const auto& row : table) {
    INFO(row.directives);
    CHECK(resumption_detail(kList + row.directives, row.version) == row.detail);
  }
}

}  // namespace mtls::audit_fixture
