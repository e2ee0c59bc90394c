// nginx as a client: what another nginx says about the certificate it presents, and with which CAs
// it verifies. The peer is in the same nginx.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>

#include "tests/integration/verdict/verdict_bench.h"

namespace mtls::testing {
namespace {

using audit::FindingKind;

/// Keyed by location: the URL in a finding's detail ends in the location's name.
bool is_found(const audit::Snapshot& snapshot, FindingKind kind, const std::string& location) {
  return std::any_of(snapshot.findings.begin(), snapshot.findings.end(), [&](const auto& finding) {
    return finding.kind == kind && finding.detail.find("/" + location + ": ") != std::string::npos;
  });
}

/// A front whose locations /NAME each pass to a peer that trusts one root.
struct Front {
  Front() {
    const Minted own = leaf(&root, [](CertificateSpec& spec) {
      spec.extended_key_usage = "serverAuth";
      spec.dns_names = {"peer.test"};
    });
    bench.file("peer.pem", own.certificate_pem);
    bench.file("peer.key", own.key_pem);
    bench.file("root.pem", root.certificate_pem);
    bench.server({.name = "peer",
                  .directives = "ssl_certificate peer.pem; ssl_certificate_key peer.key; " + kOn +
                                "ssl_client_certificate root.pem; ",
                  .port = peer_port,
                  .own_certificate = false});
  }

  void location(const std::string& name, const Minted& shown, const std::string& chain,
                const std::string& trust) {
    bench.file(name + ".pem", shown.certificate_pem + chain);
    bench.file(name + ".key", shown.key_pem);
    locations += "location /" + name +
                 " { proxy_pass https://127.0.0.1:" + std::to_string(peer_port) + "/" + name +
                 "; proxy_ssl_session_reuse off; proxy_ssl_verify on; proxy_ssl_name peer.test; "
                 "proxy_ssl_certificate " +
                 name + ".pem; proxy_ssl_certificate_key " + name + ".key; " + trust + " }\n";
  }

  void start() {
    bench.server({.name = "front", .directives = locations, .port = front_port});
    bench.start();
  }
  int status(const std::string& name) const {
    return request({.port = front_port, .sni = "front", .host = "front", .path = "/" + name})
        .status;
  }

  const Minted root = authority("CN=Root");
  const std::uint16_t peer_port = free_port();
  const std::uint16_t front_port = free_port();
  Bench bench;
  std::string locations;
};

TEST_CASE("upstream identity: what we call rejected or incomplete, a peer answers with 400") {
  if (nginx_is_missing()) return;
  Front front;
  const Minted issuer = authority("CN=Issuer", &front.root);
  const Minted old_issuer = authority("CN=Issuer", &front.root, [&](CertificateSpec& spec) {
    spec.same_key_as = &issuer;
    spec.not_after = now() - days{1};
  });
  const Minted deep = leaf(&issuer);
  struct Row {
    std::string name;
    Minted shown;
    std::string chain;
    bool is_rejected;
    bool is_incomplete;
  };
  const std::vector<Row> table{
      {"good", leaf(&front.root), "", false, false},
      {"expired", leaf(&front.root, expired), "", true, false},
      {"early", leaf(&front.root, early), "", true, false},
      {"for-servers", leaf(&front.root, purpose("serverAuth")), "", true, false},
      {"key-encipherment", leaf(&front.root, usage("critical,keyEncipherment")), "", true, false},
      {"no-purpose", leaf(&front.root, purpose("")), "", false, false},
      {"bare", deep, "", false, true},
      {"whole", deep, issuer.certificate_pem, false, false},
      {"old-issuer", deep, old_issuer.certificate_pem, true, false},
  };
  for (const Row& row : table) {
    front.location(row.name, row.shown, row.chain, "proxy_ssl_trusted_certificate root.pem;");
  }
  front.start();
  const auto snapshot = front.bench.evaluate();
  for (const Row& row : table) {
    INFO(row.name);
    CHECK(front.status(row.name) == (row.is_rejected || row.is_incomplete ? 400 : 200));
    CHECK(is_found(*snapshot, FindingKind::kUpstreamCertificateRejected, row.name) ==
          row.is_rejected);
    CHECK(is_found(*snapshot, FindingKind::kUpstreamChainIncomplete, row.name) ==
          row.is_incomplete);
  }
}

TEST_CASE("upstream identity: VerifyCAFile replaces proxy_ssl_trusted_certificate") {
  if (nginx_is_missing()) return;
  Front front;
  const Minted ending = authority("CN=Ending", nullptr,
                                  [](CertificateSpec& spec) { spec.not_after = now() + days{3}; });
  front.bench.file("ending.pem", ending.certificate_pem);
  const std::string command = "proxy_ssl_conf_command VerifyCAFile ";
  const Minted shown = leaf(&front.root);
  front.location("replaced-by-good", shown, "",
                 "proxy_ssl_trusted_certificate ending.pem; " + command + "root.pem;");
  front.location("replaced-by-bad", shown, "",
                 "proxy_ssl_trusted_certificate root.pem; " + command + "ending.pem;");
  front.start();
  CHECK(front.status("replaced-by-good") == 200);
  CHECK(front.status("replaced-by-bad") == 502);
  const auto snapshot = front.bench.evaluate();
  CHECK(is_found(*snapshot, FindingKind::kUpstreamTrustExpiresSoon, "replaced-by-bad"));
  CHECK_FALSE(is_found(*snapshot, FindingKind::kUpstreamTrustExpiresSoon, "replaced-by-good"));
}

}  // namespace
}  // namespace mtls::testing
