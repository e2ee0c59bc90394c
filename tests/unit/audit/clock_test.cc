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

TEST_CASE("horizon: a CRL is due after three quarters of its life, never without a next_update") {
  pki::RevocationListFacts list;
  list.this_update = kT0;
  CHECK_FALSE(audit::crl_due_at(list));
  list.next_update = kT0 + days{8};
  CHECK(audit::crl_due_at(list) == kT0 + days{6});
}

}  // namespace mtls::audit_fixture
