#include "audit/clock.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/unit/audit/audit_fixture.h"
#include "tests/unit/audit/statement.h"

namespace mtls::audit_fixture {
namespace {

using audit::Snapshot;
using base::sys_seconds;
using std::chrono::seconds;

/// PKIs whose certificates and CRLs begin and end at many different instants.
std::vector<std::pair<std::string, Host>> hosts() {
  std::vector<std::pair<std::string, Host>> all;
  const auto add = [&](const std::string& name) -> Host& {
    return all.emplace_back(name, Host{}).second;
  };

  const Minted old_root = mint_valid(ca_spec("CN=R"), days{-300}, days{40});
  CertificateSpec renewal = ca_spec("CN=R");
  renewal.same_key_as = &old_root;
  const Minted new_root = mint_valid(renewal, days{35}, days{400});
  const Minted late_root = mint_valid(renewal, days{45}, days{400});
  const Minted issuing = mint_valid(ca_spec("CN=I", &old_root), days{-9}, days{90});
  const Minted client = mint_valid(client_spec("CN=c", issuing), days{2}, days{60});

  Host& rotation = add("a root renewed in time, its client valid from the day after tomorrow");
  rotation.disk.put(kBundle, old_root.certificate_pem + new_root.certificate_pem);
  rotation.canary(client.certificate_pem + issuing.certificate_pem);

  Host& gap = add("a root renewed five days too late");
  gap.disk.put(kBundle, old_root.certificate_pem + late_root.certificate_pem);
  gap.canary(client.certificate_pem + issuing.certificate_pem);

  Host& crl = add("CRLs that follow each other");
  crl.conf(http_server(std::string(kVerifyOn) + "ssl_crl clients.crl;"));
  crl.disk.put(kCrl, minted().crl(minted().root, days{-4}, days{4}) +
                         minted().crl(minted().root, days{3}, days{11}));
  crl.canary(minted().client.certificate_pem);

  Host& modes = add("three modes over one default server");
  modes.conf(
      http(server("d.test", kVerifyOn) + server("m.test", "ssl_verify_client optional_no_ca;") +
           server("o.test", std::string(kCertificate) + "ssl_client_certificate clients.pem; "
                                                        "ssl_verify_client optional;")));
  modes.disk.put(kBundle, old_root.certificate_pem);
  modes.canary(client.certificate_pem + issuing.certificate_pem, audit::Expect::kReject);
  return all;
}

/// From kT0 until nothing changes any more: each evaluation at its predecessor's next change.
std::vector<std::shared_ptr<const Snapshot>> timeline(Host& host) {
  std::vector<std::shared_ptr<const Snapshot>> steps{host.scratch()};
  while (steps.back()->next_change_at)
    steps.push_back(host.after(steps.back(), {.paths = {}, .settled = {}, .horizon = true},
                               *steps.back()->next_change_at));
  return steps;
}

}  // namespace

TEST_CASE("horizon: nothing changes strictly between an evaluation and its next change") {
  for (auto& [name, host] : hosts()) {
    INFO(name);
    const auto steps = timeline(host);
    REQUIRE(steps.size() > 5);
    for (const auto& step : steps) {
      const Statement said = statement_of(*step);
      const sys_seconds end = step->next_change_at.value_or(step->evaluated_at + days{4000});
      const seconds length = end - step->evaluated_at;
      for (const seconds offset : {seconds{1}, length / 7, length / 2, length - seconds{1}}) {
        if (offset >= length) continue;
        INFO(base::rfc3339(step->evaluated_at + offset));
        CHECK(statement_of(*host.scratch(step->evaluated_at + offset)) == said);
      }
    }
  }
}

TEST_CASE("horizon: an evaluation at each next change equals one from scratch") {
  for (auto& [name, host] : hosts()) {
    INFO(name);
    for (const auto& step : timeline(host))
      CHECK(statement_of(*host.scratch(step->evaluated_at)) == statement_of(*step));
  }
}

TEST_CASE("horizon: accepted_until is exactly the flip") {
  std::size_t flips = 0;
  for (auto& [name, host] : hosts()) {
    INFO(name);
    for (const auto& step : timeline(host)) {
      for (std::size_t i = 0; i < step->servers.size(); ++i) {
        const auto until = step->servers[i]->verdicts.at(0).accepted_until;
        if (!until) continue;
        ++flips;
        INFO(base::rfc3339(*until));
        CHECK(host.scratch(*until - seconds{1})->servers[i]->verdicts.at(0).accepted);
        CHECK_FALSE(host.scratch(*until)->servers[i]->verdicts.at(0).accepted);
      }
    }
  }
  CHECK(flips > 10);
}

TEST_CASE("horizon: warnings begin at the instant their period begins") {
  struct Begin {
    FindingKind kind;
    sys_seconds at;
    std::function<void(Host&)> change;
  };
  const Minted root = mint_valid(ca_spec("CN=R"), days{-9}, days{50});
  const std::vector<Begin> table{
      {FindingKind::kCaExpiresSoon, kT0 + days{20},
       [&](Host& host) { host.disk.put(kBundle, root.certificate_pem); }},
      {FindingKind::kCaExpired, kT0 + days{50},
       [&](Host& host) { host.disk.put(kBundle, root.certificate_pem); }},
      {FindingKind::kServerCertificateExpiresSoon, kT0 + days{36},
       [&](Host& host) { host.disk.put(kServerPem, root.certificate_pem); }},
      {FindingKind::kServerCertificateExpired, kT0 + days{50},
       [&](Host& host) { host.disk.put(kServerPem, root.certificate_pem); }},
      {FindingKind::kCrlExpiresSoon, kT0 + days{5},
       [&](Host& host) {
         host.conf(http_server(std::string(kVerifyOn) + "ssl_crl clients.crl;"));
         host.disk.put(kCrl, minted().crl(minted().root, days{-1}, days{7}));
       }},
  };
  for (const Begin& begin : table) {
    INFO(audit::rules::rule_of(begin.kind).id);
    Host host;
    begin.change(host);
    std::optional<sys_seconds> first;
    for (const auto& step : timeline(host))
      if (!first && has(*step, begin.kind)) first = step->evaluated_at;
    CHECK(first == begin.at);
  }
}

TEST_CASE("horizon: warnings begin where the thresholds of the settings say") {
  struct Begin {
    FindingKind kind;
    sys_seconds at;
    audit::Thresholds thresholds;
    std::function<void(Host&)> change;
  };
  const Minted root = mint_valid(ca_spec("CN=R"), days{-10}, days{90});
  const auto bundle = [&](Host& host) { host.disk.put(kBundle, root.certificate_pem); };
  // The intermediate ends later and lives longer.
  const Minted above = mint_valid(ca_spec("CN=I", &minted().root), days{-100}, days{300});
  CertificateSpec spec;
  spec.subject = "CN=a.test";
  spec.issuer = &above;
  const Minted own = mint_valid(spec, days{-10}, days{90});
  const auto chain = [&](Host& host) {
    host.disk.put(kServerPem, own.certificate_pem + above.certificate_pem);
  };
  const auto crl = [&](Host& host) {
    host.conf(http_server(std::string(kVerifyOn) + "ssl_crl clients.crl;"));
    host.disk.put(kCrl, minted().crl(minted().root, days{-1}, days{19}));
  };
  const seconds week = days{7};
  const std::vector<Begin> table{
      {FindingKind::kCaExpiresSoon, kT0 + days{83}, {.ca_expires_soon = week}, bundle},
      {FindingKind::kBundleMissingSuccessor, kT0 + days{83}, {.ca_expires_soon = week}, bundle},
      {FindingKind::kCaExpiresSoon, kT0 + days{70}, {.ca_expires_soon = audit::Share{20}}, bundle},
      {FindingKind::kBundleMissingSuccessor,
       kT0 + days{70},
       {.ca_expires_soon = audit::Share{20}},
       bundle},
      {FindingKind::kServerCertificateExpiresSoon,
       kT0 + days{83},
       {.server_certificate_expires_soon = week},
       chain},
      {FindingKind::kServerCertificateExpiresSoon,
       kT0 + days{20},
       {.server_certificate_expires_soon = audit::Share{70}},
       chain},
      {FindingKind::kServerCertificateExpiresSoon,
       kT0 + days{60},
       {.server_certificate_expires_soon = audit::Share{30}},
       [&](Host& host) { host.disk.put(kServerPem, own.certificate_pem); }},
      {FindingKind::kCrlExpiresSoon, kT0 + days{12}, {.crl_expires_soon = week}, crl},
      {FindingKind::kCrlExpiresSoon, kT0 + days{9}, {.crl_expires_soon = audit::Share{50}}, crl},
  };
  for (const Begin& begin : table) {
    INFO(audit::rules::rule_of(begin.kind).id << " " << base::rfc3339(begin.at));
    Host host;
    host.policy.thresholds = begin.thresholds;
    begin.change(host);
    std::optional<sys_seconds> first;
    for (const auto& step : timeline(host))
      if (!first && has(*step, begin.kind)) first = step->evaluated_at;
    CHECK(first == begin.at);
  }
}

TEST_CASE("horizon: a changed threshold needs no other change") {
  Host host;
  const auto before = host.scratch();
  CHECK_FALSE(has(*before, FindingKind::kCaExpiresSoon));
  host.policy.thresholds.ca_expires_soon = seconds{days{400}};
  CHECK(has(*host.after(before, {}), FindingKind::kCaExpiresSoon));
}

TEST_CASE("horizon: a CRL is due before its end, never without a next_update") {
  pki::RevocationListFacts list;
  list.this_update = kT0;
  const seconds day = days{1};
  CHECK_FALSE(audit::crl_due_at(list, audit::kCrlWarningShare));
  CHECK_FALSE(audit::crl_due_at(list, day));
  list.next_update = kT0 + days{8};
  CHECK(audit::crl_due_at(list, audit::kCrlWarningShare) == kT0 + days{6});
  CHECK(audit::crl_due_at(list, day) == kT0 + days{7});
  list.this_update.reset();
  CHECK_FALSE(audit::crl_due_at(list, audit::kCrlWarningShare));
  CHECK(audit::crl_due_at(list, day) == kT0 + days{7});
}

}  // namespace mtls::audit_fixture
