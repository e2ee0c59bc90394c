// Revocation in real nginx when the CRL is the wrong one or a client has an older TLS session
// (R3.47), and the weak ciphers that a server really negotiates.
#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "audit/trust/resumption.h"
#include "tests/integration/verdict/verdict_bench.h"

namespace mtls::testing {
namespace {

using audit::FindingKind;

std::size_t count_of(const audit::Snapshot& snapshot, FindingKind kind) {
  return static_cast<std::size_t>(
      std::count_if(snapshot.findings.begin(), snapshot.findings.end(),
                    [&](const audit::Finding& finding) { return finding.kind == kind; }));
}

TEST_CASE("revocation: a CRL of the wrong key locks the CA's clients out") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted root = authority("CN=Root", nullptr, without_key_identifiers);
  const Minted imposter = authority("CN=Root");
  const Minted elsewhere = authority("CN=Elsewhere");
  CrlSpec nameless = crl_of(imposter);
  nameless.key_identifier = false;
  bench.file("bundle.pem", root.certificate_pem);
  bench.file("nameless.crl", mint_crl(nameless));
  bench.file("identified.crl", mint_crl(crl_of(imposter)));
  bench.file("beside.crl", mint_crl(crl_of(root)) + mint_crl(crl_of(elsewhere)));
  const Minted named = authority("CN=Named root");
  const Minted named_imposter = authority("CN=Named root");
  bench.file("named.pem", named.certificate_pem);
  bench.file("named.crl", mint_crl(crl_of(named_imposter)));
  bench.server({.name = "nameless", .directives = kOn + kBundle + "ssl_crl nameless.crl;"});
  bench.server({.name = "identified", .directives = kOn + kBundle + "ssl_crl identified.crl;"});
  bench.server({.name = "named",
                .directives = kOn + "ssl_client_certificate named.pem; ssl_crl named.crl;"});
  bench.server({.name = "beside", .directives = kOn + kBundle + "ssl_crl beside.crl;"});
  bench.client("client", leaf(&root, without_key_identifiers));
  bench.client("named-client", leaf(&named));

  bench.check({
      {.server = "nameless", .client = "client", .status = 400, .code = 8},
      {.server = "identified", .client = "client", .status = 400, .code = 8},
      {.server = "named", .client = "named-client", .status = 400, .code = 3},
      {.server = "beside", .client = "client"},
  });
  const auto snapshot = bench.evaluate();
  CHECK(count_of(*snapshot, FindingKind::kCrlWrongSigner) == 3);
  CHECK(count_of(*snapshot, FindingKind::kCrlMissingIssuer) == 0);
}

/// Two names on one address. The default server has the directives of `keeper`; a client of the
/// second name gets a session.
struct Sessions {
  Sessions(const std::string& keeper, const std::string& named) {
    bench.file("bundle.pem", root.certificate_pem);
    bench.file("other.pem", root.certificate_pem + authority("CN=More").certificate_pem);
    bench.file("ticket.key", std::string(80, 'k'));
    bench.file("list.crl", mint_crl(crl_of(root)));
    const std::string own = kOn + kBundle + "ssl_crl list.crl; ";
    bench.server({.name = "first", .directives = own + keeper, .port = port});
    bench.server({.name = "second", .directives = own + named, .port = port});
    bench.start();
  }

  TlsAnswer ask(const std::shared_ptr<ssl_session_st>& resume, bool takes_tickets) const {
    return request({.port = port,
                    .sni = "second",
                    .host = "second",
                    .client_chain_pem = client.certificate_pem,
                    .client_key_pem = client.key_pem,
                    .resume = resume,
                    .tls12_ciphers = takes_tickets ? "" : "HIGH",
                    .takes_tickets = takes_tickets});
  }

  const Minted root = authority("CN=Root");
  const Minted client = leaf(&root);
  const std::uint16_t port = free_port();
  Bench bench;
};

TEST_CASE("resumption: the default server's session cache decides who resumes after a reload") {
  if (nginx_is_missing()) return;
  const std::string shared = "ssl_session_cache shared:S:1m; ";
  const std::string tls13 = "ssl_protocols TLSv1.2 TLSv1.3; ";
  const std::string no_tickets = "ssl_session_tickets off; ";
  const struct {
    std::string keeper;
    std::string named;
    bool is_kept;
  } table[] = {
      {"", "", false},
      {"", shared, false},
      {shared, "", true},
      {shared + no_tickets, no_tickets, true},
      {shared + no_tickets + tls13, no_tickets + tls13, true},
      {"ssl_session_ticket_key ticket.key; " + tls13, tls13, true},
      {"", "ssl_session_ticket_key ticket.key; ", false},
      {"ssl_session_cache off; ", shared, false},
  };
  for (const auto& row : table) {
    INFO("first server " << row.keeper << "/ second server " << row.named);
    Sessions site(row.keeper, row.named);
    const auto kept =
        audit::trust::resumption(site.bench.evaluate()->config->resolved, 1, site.bench.build());
    CHECK(kept.has_value() == row.is_kept);
    const bool takes_tickets = kept && !kept->needs_ticketless_client;
    const TlsAnswer before = site.ask(nullptr, takes_tickets);
    REQUIRE(before.status == 200);

    site.bench.file("list.crl", mint_crl(crl_of(site.root, {&site.client})));
    site.bench.reload();
    const TlsAnswer after = site.ask(before.session, takes_tickets);
    CHECK(after.resumed == row.is_kept);
    CHECK(after.status == (row.is_kept ? 200 : 400));
    CHECK(site.ask(nullptr, takes_tickets).status == 400);
  }
}

TEST_CASE(
    "resumption: a change of the CA names ends all sessions, a change of only the CRL ends none") {
  if (nginx_is_missing()) return;
  Sessions site("ssl_session_cache shared:S:1m; ", "");
  const TlsAnswer before = site.ask(nullptr, false);
  REQUIRE(before.status == 200);
  site.bench.reload();
  CHECK(site.ask(before.session, false).resumed);
  site.bench.file("bundle.pem", site.bench.text("other.pem"));
  site.bench.reload();
  CHECK_FALSE(site.ask(before.session, false).resumed);
}

TEST_CASE("weak ciphers: a server negotiates them exactly where there is a finding") {
  if (nginx_is_missing()) return;
  Bench bench;
  const struct {
    std::string ciphers;
    std::string spoken;  // negotiated by a client
    bool is_weak;
  } table[] = {
      {"HIGH:eNULL:@SECLEVEL=0", "eNULL:@SECLEVEL=0", true},
      {"HIGH:@SECLEVEL=0", "aNULL:@SECLEVEL=0", true},
      {"HIGH:!aNULL:@SECLEVEL=0", "aNULL:eNULL:@SECLEVEL=0", false},
      {"ALL:COMPLEMENTOFALL", "aNULL:eNULL:@SECLEVEL=0", false},
      {"HIGH:!aNULL:!MD5", "HIGH:!aNULL", false},
  };
  std::vector<std::uint16_t> ports;
  for (const auto& row : table) {
    ports.push_back(free_port());
    bench.server({.name = "s" + std::to_string(ports.size()),
                  .directives = "ssl_ciphers " + row.ciphers + ";",
                  .port = ports.back()});
  }
  bench.start();
  const auto snapshot = bench.evaluate();
  for (std::size_t i = 0; i < ports.size(); ++i) {
    INFO(table[i].ciphers);
    const bool is_usual = table[i].spoken == "HIGH:!aNULL";
    CHECK((request({.port = ports[i], .tls12_ciphers = table[i].spoken}).status == 200) ==
          (table[i].is_weak || is_usual));
    CHECK(snapshot->strength.weak_ciphers.contains(config::ServerIndex{i}) == table[i].is_weak);
  }
}

}  // namespace
}  // namespace mtls::testing
