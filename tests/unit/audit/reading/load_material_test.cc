#include "audit/reading/load.h"

#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

constexpr const char* kInclude = "/etc/nginx/conf.d/a.conf";

Host host_with_include(const std::string& text) {
  Host host;
  host.conf(
      "error_log e.log info; events { }\n"
      "http { ssl_verify_depth 2; include conf.d/*.conf; }");
  host.disk.put(kInclude, text);
  return host;
}

const std::string kHalf = minted().root.certificate_pem.substr(0, 200);

std::vector<std::string> names(const audit::Snapshot& snapshot) {
  std::vector<std::string> list;
  for (const audit::Canary& canary : snapshot.canaries) list.push_back(canary.name);
  return list;
}

}  // namespace

TEST_CASE("load: a configuration that no longer parses keeps the last good contexts") {
  Host host = host_with_include(server("a.test", kVerifyOn));
  const auto good = host.scratch();
  host.disk.put(kInclude, "server { listen 443 ssl");
  const auto broken = host.after(good, host.differences(*good), kT0 + days{1});
  CHECK(broken->config->resolved == good->config->resolved);
  CHECK_FALSE(broken->config->parsed());
  CHECK(broken->config->last_success == kT0);
  CHECK(broken->servers == good->servers);
  CHECK(ids(*broken) == std::vector<std::string>{"nginx-refuses-config"});
  CHECK(broken->findings.front().detail.find(kInclude) != std::string::npos);

  SECTION("the bundle is still watched and judged") {
    host.disk.put(kBundle, minted().intermediate.certificate_pem);
    const auto later = host.after(broken, host.differences(*broken), kT0 + days{1});
    CHECK(has(*later, FindingKind::kBundleMissingRoot));
  }
  SECTION("mended, it is read anew") {
    host.disk.put(kInclude, server("b.test", kVerifyOn));
    const auto mended = host.after(broken, host.differences(*broken), kT0 + days{2});
    CHECK(mended->config->parsed());
    CHECK(mended->config->last_success == kT0 + days{2});
    CHECK(mended->config->resolved.servers.front().id.server == "b.test");
  }
}

TEST_CASE("load: of the configuration, what no change was reported of is not read again") {
  Host host = host_with_include(server("a.test", kVerifyOn));
  const std::string other = "/etc/nginx/conf.d/b.conf";
  host.disk.put(other, server("b.test", kVerifyOn));
  const auto first = host.scratch();
  CHECK(host.disk.reads().at(kInclude) == 1);
  host.disk.put(other, server("c.test", kVerifyOn));
  const auto edited = host.after(first, host.differences(*first));
  CHECK(host.disk.reads().at(kInclude) == 1);
  CHECK(host.disk.reads().at(other) == 2);
  CHECK(edited->config->resolved.servers.back().id.server == "c.test");
  CHECK(edited->config->seen == host.scratch()->config->seen);
  CHECK(host.disk.reads().at(kInclude) == 2);

  const auto all = host.after(edited, {.paths = {}, .settled = {}, .everything = true});
  CHECK(host.disk.reads().at(kInclude) == 3);
  CHECK(all->config->document == edited->config->document);
}

TEST_CASE("load: a configuration that never parsed is audited as far as it goes") {
  Host host;
  host.conf("events { }\nhttp {\n" + server("a.test", kVerifyOn) + "server { listen ");
  const auto snapshot = host.scratch();
  CHECK_FALSE(snapshot->config->parsed());
  CHECK_FALSE(snapshot->config->last_success);
  REQUIRE_FALSE(snapshot->config->resolved.servers.empty());
  CHECK(snapshot->config->resolved.servers.front().id.server == "a.test");
}

TEST_CASE("load: without a main file there are no servers, and the finding says so") {
  Host host;
  host.disk.remove(kConf);
  const auto snapshot = host.scratch();
  CHECK(snapshot->servers.empty());
  CHECK(ids(*snapshot) == std::vector<std::string>{"nginx-refuses-config"});
  CHECK(snapshot->sightings().contains(kConf));
}

TEST_CASE("load: a file just become unparsable keeps its last good content while it settles") {
  Host host;
  const auto good = host.scratch();
  host.disk.put(kBundle, kHalf);
  const auto settling = host.after(good, {.paths = {kBundle}, .settled = {}});
  CHECK(settling->settling() == std::vector<std::string>{kBundle});
  CHECK(settling->material.at(kBundle)->material == good->material.at(kBundle)->material);
  CHECK(ids(*settling).empty());

  SECTION("looked at again while still half written: it goes on settling") {
    const auto again = host.after(settling, {.paths = {kBundle}, .settled = {}});
    CHECK(again->settling() == std::vector<std::string>{kBundle});
  }
  SECTION("written to its end: the new content counts") {
    host.disk.put(kBundle, minted().other_root.certificate_pem);
    const auto whole = host.after(settling, {.paths = {kBundle}, .settled = {}});
    CHECK(whole->settling().empty());
    CHECK(whole->material.at(kBundle)->material->certificates.front().facts().subject.common_name ==
          "Root B");
  }
  SECTION("unchanged for too long: it is the finding") {
    const auto settled = host.after(settling, {.paths = {kBundle}, .settled = {kBundle}});
    CHECK(settled->settling().empty());
    CHECK(ids(*settled) == std::vector<std::string>{"nginx-refuses-config", "bundle-unparsable"});
    CHECK(settled->bundles.at(kBundle)->problems.at(
              static_cast<std::size_t>(audit::Problem::kTruncated)) == 1);
  }
  SECTION("removed: the missing file is the finding, nothing is kept") {
    host.disk.remove(kBundle);
    const auto gone = host.after(settling, {.paths = {kBundle}, .settled = {}});
    CHECK(gone->settling().empty());
    CHECK_FALSE(gone->material.at(kBundle)->material);
    CHECK(ids(*gone) == std::vector<std::string>{"nginx-refuses-config", "bundle-unreadable"});
  }
}

TEST_CASE("load: a bundle cut between two blocks settles where it may be half of what comes") {
  const std::string first = minted().root.certificate_pem;
  const std::string second = minted().other_root.certificate_pem;
  const std::string third = minted().intermediate.certificate_pem;
  constexpr std::int64_t kNow =
      std::chrono::nanoseconds(kT0.time_since_epoch()).count() + 200'000'000;
  Host host;
  host.disk.put(kBundle, first + second + third);
  const auto good = host.scratch();
  const auto settles = [&](const audit::Changes& changes) {
    return !host.after(good, changes)->settling().empty();
  };
  const audit::Changes told{.paths = {kBundle}, .settled = {}};
  const audit::Changes closed{.paths = {kBundle}, .complete = {kBundle}, .settled = {}};
  const audit::Changes rested{.paths = {kBundle}, .settled = {}, .rested = {kBundle}};

  for (const std::string& half : {first, first + second}) {
    host.disk.rewrite(kBundle, half, kNow);
    CHECK(settles(told));
    CHECK_FALSE(settles(closed));
    CHECK_FALSE(settles(rested));
    const auto settling = host.after(good, told);
    CHECK(settling->material.at(kBundle)->material == good->material.at(kBundle)->material);
    CHECK_FALSE(host.after(settling, told)->settling().empty());
    CHECK(host.after(settling, rested)->settling().empty());
  }
  for (const std::string& other : {second, first + third, first + second + third + first}) {
    host.disk.rewrite(kBundle, other, kNow);
    CHECK_FALSE(settles(told));
  }
  host.disk.rewrite(kBundle, first, kNow - 1'200'000'000);  // whoever wrote it is through
  CHECK_FALSE(settles(told));
  host.disk.put(kBundle, first);  // renamed into place
  CHECK_FALSE(settles(told));
}

TEST_CASE("load: a file that was never good does not settle") {
  Host host;
  host.disk.put(kBundle, kHalf);
  const auto first = host.scratch();
  CHECK(first->settling().empty());
  host.disk.put(kBundle, kHalf + "x");
  CHECK(host.after(first, {.paths = {kBundle}, .settled = {}})->settling().empty());
}

TEST_CASE("load: a file's limit is that of its present use") {
  Host host;
  host.policy.limits.max_file_bytes = minted().server.certificate_pem.size() + 200;
  const std::string text = std::string(1000, '#') + "\n" + minted().crl(minted().root);
  host.disk.put(kCrl, text);
  host.disk.put(kTrusted, minted().root.certificate_pem);
  const std::string as_crl = http_server(std::string(kVerifyOn) + "ssl_crl clients.crl;");
  const std::string as_bundle =
      http_server(std::string(kVerifyOn) + "ssl_trusted_certificate clients.crl;");
  for (const auto& [from, to, readable] :
       {std::tuple{as_crl, as_bundle, false}, std::tuple{as_bundle, as_crl, true}}) {
    host.conf(from);
    const auto first = host.scratch();
    CHECK(first->material.at(kCrl)->error.has_value() == readable);
    host.conf(to);
    const auto second = host.after(first, {.paths = {kConf}, .settled = {}});
    CHECK(second->material.at(kCrl)->error.has_value() == !readable);
  }
}

TEST_CASE("load: keys are looked at, never opened") {
  Host host;
  host.disk.put("/etc/nginx/server.key", minted().server.key_pem);
  const auto snapshot = host.scratch();
  CHECK_FALSE(host.disk.reads().contains("/etc/nginx/server.key"));
  CHECK(snapshot->sightings().contains("/etc/nginx/server.key"));
}

TEST_CASE("load: canaries of a pattern are named by file stem, as the disk has them") {
  Host host;
  host.policy.canaries = {{.name = "ignored",
                           .certificate = "/etc/canaries/*.pem",
                           .expect = audit::Expect::kReject,
                           .servers = {}}};
  CHECK(names(*host.scratch()).empty());
  host.disk.put("/etc/canaries/zoe.pem", minted().client.certificate_pem);
  host.disk.put("/etc/canaries/amy.old.pem", minted().other_client.certificate_pem);
  host.disk.put("/etc/canaries/.hidden.pem", minted().client.certificate_pem);
  const auto snapshot = host.scratch();
  CHECK(names(*snapshot) == std::vector<std::string>{"amy.old", "zoe"});
  CHECK(snapshot->canaries.front().expect == audit::Expect::kReject);

  host.disk.remove("/etc/canaries/zoe.pem");
  const auto fewer = host.after(snapshot, host.differences(*snapshot));
  CHECK(names(*fewer) == std::vector<std::string>{"amy.old"});
}

TEST_CASE("load: of canaries with one name the first speaks") {
  Host host;
  host.disk.put("/etc/canaries/a/phone.pem", minted().client.certificate_pem);
  host.disk.put("/etc/canaries/b/phone.crt", minted().other_client.certificate_pem);
  const auto canary = [](const std::string& name, const std::string& path) {
    return audit::CanarySetting{
        .name = name, .certificate = path, .expect = audit::Expect::kAccept, .servers = {}};
  };
  host.policy.canaries = {canary("", "/etc/canaries/a/*.pem"), canary("", "/etc/canaries/b/*"),
                          canary("phone", "/etc/canaries/b/phone.crt")};
  const auto snapshot = host.scratch();
  CHECK(names(*snapshot) == std::vector<std::string>{"phone"});
  CHECK(snapshot->canaries.front().path == "/etc/canaries/a/phone.pem");
}

TEST_CASE("load: a canary's name is made safe before it is compared") {
  Host host;
  host.policy.canaries = {
      {.name = "a\nb", .certificate = kCanaryPem, .expect = audit::Expect::kAccept, .servers = {}}};
  const auto snapshot = host.scratch();
  CHECK(names(*snapshot).front().find('\n') == std::string::npos);
}

}  // namespace mtls::audit_fixture
