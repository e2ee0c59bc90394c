// Common mistakes (R6) of nginx as a client: a front passes requests to a peer over TLS. The peer
// is in the same nginx. mistakes_ca_test.cc names the files of the other rows.
#include <catch2/catch.hpp>

#include "audit/trust/upstream_trust.h"
#include "collectors/collect.h"
#include "tests/integration/mistakes/mistakes_bench.h"
#include "tests/support/metrics_text.h"

namespace mtls::testing {
namespace {

// A front whose locations /NAME each pass to the peer with directives of their own.
class Front {
 public:
  Front() {
    const Minted certificate = leaf(&root, [](CertificateSpec& spec) {
      spec.extended_key_usage = "serverAuth";
      spec.dns_names = {"peer.test"};
    });
    bench.file("peer.pem", certificate.certificate_pem);
    bench.file("peer.key", certificate.key_pem);
    bench.file("root.pem", root.certificate_pem);
  }

  // Sets the `directives` of the peer's server block.
  void peer(const std::string& directives = "") {
    bench.server(
        {.name = "peer",
         .directives = "ssl_certificate peer.pem; ssl_certificate_key peer.key; " + directives,
         .port = peer_port,
         .own_certificate = false});
  }
  void location(const std::string& name, const std::string& directives) {
    location_at(name, peer_port, directives);
  }
  void location_at(const std::string& name, std::uint16_t port, const std::string& directives) {
    locations_ += "location /" + name + " { proxy_pass https://127.0.0.1:" + std::to_string(port) +
                  "; " + directives + "}\n";
  }
  void start() {
    bench.server({.name = "front", .directives = locations_, .port = port_});
    bench.start();
  }
  int status(const std::string& path) const {
    return request({.port = port_, .sni = "front", .host = "front", .path = path}).status;
  }
  /// A client certificate for nginx itself, in the files NAME.pem and NAME.key.
  std::string shows(const std::string& name, const Minted& client) const {
    bench.file(name + ".pem", client.certificate_pem);
    bench.file(name + ".key", client.key_pem);
    return "proxy_ssl_certificate " + name + ".pem; proxy_ssl_certificate_key " + name + ".key; ";
  }

  const Minted root = authority("CN=Root");
  const std::uint16_t peer_port = free_port();
  Bench bench;

 private:
  const std::uint16_t port_ = free_port();
  std::string locations_;
};

const std::string kVerified =
    "proxy_ssl_verify on; proxy_ssl_trusted_certificate root.pem; proxy_ssl_name peer.test; ";

TEST_CASE("R6.48: proxy_ssl_trusted_certificate without proxy_ssl_verify is not even opened") {
  if (nginx_is_missing()) return;
  Front front;
  front.peer();
  front.location("a", "proxy_ssl_trusted_certificate missing.pem; ");
  front.start();
  CHECK(front.status("/a") == 200);
  CHECK(front.bench.evaluate()->nginx_errors().empty());
  check_findings(front.bench, {{"front", {"upstream-not-verified"}}});
}

TEST_CASE("R6.49: proxy_ssl_verify of an address fails, since the certificate is for a name") {
  if (nginx_is_missing()) return;
  Front front;
  front.peer();
  front.location("by-address",
                 "proxy_ssl_verify on; proxy_ssl_trusted_certificate root.pem; "
                 "proxy_ssl_session_reuse off; ");
  front.location("by-name", kVerified + "proxy_ssl_session_reuse off; ");
  front.start();
  CHECK(front.status("/by-address") == 502);
  CHECK(front.status("/by-name") == 200);
  // The peer's certificate is not on this disk, so there is no finding.
  check_findings(front.bench, {{"front", {}}});
}

TEST_CASE("R2.63: IP addresses of a backend's certificate count for nothing, DNS names do") {
  if (nginx_is_missing()) return;
  struct Row {
    std::string name;
    std::string common_name;
    std::vector<std::string> dns_names;
    int status;
  };
  const std::vector<Row> rows{{"ip", "peer", {}, 502},
                              {"dns", "peer", {"127.0.0.1"}, 200},
                              {"common-name", "127.0.0.1", {}, 200},
                              {"both", "127.0.0.1", {"peer.test"}, 502}};
  Front front;
  for (const Row& row : rows) {
    const Minted certificate = leaf(&front.root, [&](CertificateSpec& spec) {
      spec.subject = "CN=" + row.common_name;
      spec.extended_key_usage = "serverAuth";
      spec.dns_names = row.dns_names;
      spec.other_names = {"IP:127.0.0.1"};
    });
    front.bench.file(row.name + ".pem", certificate.certificate_pem);
    front.bench.file(row.name + ".key", certificate.key_pem);
    const std::uint16_t port = free_port();
    front.bench.server({.name = row.name + ".test",
                        .directives = "ssl_certificate " + row.name + ".pem; ssl_certificate_key " +
                                      row.name + ".key; ",
                        .port = port,
                        .own_certificate = false});
    front.location_at(row.name, port,
                      "proxy_ssl_verify on; proxy_ssl_trusted_certificate root.pem; "
                      "proxy_ssl_session_reuse off; ");
  }
  front.start();
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(front.status("/" + row.name) == row.status);
  }
}

TEST_CASE(
    "R6.50: a client certificate without its intermediate is refused by a peer that has the root") {
  if (nginx_is_missing()) return;
  Front front;
  const Minted issuer = authority("CN=Issuer", &front.root);
  Minted bare = leaf(&issuer);
  Minted whole = bare;
  whole.certificate_pem += issuer.certificate_pem;
  front.peer(kOn + "ssl_client_certificate root.pem; ");
  front.location("bare", kVerified + front.shows("bare", bare) + "proxy_ssl_session_reuse off; ");
  front.location("whole",
                 kVerified + front.shows("whole", whole) + "proxy_ssl_session_reuse off; ");
  front.bench.client("bare", bare);
  front.bench.client("whole", whole);
  front.start();
  CHECK(front.status("/bare") == 400);
  CHECK(front.status("/whole") == 200);
  // What we predict for the same files when they belong to a client of the peer.
  const auto snapshot = front.bench.evaluate();
  const auto& verdicts = snapshot->servers.at(0)->verdicts;
  REQUIRE(verdicts.size() == 2);
  CHECK(verdicts.at(0).code == 21);
  CHECK(verdicts.at(1).code == 0);
  check_findings(front.bench, {{"front", {}}, {"peer", {}}});
}

TEST_CASE("R6.51: an expired client certificate gets through the handshake and 400 from the peer") {
  if (nginx_is_missing()) return;
  Front front;
  const base::sys_seconds end = now() - days{1};
  const Minted old = leaf(&front.root, [&](CertificateSpec& spec) { spec.not_after = end; });
  front.peer(kOn + "ssl_client_certificate root.pem; ");
  front.location("a", kVerified + front.shows("old", old));
  front.bench.client("old", old);
  front.start();
  CHECK(front.status("/a") == 400);
  const auto snapshot = front.bench.evaluate();
  REQUIRE(snapshot->servers.at(0)->verdicts.size() == 1);
  CHECK(snapshot->servers.at(0)->verdicts.front().code == 10);
  // The certificate's end has a series of its own, for an alert.
  const auto samples =
      parse_metrics(collectors::render(collectors::collect(*snapshot, {}).families));
  const auto ends = find(samples, "nginx_mtls_upstream_certificate_expiry_timestamp_seconds");
  REQUIRE(ends.size() == 1);
  CHECK(ends.front().value == base::unix_seconds(end));
  check_findings(front.bench, {{"front", {}}, {"peer", {}}});
}

TEST_CASE("upstream: with VerifyMode OpenSSL verifies the chain, but nobody verifies the name") {
  if (nginx_is_missing()) return;
  Front front;
  const Minted client = leaf(&front.root);
  const Minted old =
      leaf(&front.root, [](CertificateSpec& spec) { spec.not_after = now() - days{1}; });
  front.bench.file("other.pem", authority("CN=Other").certificate_pem);
  const std::string alone = "proxy_ssl_session_reuse off; ";
  const std::string shows = front.shows("old", old);
  front.shows("client", client);
  front.peer("ssl_client_certificate root.pem; ssl_verify_client optional; ");
  const std::string mode = alone + "proxy_ssl_conf_command VerifyMode ";
  const std::string file = "proxy_ssl_conf_command VerifyCAFile ";
  front.location("alone", mode + "Peer; ");
  front.location("require", mode + "Require; ");
  front.location("good", mode + "Peer; " + file + "root.pem; ");
  front.location("other", mode + "Peer; " + file + "other.pem; ");
  front.location("minus", alone + kVerified + "proxy_ssl_conf_command VerifyMode -Peer; ");
  front.location("shown", alone + shows +
                              "proxy_ssl_conf_command Certificate client.pem; "
                              "proxy_ssl_conf_command PrivateKey client.key; ");
  front.start();
  CHECK(front.status("/alone") == 502);
  CHECK(front.status("/require") == 502);
  CHECK(front.status("/good") == 200);
  CHECK(front.status("/other") == 502);
  CHECK(front.status("/minus") == 200);
  CHECK(front.status("/shown") == 200);  // the peer would refuse old.pem
  const auto snapshot = front.bench.evaluate();
  std::map<std::string, std::vector<std::string>> said;
  for (const auto& judged : snapshot->servers) {
    for (const audit::Finding& finding : judged->findings) {
      const auto begin = finding.detail.find('/');
      const auto end = finding.detail.find(':', begin);
      if (!finding.detail.starts_with("location /")) continue;
      said[finding.detail.substr(begin, end - begin)].emplace_back(
          audit::rules::rule_of(finding.kind).id);
    }
  }
  using Ids = std::vector<std::string>;
  CHECK(said["/alone"] == Ids{"ssl-conf-command-overrides"});
  CHECK(said["/require"] == Ids{"ssl-conf-command-overrides"});
  CHECK(said["/good"] == Ids{"upstream-not-verified", "ssl-conf-command-overrides"});
  CHECK(said["/minus"] == Ids{"ssl-conf-command-overrides"});
  CHECK(said["/shown"] == Ids{"upstream-not-verified"});
  const audit::trust::UpstreamFiles files =
      audit::trust::upstream_files(snapshot->config->resolved.upstreams.back());
  REQUIRE(files.certificates.size() == 1);
  CHECK(files.certificates.front().ends_with("/client.pem"));
}

TEST_CASE("R6.52: with reused sessions the first location's verification counts for the next") {
  if (nginx_is_missing()) return;
  Front front;
  front.peer();
  front.location("verified", kVerified);
  front.location("wrong",
                 "proxy_ssl_verify on; proxy_ssl_trusted_certificate other.pem; "
                 "proxy_ssl_name peer.test; ");
  front.bench.file("other.pem", authority("CN=Other").certificate_pem);
  front.start();
  CHECK(front.status("/verified") == 200);
  CHECK(front.status("/wrong") == 200);
  check_findings(front.bench, {{"front", {"upstream-session-shared"}}});
}

}  // namespace
}  // namespace mtls::testing
