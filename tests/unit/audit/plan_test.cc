#include "audit/plan.h"

#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

/// Every file kind at once: an include pattern, a bundle, a CRL, canaries by pattern.
Host busy_host() {
  Host host;
  host.conf("events { }\nhttp { include conf.d/*.conf; }");
  host.disk.put("/etc/nginx/conf.d/a.conf",
                server("a.test", std::string(kVerifyOn) + "ssl_crl clients.crl;"));
  host.disk.put(kCrl, minted().crl(minted().root));
  host.disk.put("/etc/canaries/one.pem", minted().client.certificate_pem);
  host.policy.canaries = {{.name = "all",
                           .certificate = "/etc/canaries/*.pem",
                           .expect = audit::Expect::kAccept,
                           .servers = {}}};
  return host;
}

/// How often each path was read by `act`; paths not read are left out.
template <class Act>
std::map<std::string, int> reads_of(Host& host, Act act) {
  const std::map<std::string, int> before = host.disk.reads();
  act();
  std::map<std::string, int> during;
  for (const auto& [path, count] : host.disk.reads()) {
    const auto known = before.find(path);
    const int more = count - (known == before.end() ? 0 : known->second);
    if (more > 0) during[path] = more;
  }
  return during;
}

std::map<std::string, int> reads_after(Host& host, const audit::Changes& changes) {
  const auto first = host.scratch();
  return reads_of(host, [&] { host.after(first, changes); });
}

using Reads = std::map<std::string, int>;

}  // namespace

TEST_CASE("plan: the first evaluation reads every file once, keys never") {
  Host host = busy_host();
  CHECK(reads_of(host, [&] { host.scratch(); }) == Reads{{kConf, 1},
                                                         {"/etc/nginx/conf.d/a.conf", 1},
                                                         {kBundle, 1},
                                                         {kCrl, 1},
                                                         {kServerPem, 1},
                                                         {"/etc/canaries/one.pem", 1}});
}

TEST_CASE("plan: a change reads what it touches and nothing else") {
  const struct {
    std::string name;
    audit::Changes changes;
    Reads reads;
  } table[] = {
      {"a bundle: that file", {.paths = {kBundle}, .settled = {}}, {{kBundle, 1}}},
      {"a CRL: that file", {.paths = {kCrl}, .settled = {}}, {{kCrl, 1}}},
      {"a config file: that file",
       {.paths = {"/etc/nginx/conf.d/a.conf"}, .settled = {}},
       {{"/etc/nginx/conf.d/a.conf", 1}}},
      {"an include pattern: no file that is known",
       {.paths = {"/etc/nginx/conf.d/*.conf"}, .settled = {}},
       {}},
      {"a canary pattern: no file that is known",
       {.paths = {"/etc/canaries/*.pem"}, .settled = {}},
       {}},
      {"a canary: that file",
       {.paths = {"/etc/canaries/one.pem"}, .settled = {}},
       {{"/etc/canaries/one.pem", 1}}},
      {"a path nobody refers to: nothing", {.paths = {"/etc/passwd"}, .settled = {}}, {}},
      {"the horizon: nothing", {.paths = {}, .settled = {}, .horizon = true}, {}},
      {"everything: every file once",
       {.paths = {}, .settled = {}, .everything = true},
       {{kConf, 1},
        {"/etc/nginx/conf.d/a.conf", 1},
        {kBundle, 1},
        {kCrl, 1},
        {kServerPem, 1},
        {"/etc/canaries/one.pem", 1}}},
  };
  for (const auto& row : table) {
    INFO(row.name);
    Host host = busy_host();
    CHECK(reads_after(host, row.changes) == row.reads);
  }
}

TEST_CASE("plan: a server whose files and configuration are the same keeps its judgement") {
  Host host;
  host.disk.put("/etc/nginx/b.pem", minted().other_root.certificate_pem);
  host.conf(http(server("a.test", kVerifyOn) +
                 server("b.test", std::string(kCertificate) +
                                      "ssl_client_certificate b.pem; ssl_verify_client on;")));
  const auto first = host.scratch();
  host.disk.put("/etc/nginx/b.pem", minted().root.certificate_pem);
  const auto second = host.after(first, {.paths = {"/etc/nginx/b.pem"}, .settled = {}});
  CHECK(second->servers[0] == first->servers[0]);
  CHECK(second->servers[1] != first->servers[1]);
}

TEST_CASE("plan: the same bytes under a new stamp are not parsed again") {
  Host host;
  const auto first = host.scratch();
  host.disk.put(kBundle, minted().root.certificate_pem);
  const auto second = host.after(first, {.paths = {kBundle}, .settled = {}});
  CHECK(second->material.at(kBundle)->material == first->material.at(kBundle)->material);
  CHECK(second->material.at(kBundle)->seen != first->material.at(kBundle)->seen);
}

TEST_CASE("plan: a configuration with the same text keeps every judgement") {
  Host host;
  const auto first = host.scratch();
  host.conf(http_server(kVerifyOn));
  const auto second = host.after(first, {.paths = {kConf}, .settled = {}});
  CHECK(second->servers[0] == first->servers[0]);
  CHECK(second->generation == first->generation + 1);
}

TEST_CASE("plan: a judgement does not outlive its next change, whatever caused the evaluation") {
  Host host;
  const auto first = host.scratch();
  REQUIRE(first->servers[0]->next_change_at);
  const auto due = *first->servers[0]->next_change_at;
  const auto before = host.after(first, {}, due - std::chrono::seconds{1});
  CHECK(before->servers[0] == first->servers[0]);
  const auto at = host.after(first, {}, due);
  CHECK(at->servers[0] != first->servers[0]);
  const auto clock_set_back = host.after(at, {}, kT0);
  CHECK(clock_set_back->servers[0] != at->servers[0]);
}

}  // namespace mtls::audit_fixture
