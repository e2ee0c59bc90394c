#include "audit/observed/forecast.h"

#include <random>
#include <set>

#include "tests/unit/audit/observed/observed_fixture.h"

namespace mtls::audit {
namespace {

using namespace audit_fixture;  // NOLINT(google-build-using-namespace)
using observed::ClientTable;
using observed::Forecast;
using running::ObservedClient;
using running::ObservedServer;

const ObservedServer kServer{.server = "a.test", .listen = "0.0.0.0:443"};

/// Two roots, an intermediate that is renewed with its key after a gap, and clients of all.
struct Many {
  Minted long_root = mint_valid(ca_spec("CN=Long"), days{-30}, days{200});
  Minted short_root = mint_valid(ca_spec("CN=Short"), days{-30}, days{40});
  Minted early = mint_valid(ca_spec("CN=Issuing", &long_root), days{-30}, days{20});
  Minted late = [&] {
    CertificateSpec spec = ca_spec("CN=Issuing", &long_root);
    spec.same_key_as = &early;
    return mint_valid(spec, days{25}, days{120});
  }();
  Minted stranger_root = mint_valid(ca_spec("CN=Stranger"), days{-30}, days{200});

  struct One {
    Minted minted;
    std::string issuer_key;
    bool is_for_servers = false;
  };
  std::vector<One> clients;
  std::vector<const Minted*> revoked;

  explicit Many(unsigned seed, int count) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned limit) { return static_cast<int>(random() % limit); };
    const std::array issuers{&long_root, &short_root, &early, &early, &stranger_root};
    clients.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      const Minted& issuer = *issuers[random() % issuers.size()];
      CertificateSpec spec = client_spec("CN=client " + std::to_string(i), issuer);
      spec.not_before = kT0 - days{20} + std::chrono::seconds{below(86'400)};
      if (below(8) == 0) spec.not_before = kT0 + days{below(30)};
      spec.not_after = kT0 - days{5} + std::chrono::seconds{below(300U * 86'400U)};
      if (spec.not_after <= spec.not_before) spec.not_after = spec.not_before + days{50};
      One one{.minted = {}, .issuer_key = key_of(issuer), .is_for_servers = below(8) == 0};
      if (one.is_for_servers) spec.extended_key_usage = "serverAuth";
      one.minted = testing::mint(spec);
      clients.push_back(std::move(one));
    }
    for (const One& one : clients) {
      if (below(6) == 0 && one.issuer_key == key_of(long_root)) revoked.push_back(&one.minted);
    }
  }

  std::vector<ObservedClient> kept(bool keeps_certificate) const {
    std::vector<ObservedClient> kept;
    for (const One& one : clients) {
      kept.push_back(kept_of(one.minted, one.issuer_key, keeps_certificate));
      kept.back().may_be_client = !one.is_for_servers;
    }
    return kept;
  }

  std::string bundle() const {
    return long_root.certificate_pem + short_root.certificate_pem + early.certificate_pem +
           late.certificate_pem;
  }
  std::string crls() const {
    const auto list = [&](const Minted& issuer, days until, std::vector<const Minted*> who) {
      return testing::mint_crl({.issuer = &issuer,
                                .this_update = kT0 - days{1},
                                .next_update = kT0 + until,
                                .revoked = std::move(who)});
    };
    return list(long_root, days{60}, revoked) + list(short_root, days{15}, {}) +
           list(early, days{90}, {});
  }
};

Host host_of(const Many& many, bool checks_crls) {
  Host host;
  host.conf(http_server(std::string(kVerifyOn) + (checks_crls ? " ssl_crl clients.crl;" : "")));
  host.disk.put(kBundle, many.bundle());
  host.disk.put(kCrl, many.crls());
  for (std::size_t i = 0; i < many.clients.size(); ++i) {
    const std::string path = "/etc/canaries/" + std::to_string(i) + ".pem";
    host.disk.put(path, many.clients[i].minted.certificate_pem);
    host.policy.canaries.push_back({.name = std::to_string(i),
                                    .certificate = path,
                                    .expect = Expect::kNothing,
                                    .servers = {}});
  }
  return host;
}

/// A table and the forecast that follows it.
struct Followed {
  ClientTable table{ClientTable::Limits{}};
  Forecast forecast;

  explicit Followed(std::vector<ObservedClient> clients) { table.load(std::move(clients)); }

  bool judge(const std::shared_ptr<const Snapshot>& snapshot, base::sys_seconds now,
             std::size_t most = 1'000) {
    forecast.follow(table.take_moves());
    return forecast.judge(snapshot, now, table, most);
  }
};

/// Whom a whole evaluation at `at` accepts, by number.
std::set<std::string> accepted_at(Host& host, base::sys_seconds at) {
  std::set<std::string> accepted;
  const auto snapshot = audit::build(
      {.policy = host.policy, .disk = host.disk, .now = at, .previous = nullptr, .changes = {}});
  for (const Verdict& verdict : snapshot->servers.at(0)->verdicts) {
    REQUIRE(verdict.is_judged);
    if (verdict.accepted) accepted.insert(verdict.canary);
  }
  return accepted;
}

std::map<std::string, observed::ClientFate> fates_of(
    const std::shared_ptr<const Snapshot>& snapshot, const std::vector<ObservedClient>& clients) {
  observed::JudgedHost host(*snapshot, snapshot->evaluated_at);
  pki::clients::StandIns stand_ins;
  observed::BlockJudge judge(host, stand_ins, 0);
  std::map<std::string, observed::ClientFate> fates;
  for (std::size_t i = 0; i < clients.size(); ++i)
    fates.emplace(std::to_string(i), judge.fate_of(clients[i]).value());
  return fates;
}

}  // namespace

TEST_CASE("forecast: whom it says is refused from an instant on is refused from that second on") {
  for (const bool checks_crls : {false, true}) {
    const Many many(checks_crls ? 7 : 6, 40);
    Host host = host_of(many, checks_crls);
    const auto snapshot = host.scratch();
    for (const bool keeps_certificate : {true, false}) {
      CAPTURE(checks_crls, keeps_certificate);
      const auto fates = fates_of(snapshot, many.kept(keeps_certificate));
      std::set<std::string> accepted_now;
      std::set<base::sys_seconds> instants;
      for (const auto& [name, fate] : fates) {
        CAPTURE(name, fate.verdict.undecidable, fate.verdict.code);
        CHECK(fate.is_from_facts != keeps_certificate);
        REQUIRE(fate.verdict.is_judged);
        if (fate.verdict.accepted) accepted_now.insert(name);
        if (fate.verdict.accepted_until) instants.insert(*fate.verdict.accepted_until);
        for (const Verdict& other : snapshot->servers.at(0)->verdicts) {
          if (other.canary == name) CHECK(fate.verdict.code == other.code);
        }
      }
      CHECK(accepted_now == accepted_at(host, kT0));
      CHECK(accepted_now.size() > 5);
      CHECK(instants.size() > 5);
      for (const base::sys_seconds at : instants) {
        const std::set<std::string> before = accepted_at(host, at - std::chrono::seconds{1});
        const std::set<std::string> then = accepted_at(host, at);
        for (const auto& [name, fate] : fates) {
          CAPTURE(name, base::rfc3339(at));
          if (fate.verdict.accepted_until != at) continue;
          CHECK(before.contains(name));
          CHECK_FALSE(then.contains(name));
        }
      }
    }
  }
}

TEST_CASE("forecast: clients that will be refused are counted within 1, 7, 30 and 90 days") {
  const Many many(9, 0);
  Host host = host_of(many, false);
  std::vector<ObservedClient> clients;
  for (const int ends_in : {-1, 1, 7, 8, 30, 89, 150, 400}) {
    CertificateSpec spec = client_spec("CN=c", many.long_root);
    clients.push_back(kept_of(mint_valid(spec, days{-20}, days{ends_in}), key_of(many.long_root),
                              ends_in % 2 == 0));
  }
  const auto snapshot = host.scratch();
  Followed followed(clients);
  const Forecast& forecast = followed.forecast;
  CHECK(followed.judge(snapshot, kT0));
  const auto outlooks = forecast.outlooks(kT0);
  REQUIRE(outlooks.size() == 1);
  const Outlook& outlook = outlooks.at(kServer);
  CHECK(outlook.accepted == 7);
  CHECK(outlook.refused == 1);
  CHECK(outlook.unknown == 0);
  CHECK(outlook.lockouts == std::array<std::size_t, 4>{1, 2, 4, 5});
  CHECK(outlook.next_lockout == kT0 + days{1});
  // Two days later, without another judgement.
  const Outlook later = forecast.outlooks(kT0 + days{2}).at(kServer);
  CHECK(later.accepted == 6);
  CHECK(later.refused == 2);
  CHECK(later.next_lockout == kT0 + days{7});
  CHECK(forecast.next_change() == kT0 + days{1});
}

TEST_CASE("forecast: a client is judged again only where something it depends on changed") {
  const Many many(9, 0);
  Host host;
  host.conf(
      http(server("a.test", kVerifyOn) +
           server("b.test", std::string(kCertificate) +
                                " ssl_client_certificate trusted.pem; ssl_verify_client on;")));
  host.disk.put(kBundle, many.bundle());
  host.disk.put(kTrusted, many.bundle());
  std::vector<ObservedClient> clients;
  for (int i = 0; i < 10; ++i) {
    const Minted& issuer = i < 5 ? many.long_root : many.short_root;
    clients.push_back(kept_of(mint_valid(client_spec("CN=c", issuer), days{-20}, days{100}),
                              key_of(issuer), true, i % 2 == 0 ? "a.test" : "b.test"));
  }
  Followed followed(clients);
  const Forecast& forecast = followed.forecast;
  const auto first = host.scratch();
  CHECK_FALSE(followed.judge(first, kT0, 3));
  CHECK(forecast.judgements() == 3);
  CHECK(followed.judge(first, kT0));
  CHECK(forecast.judgements() == 10);
  CHECK(followed.judge(first, kT0));
  for (const ObservedClient& client : clients)  // they come again
    followed.table.visit(observed::fingerprint_in(client.fingerprint),
                         {.at = client.visits[0].at, .when = kT0, .code = 0});
  CHECK(followed.judge(first, kT0));
  CHECK(forecast.judgements() == 10);
  // The CA file of one block.
  host.disk.put(kTrusted, many.long_root.certificate_pem);
  const auto second = host.after(first, host.differences(*first));
  CHECK(followed.judge(second, kT0));
  CHECK(forecast.judgements() == 15);
  CHECK(forecast.outlooks(kT0).at({.server = "b.test", .listen = "0.0.0.0:443"}).refused > 0);
  CHECK(forecast.outlooks(kT0).at(kServer).refused == 0);
  // Time alone: those who are accepted until a known instant stand.
  const auto third = host.after(second, {}, kT0 + days{21});
  const std::size_t before = forecast.judgements();
  CHECK(followed.judge(third, kT0 + days{21}));
  CHECK(forecast.judgements() - before <=
        forecast.outlooks(kT0).at({.server = "b.test", .listen = "0.0.0.0:443"}).refused);
  // The key of a client's CA becomes known.
  const std::size_t known = forecast.judgements();
  followed.table.set_issuer_key(observed::fingerprint_in(clients[0].fingerprint), "other");
  CHECK(followed.judge(third, kT0 + days{21}));
  CHECK(forecast.judgements() == known + 1);
  // A client at another server block, and one that is gone.
  const pki::Fingerprint first_client = observed::fingerprint_in(clients[0].fingerprint);
  followed.table.visit(first_client, {.at = clients[1].visits[0].at, .when = kT0, .code = 0});
  CHECK(followed.judge(third, kT0 + days{21}));
  CHECK(forecast.judgements() == known + 2);
  followed.table.erase(first_client);
  CHECK(followed.judge(third, kT0 + days{21}));
  CHECK(forecast.judgements() == known + 2);
  followed.table.clear();
  CHECK(followed.judge(third, kT0 + days{21}));
  CHECK(forecast.outlooks(kT0).empty());
}

TEST_CASE("forecast: what facts leave open is said, and an unknown CA is no refusal") {
  const Pki& pki = minted();
  const std::string guard = R"( if ($ssl_client_s_dn != "CN=client") { return 403; })";
  Host host;
  const auto verdict = [&](const std::string& more, const ObservedClient& client) {
    host.conf(http_server(kVerifyOn + more));
    return fates_of(host.scratch(), {client}).at("0").verdict;
  };
  const ObservedClient facts = kept_of(pki.client, key_of(pki.root), false);
  const ObservedClient kept = kept_of(pki.client, key_of(pki.root), true);
  CHECK(verdict("", facts).accepted);
  CHECK(verdict("", facts).undecidable.empty());
  const Verdict guarded = verdict(guard, facts);
  CHECK(guarded.is_judged);
  CHECK(guarded.served == config::Served::kUnknown);
  CHECK(guarded.undecidable.find("only facts of it are kept") != std::string::npos);
  CHECK(verdict(guard, kept).accepted);
  CHECK(verdict(guard, kept).served == config::Served::kEverywhere);
  const ObservedClient deep = kept_of(pki.deep_client, "other", true);
  CHECK_FALSE(verdict("", deep).is_judged);
  CHECK_FALSE(verdict("", kept_of(pki.deep_client, "other", false)).is_judged);
  host.disk.put(kBundle, pki.root.certificate_pem + pki.intermediate.certificate_pem);
  CHECK(verdict("", deep).accepted);
  const Verdict gone = verdict("", kept_of(pki.other_client, key_of(pki.other_root), false));
  CHECK(gone.is_judged);
  CHECK_FALSE(gone.accepted);
  CHECK(gone.code == 21);
}

}  // namespace mtls::audit
