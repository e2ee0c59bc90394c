// Observed clients: who is refused when a CA is dropped, and at each instant that the forecast
// names, as real nginx has it.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "audit/build.h"
#include "audit/observed/client_judge.h"
#include "daemon/commands/observed_state.h"
#include "daemon/system/disk.h"
#include "pki/material.h"
#include "reports/comparison.h"
#include "tests/integration/build_under_test.h"
#include "tests/integration/verdict/verdict_pki.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/sanitizers.h"
#include "tests/support/wire/free_port.h"
#include "tests/support/wire/tls_client.h"
#include "tests/unit/audit/observed/observed_leaf.h"

namespace mtls::testing {
namespace {

using running::ObservedClient;

constexpr const char* kName = "a.test";

// One server block, and clients of several CAs that are asked one after the other.
class Scene {
 public:
  explicit Scene(const std::string& more = "") {
    const Minted own = leaf(nullptr, [](auto& spec) { spec.extended_key_usage = "serverAuth"; });
    dir_.write("server.pem", own.certificate_pem);
    dir_.write("server.key", own.key_pem);
    // Workers keep no other variables.
    dir_.write(
        "nginx.conf",
        "env FAKETIME_TIMESTAMP_FILE; env FAKETIME_NO_CACHE; "
        "env FAKETIME_DONT_FAKE_MONOTONIC; env FAKETIME_DONT_RESET; env NO_FAKE_STAT;\n" +
            nginx_http_conf("access_log off; server { listen " + listen() +
                            " ssl; server_name a.test; ssl_certificate server.pem; "
                            "ssl_certificate_key server.key; ssl_client_certificate bundle.pem; "
                            "ssl_verify_client on; ssl_session_tickets off; " +
                            more + " location / { empty_gif; } }"));
  }

  std::string listen() const { return "127.0.0.1:" + std::to_string(port_); }
  const TempDir& dir() const { return dir_; }

  void add(const Minted& minted, const Minted& ca) {
    const pki::Certificate issuer = pki::parse_material(ca.certificate_pem).certificates.at(0);
    const std::string der = as_der(minted);
    clients_.push_back(minted);
    running::ObservedClient& client =
        observed_.emplace_back(observed_leaf(minted, issuer.facts().key.label()));
    client.visits = {{.at = {.server = kName, .listen = listen()},
                      .first_seen = now(),
                      .last_seen = now(),
                      .connections = 1}};
    client.certificate = {der.begin(), der.end()};
  }

  /// By the first 16 digits of the fingerprint.
  std::set<std::string> refused_by_nginx() const {
    std::set<std::string> refused;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      const TlsAnswer answer = request({.port = port_,
                                        .sni = kName,
                                        .host = kName,
                                        .path = "/",
                                        .client_chain_pem = clients_[i].certificate_pem,
                                        .client_key_pem = clients_[i].key_pem});
      CHECK((answer.status == 200 || answer.status == 400));
      if (answer.status != 200) refused.insert(observed_[i].fingerprint.substr(0, 16));
    }
    return refused;
  }

  std::vector<ObservedClient> observed(bool keeps_certificates) const {
    std::vector<ObservedClient> clients = observed_;
    for (ObservedClient& client : clients) {
      if (!keeps_certificates) client.certificate.clear();
    }
    return clients;
  }

  std::shared_ptr<const audit::Snapshot> evaluate() {
    audit::Policy policy;
    policy.nginx_conf = dir_.path("nginx.conf");
    policy.build = build_under_test();
    return audit::build(
        {.policy = policy, .disk = disk_, .now = now(), .previous = nullptr, .changes = {}});
  }

 private:
  const TempDir dir_;
  daemon::system::Disk disk_;
  std::uint16_t port_ = free_port();
  std::vector<Minted> clients_;
  std::vector<ObservedClient> observed_;
};

bool nginx_is_missing() {
  if (NginxRunner::available()) return false;
  WARN("skipped: there is no " << nginx_under_test());
  return true;
}

// Where the library is that gives a program another clock; "": nowhere.
std::string faketime_library() {
  if (kSanitized) return "";
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib")) {
    const auto library = entry.path() / "faketime/libfaketimeMT.so.1";
    std::error_code error;
    if (std::filesystem::exists(library, error)) return library.string();
  }
  return "";
}

// Children get another clock as long as this lives; it stands still.
class ClockOfChildren {
 public:
  ClockOfChildren(const TempDir& dir, const std::string& library) : dir_(dir) {
    set(now());
    const std::map<std::string, std::string> variables{
        {"LD_PRELOAD", library},
        {"FAKETIME_TIMESTAMP_FILE", dir.path("clock")},
        {"FAKETIME_NO_CACHE", "1"},
        {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
        {"FAKETIME_DONT_RESET", "1"},
        {"NO_FAKE_STAT", "1"},
        {"TZ", "UTC"}};
    for (const auto& [name, value] : variables) {
      ::setenv(name.c_str(), value.c_str(), 1);
      names_.push_back(name);
    }
  }
  ~ClockOfChildren() { forget(); }
  ClockOfChildren(const ClockOfChildren&) = delete;
  ClockOfChildren& operator=(const ClockOfChildren&) = delete;

  void forget() {
    for (const std::string& name : names_) ::unsetenv(name.c_str());
  }

  void set(base::sys_seconds at) const {
    std::string text = base::rfc3339(at).substr(0, 19);
    text[10] = ' ';
    dir_.rename_over("clock", text + "\n");
  }

 private:
  const TempDir& dir_;
  std::vector<std::string> names_;
};

}  // namespace

TEST_CASE("observed: dropping a CA refuses exactly those whom the comparison names") {
  if (nginx_is_missing()) return;
  Scene scene;
  std::vector<Minted> cas;
  for (const char* name : {"CN=One", "CN=Two", "CN=Twin", "CN=Twin", "CN=Three", "CN=Four"})
    cas.push_back(authority(name));
  for (int i = 0; i < 30; ++i) {
    const Minted& ca = cas[static_cast<std::size_t>(i) % cas.size()];
    scene.add(leaf(&ca, i % 7 == 6 ? Twist(expired) : Twist()), ca);
  }
  const auto bundle_without = [&](const Minted* dropped) {
    std::string text;
    for (const Minted& ca : cas) {
      if (&ca != dropped) text += ca.certificate_pem;
    }
    return text;
  };
  scene.dir().write("bundle.pem", bundle_without(nullptr));
  NginxRunner nginx(scene.dir());
  const auto before = scene.evaluate();
  const std::set<std::string> refused_before = scene.refused_by_nginx();
  CHECK(refused_before.size() == 4);
  for (const Minted& dropped : cas) {
    scene.dir().rename_over("bundle.pem", bundle_without(&dropped));
    const auto then = scene.evaluate();
    nginx.reload();
    std::set<std::string> newly_refused;
    for (const std::string& client : scene.refused_by_nginx()) {
      if (!refused_before.contains(client)) newly_refused.insert(client);
    }
    CHECK(newly_refused.size() >= 4);
    for (const bool keeps_certificates : {true, false}) {
      CAPTURE(keeps_certificates);
      const reports::Assessment was{.snapshot = *before};
      const reports::Assessment is{.snapshot = *then};
      reports::Comparison comparison = reports::compare(was, is);
      daemon::commands::add_observed(scene.observed(keeps_certificates), was, is, comparison);
      std::set<std::string> named;
      for (const reports::ClientChange& change : comparison.worse_clients)
        named.insert(change.client);
      CHECK(named == newly_refused);
      CHECK(comparison.not_comparable.empty());
    }
  }
}

TEST_CASE("observed: at each instant of the forecast nginx refuses exactly those it names") {
  const std::string library = faketime_library();
  if (nginx_is_missing() || library.empty()) return;
  Scene scene("ssl_crl clients.crl;");
  const Minted long_ca = authority("CN=Long");
  const Minted short_ca =
      authority("CN=Short", nullptr, [](auto& spec) { spec.not_after = now() + days{40}; });
  scene.dir().write("bundle.pem", long_ca.certificate_pem + short_ca.certificate_pem);
  std::mt19937 random(5);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
  std::vector<Minted> clients;
  const char* const many = std::getenv("MTLS_FORECAST_CLIENTS");
  const int count = many != nullptr ? std::atoi(many) : 24;
  clients.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const Minted& ca = i % 3 == 0 ? short_ca : long_ca;
    const auto end = now() - days{2} + std::chrono::seconds{random() % 7'776'000U};
    clients.push_back(leaf(&ca, [&](auto& spec) { spec.not_after = end; }));
    scene.add(clients.back(), ca);
  }
  CrlSpec list = crl_of(long_ca, {&clients[1], &clients[2]});
  list.next_update = now() + days{60};
  CrlSpec other = crl_of(short_ca);
  other.next_update = now() + days{100};
  scene.dir().write("clients.crl", mint_crl(list) + mint_crl(other));

  const auto snapshot = scene.evaluate();
  audit::observed::JudgedHost host(*snapshot, snapshot->evaluated_at);
  pki::clients::StandIns stand_ins;
  audit::observed::BlockJudge judge(host, stand_ins, 0);
  std::map<std::string, std::optional<base::sys_seconds>> refused_from;  // nullopt: never
  std::set<base::sys_seconds> instants;
  for (const bool keeps_certificates : {true, false}) {
    for (const ObservedClient& client : scene.observed(keeps_certificates)) {
      const auto fate = judge.fate_of(client);
      REQUIRE(fate);
      REQUIRE(fate->verdict.is_judged);
      const auto from = fate->verdict.accepted ? fate->verdict.accepted_until
                                               : std::optional(snapshot->evaluated_at);
      const auto [entry, is_new] = refused_from.try_emplace(fate->verdict.canary, from);
      CHECK(entry->second == from);  // facts say the same
      if (fate->verdict.accepted && from) instants.insert(*from);
    }
  }
  CHECK(instants.size() > 10);
  ClockOfChildren clock(scene.dir(), library);
  NginxRunner nginx(scene.dir());
  clock.forget();
  for (const base::sys_seconds instant : instants) {
    for (const base::sys_seconds at : {instant - std::chrono::seconds{1}, instant}) {
      CAPTURE(base::rfc3339(at));
      clock.set(at);
      std::set<std::string> expected;
      for (const auto& [client, from] : refused_from) {
        if (from && *from <= at) expected.insert(client);
      }
      CHECK(scene.refused_by_nginx() == expected);
    }
  }
}

}  // namespace mtls::testing
