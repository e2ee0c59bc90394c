#include "audit/judge.h"
#include "audit/snapshot.h"

#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

using audit::Verdict;
using config::VerifyClient;

const Verdict& verdict_at(const audit::Snapshot& snapshot, std::size_t server) {
  return snapshot.servers.at(server)->verdicts.at(0);
}

const std::string kAskForA =
    std::string(kCertificate) + "ssl_client_certificate clients.pem; ssl_verify_client on;";
const std::string kAskForB =
    std::string(kCertificate) + "ssl_client_certificate trusted.pem; ssl_verify_client on;";

Host two_cas(const std::string& body) {
  Host host;
  host.conf(http(body));
  host.disk.put(kTrusted, minted().other_root.certificate_pem);
  return host;
}

}  // namespace

TEST_CASE("judge: what nginx lets through (R3.30)") {
  const struct {
    int code;
    bool off, on, optional, optional_no_ca;
  } table[] = {
      {0, true, true, true, true},     {2, true, false, false, false},
      {3, true, false, false, false},  {7, true, false, false, false},
      {9, true, false, false, false},  {10, true, false, false, false},
      {11, true, false, false, false}, {12, true, false, false, false},
      {18, true, false, false, true},  {19, true, false, false, true},
      {20, true, false, false, true},  {21, true, false, false, true},
      {22, true, false, false, false}, {23, true, false, false, false},
      {26, true, false, false, false}, {27, true, false, false, true},
      {32, true, false, false, false}, {47, true, false, false, false},
      {66, true, false, false, false}, {67, true, false, false, false},
      {68, true, false, false, false},
  };
  for (const auto& row : table) {
    INFO("code " << row.code);
    CHECK(audit::lets_through(VerifyClient::kOff, row.code) == row.off);
    CHECK(audit::lets_through(VerifyClient::kOn, row.code) == row.on);
    CHECK(audit::lets_through(VerifyClient::kOptional, row.code) == row.optional);
    CHECK(audit::lets_through(VerifyClient::kOptionalNoCa, row.code) == row.optional_no_ca);
  }
}

TEST_CASE("judge: a verdict says what $ssl_client_verify and the log will say") {
  Host host;
  host.canary(minted().client.certificate_pem);
  Verdict expected;
  expected.canary = "probe";
  expected.offered = true;
  expected.client_verify = "SUCCESS";
  expected.http_status = 200;
  expected.accepted = true;
  expected.served = config::Served::kEverywhere;
  expected.accepted_until = kT0 + days{365};
  CHECK(verdict_at(*host.scratch(), 0) == expected);

  host.canary(minted().other_client.certificate_pem);
  expected.client_verify = "FAILED:unable to verify the first certificate";
  expected.code = 21;
  expected.http_status = 400;
  expected.accepted = false;
  expected.served = config::Served::kNowhere;
  expected.accepted_until = std::nullopt;
  CHECK(verdict_at(*host.scratch(), 0) == expected);
}

TEST_CASE("judge: optional refuses a bad certificate, optional_no_ca forgives an unknown CA") {
  const struct {
    std::string mode;
    int status;
  } table[] = {{"on", 400}, {"optional", 400}, {"optional_no_ca", 200}};
  for (const auto& row : table) {
    INFO(row.mode);
    Host host;
    host.conf(http_server(std::string(kCertificate) +
                          "ssl_client_certificate clients.pem; ssl_verify_client " + row.mode +
                          ";"));
    host.canary(minted().other_client.certificate_pem);
    CHECK(verdict_at(*host.scratch(), 0).code == 21);
    CHECK(verdict_at(*host.scratch(), 0).http_status == row.status);
  }
}

TEST_CASE("judge: a block without certificate is judged by the default server's CA (R3.44)") {
  Host host =
      two_cas(server("d.test", kAskForA) +
              server("m.test", "ssl_client_certificate trusted.pem; ssl_verify_client on;"));
  host.canary(minted().client.certificate_pem);
  CHECK(verdict_at(*host.scratch(), 1).client_verify == "SUCCESS");
  host.canary(minted().other_client.certificate_pem);
  CHECK(verdict_at(*host.scratch(), 1).code == 21);
}

TEST_CASE("judge: a block without certificate behind a default that asks nobody refuses (R3.43)") {
  const struct {
    std::string mode;
    bool accepted;
    int status;
  } table[] = {{"on", false, 400}, {"optional", true, 200}};
  for (const auto& row : table) {
    INFO(row.mode);
    Host host = two_cas(server("d.test", kCertificate) +
                        server("m.test", "ssl_client_certificate clients.pem; ssl_verify_client " +
                                             row.mode + ";"));
    host.canary(minted().client.certificate_pem);
    const auto snapshot = host.scratch();
    CHECK(verdict_at(*snapshot, 1).client_verify == "NONE");
    CHECK(verdict_at(*snapshot, 1).code == 0);
    CHECK(verdict_at(*snapshot, 1).accepted == row.accepted);
    CHECK(verdict_at(*snapshot, 1).http_status == row.status);
    CHECK(has(*snapshot, FindingKind::kCanaryRejected) == !row.accepted);
  }
}

TEST_CASE("judge: with SNI each block with a certificate asks for its own CA (R3.40)") {
  Host host = two_cas(server("d.test", kAskForA) + server("n.test", kAskForB));
  host.canary(minted().client.certificate_pem);
  const auto snapshot = host.scratch();
  CHECK(verdict_at(*snapshot, 0).code == 0);
  CHECK(verdict_at(*snapshot, 1).code == 21);
}

TEST_CASE("judge: both CA files authenticate, only the first is advertised (R3.3, R3.4)") {
  Host host;
  host.conf(http_server(std::string(kVerifyOn) + "ssl_trusted_certificate trusted.pem;"));
  const std::string twice =
      minted().other_root.certificate_pem + minted().other_root.certificate_pem;
  host.disk.put(kTrusted, minted().root.certificate_pem + twice);
  host.canary(minted().other_client.certificate_pem);
  const auto snapshot = host.scratch();
  const audit::ServerAudit& judged = *snapshot->servers.at(0);
  CHECK(verdict_at(*snapshot, 0).code == 0);
  CHECK(judged.ca_names == 1);
  CHECK(judged.extra_trust_cas == 1);
  // SEQUENCE { SET { SEQUENCE { OID 2.5.4.3, UTF8String "Root A" } } }: 19 bytes, and a length
  // of 2.
  CHECK(judged.ca_names_bytes == 21);
}

TEST_CASE("judge: a name advertised twice counts once (R3.4)") {
  Host host;
  CertificateSpec twin = ca_spec("CN=Root A");
  host.disk.put(kBundle, minted().root.certificate_pem + testing::mint(twin).certificate_pem +
                             minted().other_root.certificate_pem);
  CHECK(host.scratch()->servers.at(0)->ca_names == 2);
}

TEST_CASE("judge: a revoked client is refused, and a CRL beside the CA revokes nobody (R3.34)") {
  const std::string crl = testing::mint_crl({.issuer = &minted().root,
                                             .this_update = kT0 - days{1},
                                             .next_update = kT0 + days{7},
                                             .revoked = {&minted().client}});
  Host host;
  host.canary(minted().client.certificate_pem);
  host.disk.put(kBundle, minted().root.certificate_pem + crl);
  CHECK(verdict_at(*host.scratch(), 0).code == 0);
  host.conf(http_server(std::string(kVerifyOn) + "ssl_crl clients.crl;"));
  host.disk.put(kCrl, crl);
  CHECK(verdict_at(*host.scratch(), 0).code == 23);
}

TEST_CASE("judge: a CRL in force beside one from the future is the one that counts (R3.33)") {
  Host host;
  host.canary(minted().client.certificate_pem);
  host.conf(http_server(std::string(kVerifyOn) + "ssl_crl clients.crl;"));
  const std::string ahead = minted().crl(minted().root, days{1}, days{90});
  for (const std::string& text :
       {ahead + minted().crl(minted().root), minted().crl(minted().root) + ahead}) {
    host.disk.put(kCrl, text);
    CHECK(verdict_at(*host.scratch(), 0).code == 0);
  }
}

TEST_CASE("judge: a canary is judged where its globs match the server name") {
  Host host = two_cas(server("a.test", kAskForA) + server("b.example", kAskForA) +
                      server("c.test", kCertificate));
  host.canary(minted().client.certificate_pem);
  const struct {
    std::vector<std::string> globs;
    std::vector<std::size_t> verdicts;
  } table[] = {
      {{}, {1, 1, 0}},         {{"*.test"}, {1, 0, 0}}, {{"b.*", "x"}, {0, 1, 0}},
      {{"[ab].*"}, {1, 1, 0}}, {{"test"}, {0, 0, 0}},   {{"*"}, {1, 1, 0}},
  };
  for (const auto& row : table) {
    host.policy.canaries.front().servers = row.globs;
    const auto snapshot = host.scratch();
    std::vector<std::size_t> counts;
    for (const auto& judged : snapshot->servers) counts.push_back(judged->verdicts.size());
    CHECK(counts == row.verdicts);
  }
}

TEST_CASE("judge: a canary whose file is missing or empty has no verdict") {
  Host host;
  host.canary("");
  CHECK(host.scratch()->servers.at(0)->verdicts.empty());
  host.disk.remove(kCanaryPem);
  CHECK(host.scratch()->servers.at(0)->verdicts.empty());
}

TEST_CASE("judge: a stream block gives no HTTP status") {
  Host host;
  host.conf("events { }\nstream { server { listen 443 ssl; " + std::string(kVerifyOn) + " } }");
  host.canary(minted().other_client.certificate_pem);
  const auto snapshot = host.scratch();
  CHECK(verdict_at(*snapshot, 0).http_status == std::nullopt);
  CHECK_FALSE(verdict_at(*snapshot, 0).accepted);
}

TEST_CASE("judge: enforced is what the mode and the guard make of it") {
  const std::string ca = std::string(kCertificate) + "ssl_client_certificate clients.pem;";
  const std::string optional = ca + "ssl_verify_client optional;";
  const struct {
    std::string conf;
    std::optional<bool> enforced;
  } table[] = {
      {ca + "ssl_verify_client on;", true},
      {optional, false},
      {optional + "if ($ssl_client_verify != SUCCESS) { return 403; }", true},
      {optional + "location / { proxy_set_header X-V $ssl_client_verify; proxy_pass http://b; }",
       std::nullopt},
  };
  for (const auto& row : table) {
    INFO(row.conf);
    Host host;
    host.conf(http_server(row.conf));
    CHECK(host.scratch()->servers.at(0)->enforced == row.enforced);
  }
}

TEST_CASE("judge: the earlier of two blocks with one name speaks, the other is named") {
  Host host;
  host.conf(http(server("a.test", kVerifyOn) + server("b.test a.test", kVerifyOn) +
                 server("a.test", kVerifyOn)));
  const auto snapshot = host.scratch();
  std::vector<bool> shadowed;
  for (const auto& judged : snapshot->servers)
    shadowed.push_back(has(judged->findings, FindingKind::kServerShadowed));
  CHECK(shadowed == std::vector<bool>{false, true, true});  // the second loses a name
}

TEST_CASE("judge: mail behind STARTTLS is judged as behind listen ssl (R9.15)") {
  const struct {
    std::string more;
    std::size_t verdicts;
    std::optional<bool> enforced;
  } table[] = {
      {"listen 993 ssl;", 1, true},           {"listen 143; starttls only;", 1, true},
      {"listen 143; starttls on;", 1, false}, {"listen 993 ssl; listen 143;", 1, false},
      {"listen 143;", 0, std::nullopt},       {"listen 143; starttls off;", 0, std::nullopt}};
  for (const auto& row : table) {
    INFO(row.more);
    Host host;
    host.conf("events { } mail { server { " + row.more + kVerifyOn + " } }");
    host.canary(minted().client.certificate_pem);
    const auto snapshot = host.scratch();
    const audit::ServerAudit& judged = *snapshot->servers.at(0);
    CHECK(judged.enforced == row.enforced);
    REQUIRE(judged.verdicts.size() == row.verdicts);
    if (row.verdicts > 0) CHECK(judged.verdicts[0].client_verify == "SUCCESS");
  }
}

TEST_CASE("judge: a block to which nothing leads enforces nothing and judges nobody (R9.16)") {
  Host host =
      two_cas(server("a.test", kCertificate) + server("a.test", kAskForA) +
              "server { listen 443 ssl; listen 8443 ssl; server_name a.test; " + kAskForA + " }");
  host.canary(minted().client.certificate_pem);
  const auto snapshot = host.scratch();
  CHECK(snapshot->servers.at(1)->enforced == std::nullopt);
  CHECK(snapshot->servers.at(1)->verdicts.empty());
  CHECK(snapshot->servers.at(1)->store.members.empty());
  CHECK(snapshot->servers.at(2)->enforced == true);  // by way of its other address
  CHECK(snapshot->servers.at(2)->verdicts.size() == 1);
}

TEST_CASE("judge: a block without names is judged where it is the default server (R9.20)") {
  Host host = two_cas(server("d.test", kAskForB) + "server { listen 443 ssl; listen 8443 ssl; " +
                      kAskForA + " }");
  host.canary(minted().client.certificate_pem);
  CHECK(verdict_at(*host.scratch(), 1).client_verify == "SUCCESS");
}

}  // namespace mtls::audit_fixture
