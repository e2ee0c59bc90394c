// The truth meter beside real nginx: whatever clients come in full handshakes, while no reload
// waits, nginx says what the exporter predicts.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <random>

#include "tests/daemon/observed/observed_bench.h"

namespace mtls::daemon::testing {
namespace {

int number_of(const char* variable, int usual) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::atoi(text) : usual;
}

double sum(const Exporter& exporter, const char* name, const Labels& labels) {
  double sum = 0;
  for (const Sample& sample :
       mtls::testing::find(mtls::testing::parse_metrics(exporter.scrape()), name, labels))
    sum += sample.value;
  return sum;
}

/// Clients of one CA, each wrong in another way, and whether the CA is in the trust store.
struct Kin {
  std::vector<Minted> clients;
  bool is_trusted = true;
};

Kin kin_of(const Minted& ca, bool is_trusted = true) {
  Kin kin{.clients = {}, .is_trusted = is_trusted};
  const auto add = [&](auto change) {
    mtls::testing::CertificateSpec spec = mtls::testing::client_spec("CN=any", ca);
    spec.not_before = now() - 24h;
    spec.not_after = now() + 100 * 24h;
    change(spec);
    kin.clients.push_back(mtls::testing::mint(spec));
  };
  add([](auto&) {});
  add([](auto&) {});  // revoked where there is a CRL
  add([](auto& spec) { spec.not_after = now() - 1h; });
  add([](auto& spec) { spec.not_before = now() + 240h; });
  add([](auto& spec) { spec.extended_key_usage = "serverAuth"; });
  add([](auto& spec) { spec.extended_key_usage.clear(); });
  add([](auto& spec) { spec.key_usage = "keyAgreement"; });
  add([](auto& spec) { spec.key_identifiers = false; });
  add([](auto& spec) { spec.dns_names = {"forbidden.test"}; });
  return kin;
}

/// Server blocks over http and stream, with and without CRLs, that trust CAs of all kinds.
class Scene {
 public:
  Scene() {
    write_server_certificate(dir);
    const Minted root = authority("Root");
    const Minted twin = authority("Twin");
    const Minted other_twin = authority("Twin");
    const Minted below = ca("CN=Below", &root, [](auto&) {});
    const Minted constrained = ca("CN=Constrained", &root, [](auto& spec) {
      spec.name_constraints = "excluded;DNS:forbidden.test";
    });
    const Minted old = ca("CN=Old", nullptr, [](auto& spec) { spec.not_after = now() - 2h; });
    const Minted stranger = authority("Stranger");
    const std::vector<const Minted*> trusted{&root, &twin, &other_twin, &below, &constrained, &old};
    std::string bundle;
    std::string lists;
    for (const Minted* one : trusted) {
      kin.push_back(kin_of(*one));
      bundle += one->certificate_pem;
      mtls::testing::CrlSpec list;
      list.issuer = one;
      list.this_update = now() - 24h;
      list.next_update = now() + (one == &twin ? -1h : 240h);
      list.revoked = {&kin.back().clients[1]};
      lists += mtls::testing::mint_crl(list);
    }
    kin.push_back(kin_of(stranger, false));
    dir.write("ca.pem", bundle);
    dir.write("clients.crl", lists);
    dir.write("settings.yml", "observer: {socket: '" + dir.path("clients.sock") + "', state: '" +
                                  dir.path("clients.db") + "'}\n");
    for (const char* name : {"http", "stream"})
      dir.write(std::string(name) + ".conf",
                mtls::testing::observer_snippet(name, dir.path("clients.sock")));
    const std::string crl = "ssl_crl clients.crl; ";
    const std::string answer = "return \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"; ";
    dir.write("nginx.conf", mtls::testing::load_module("stream") +
                                "worker_processes 2;\nevents {}\nhttp {" +
                                std::string(mtls::testing::kNginxHttpPaths) + "include http.conf;" +
                                server(0, "location / { return 200; }") +
                                server(1, crl + "location / { return 200; }") +
                                "}\nstream { include stream.conf;" + server(2, answer) +
                                server(3, crl + answer) + "}\n");
  }

  /// true: nginx let it in.
  bool shake_hands(std::size_t server, const Minted& client, bool is_tls12) const {
    mtls::testing::TlsRequest request{.port = ports.at(server), .sni = "a", .host = "a"};
    request.client_chain_pem = client.certificate_pem;
    request.client_key_pem = client.key_pem;
    if (is_tls12) request.tls12_ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    return mtls::testing::request(request).status == 200;
  }

  TempDir dir;
  std::vector<Kin> kin;
  std::array<std::uint16_t, 4> ports{mtls::testing::free_port(), mtls::testing::free_port(),
                                     mtls::testing::free_port(), mtls::testing::free_port()};

 private:
  template <class Change>
  static Minted ca(const std::string& name, const Minted* issuer, Change change) {
    mtls::testing::CertificateSpec spec = mtls::testing::ca_spec(name, issuer);
    spec.not_before = now() - 24h;
    spec.not_after = now() + 200 * 24h;
    change(spec);
    return mtls::testing::mint(spec);
  }
  std::string server(std::size_t number, const std::string& more) const {
    return "server { listen 127.0.0.1:" + std::to_string(ports.at(number)) + " ssl; " +
           ObservedBench::asks("ca.pem") + "ssl_verify_depth 3; " + more + " }\n";
  }
};

}  // namespace

TEST_CASE("observed: of random full handshakes nginx never says what was not predicted") {
  if (!observer_can_run()) return;
  const int handshakes = number_of("MTLS_TRUTH_HANDSHAKES", 250);
  std::mt19937 random(  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
      static_cast<unsigned>(number_of("MTLS_TRUTH_SEED", 17)));
  const Scene scene;
  const NginxRunner nginx(scene.dir);
  const Exporter exporter(scene.dir, {"--config.file", scene.dir.path("settings.yml")});
  REQUIRE(exporter.time_until({.name = kCoverage}) < 3s);
  std::this_thread::sleep_for(1200ms);  // handshakes of before it knew the files do not compare
  int of_trusted = 0;
  std::array<int, 2> answers{};
  for (int number = 0; number < handshakes; ++number) {
    const Kin& kin = scene.kin[random() % scene.kin.size()];
    const Minted& client = kin.clients[random() % kin.clients.size()];
    const bool is_in = scene.shake_hands(random() % scene.ports.size(), client, random() % 2 == 0);
    ++answers.at(is_in ? 1 : 0);
    of_trusted += kin.is_trusted ? 1 : 0;
  }
  // The queue is short where systemd did not widen it, so a busy machine may lose some lines; nginx
  // says how many.
  const auto lost = [&] { return sum(exporter, "nginx_mtls_observer_lost_total", {}); };
  CHECK(eventually(15s, [&] {
    return sum(exporter, "nginx_mtls_observer_datagrams_total", {}) + lost() == handshakes;
  }));
  std::this_thread::sleep_for(3500ms);  // some answers wait, and metrics are rendered now and then
  const double compared = sum(exporter, kPredictions, {{"agree", "true"}}) +
                          sum(exporter, kPredictions, {{"agree", "false"}});
  WARN(handshakes << " handshakes, " << answers[1] << " let in, " << answers[0] << " refused, "
                  << lost() << " lost, " << compared << " compared");
  CHECK(lost() <= handshakes / 100.0);
  CHECK(compared <= of_trusted);
  CHECK(compared >= of_trusted - lost());
  CHECK(sum(exporter, kPredictions, {{"agree", "false"}}) == 0);
  CHECK(answers[0] > handshakes / 10);
  CHECK(answers[1] > handshakes / 10);
  for (const Sample& sample :
       mtls::testing::find(mtls::testing::parse_metrics(exporter.scrape()), kMatches))
    CHECK(sample.value == 1);
  for (const char* rule : {"live-verdict-differs", "loaded-trust-stale"})
    CHECK_FALSE(exporter.value("nginx_mtls_findings", {{"rule", rule}}));
}

}  // namespace mtls::daemon::testing
