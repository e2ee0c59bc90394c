// What of the clients may be seen: never a byte of a subject in metrics and logs, and no CA in
// compact metrics.
#include <catch2/catch.hpp>

#include "tests/daemon/observed/observed_bench.h"

namespace mtls::daemon::testing {
namespace {

constexpr const char* kMarker = "Zq7Xw9Vj";  // in no other word

Minted marked(const Minted& issuer, std::chrono::seconds left) {
  const std::string marker = kMarker;
  mtls::testing::CertificateSpec spec =
      mtls::testing::client_spec("CN=cn " + marker + ",O=o " + marker, issuer);
  spec.dns_names = {marker + ".test"};
  spec.other_names = {"email:" + marker + "@mail.test", "URI:spiffe://" + marker};
  spec.crl_points = "URI:http://" + marker + ".test/crl";
  spec.not_before = now() - 48h;
  spec.not_after = now() + left;
  return mtls::testing::mint(spec);
}

/// The file of clients and its log.
std::string state_of(const ObservedBench& bench) {
  return bench.dir.read("clients.db") + bench.dir.read("clients.db-wal");
}

}  // namespace

TEST_CASE("observed: not one byte of a subject is in metrics, logs or pages") {
  if (!observer_can_run()) return;
  for (const bool keeps_subjects : {false, true}) {
    CAPTURE(keeps_subjects);
    const ObservedBench bench(1);
    bench.dir.write("settings.yml",
                    "observer: {socket: '" + bench.dir.path("clients.sock") + "', state: '" +
                        bench.dir.path("clients.db") +
                        "', remember: " + (keeps_subjects ? "subjects" : "fingerprints") + "}\n");
    const NginxRunner nginx(bench.dir);
    std::vector<std::string> flags = bench.flags();
    flags.insert(flags.end(), {"--log.level", "debug"});
    Exporter exporter(bench.dir, flags);
    REQUIRE(exporter.time_until({.name = kCoverage, .labels = {{"server", "a.example"}}}) < 3s);
    // Of a CA that is trusted, of one that is not, and of one that is in no file and has the marker
    // in its own name; each alive and expired, over http and stream.
    const Minted own = authority(std::string("of ") + kMarker);
    int sent = 0;
    for (const Minted* ca : {&bench.issuers[2].ca, &bench.issuers[4].ca, &own}) {
      for (const auto left : {24h, -24h}) {
        const Minted client = marked(*ca, left);
        for (const bool is_stream : {false, true}) {
          bench.connect(is_stream, &client, is_stream);
          ++sent;
        }
      }
    }
    CHECK(exporter.time_until(
              {.name = "nginx_mtls_observer_datagrams_total", .value = 1.0 * sent}) < 5s);
    const std::string scrape = exporter.scrape();
    CHECK_THAT(scrape, Catch::Contains("nginx_mtls_observed_clients{"));
    CHECK_THAT(scrape, !Catch::Contains(kMarker));
    CHECK_THAT(exporter.get("/").body, !Catch::Contains(kMarker));
    // What is kept is seen here, so the marker would have been found.
    CHECK(eventually(
        5s, [&] { return state_of(bench).find("ecdsa-with-SHA256") != std::string::npos; }));
    CHECK((state_of(bench).find(kMarker) != std::string::npos) == keeps_subjects);
    exporter.process().signal(SIGHUP);
    std::this_thread::sleep_for(1s);
    exporter.process().signal(SIGTERM);
    CHECK(exporter.process().wait(5s) == 0);
    CHECK_THAT(exporter.log(), Catch::Contains("stopped"));
    CHECK_THAT(exporter.log(), !Catch::Contains(kMarker));
    CHECK((state_of(bench).find(kMarker) != std::string::npos) == keeps_subjects);
  }
}

TEST_CASE("observed: compact metrics have no CA") {
  if (!observer_can_run()) return;
  const ObservedBench bench(1);
  bench.dir.write("settings.yml", "observer: {socket: '" + bench.dir.path("clients.sock") +
                                      "', state: '" + bench.dir.path("clients.db") +
                                      "'}\nmetrics: {detail: compact}\n");
  const NginxRunner nginx(bench.dir);
  Exporter exporter(bench.dir, bench.flags());
  REQUIRE(exporter.time_until({.name = kCoverage, .labels = {{"server", "a.example"}}}) < 3s);
  for (const Issuer& issuer : bench.issuers) bench.connect(false, &issuer.clients[0], false);
  CHECK(exporter.time_until({.name = "nginx_mtls_observer_datagrams_total", .value = 6}) < 5s);
  for (const Sample& sample : mtls::testing::parse_metrics(exporter.scrape())) {
    CAPTURE(sample.name);
    CHECK_FALSE(sample.labels.contains("ca"));
  }
  const Labels a{{"server", "a.example"}};
  CHECK(exporter.value(kClients, a) == 6);
  CHECK(exporter.value(kConnections, {{"server", "a.example"}, {"verify", "success"}}) == 4);
  // Of the CA in e.pem; the other one is in no file.
  CHECK(exporter.value(kConnections, {{"server", "a.example"}, {"verify", "failed"}}) == 1);

  bench.dir.rename_over("settings.yml", "observer: {socket: '" + bench.dir.path("clients.sock") +
                                            "', state: '" + bench.dir.path("clients.db") + "'}\n");
  exporter.process().signal(SIGHUP);
  CHECK(exporter.time_until({.name = kConnections,
                             .labels = {{"server", "a.example"},
                                        {"ca", bench.issuers[2].label},
                                        {"verify", "success"}}}) < 5s);
}

}  // namespace mtls::daemon::testing
