#include "audit/material_set.h"

#include <catch2/catch.hpp>

#include <random>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit {
namespace {

using namespace audit_fixture;

MaterialSet::File file(const std::string& path) {
  auto made = std::make_shared<MaterialFile>();
  made->path = path;
  return made;
}

std::vector<std::string> paths(const MaterialSet& set) {
  std::vector<std::string> all;
  for (const auto& [path, file] : set) all.push_back(path);
  return all;
}

}  // namespace

TEST_CASE("material set: files are found by path and stand in the order of their paths") {
  MaterialSet set;
  for (const char* path : {"/b", "/d", "/a", "/c"}) set.put(file(path));
  CHECK(paths(set) == std::vector<std::string>{"/a", "/b", "/c", "/d"});
  CHECK(set.find("/c")->second->path == "/c");
  CHECK(set.find("/bb") == set.end());
  CHECK(set.find("/e") == set.end());
  CHECK(set.contains("/a"));
  CHECK_THROWS_AS(set.at("/e"), std::out_of_range);
}

TEST_CASE("material set: a file takes the place of the one with its path") {
  MaterialSet set;
  set.put(file("/a"));
  const auto other = file("/a");
  set.put(other);
  CHECK(set.size() == 1);
  CHECK(set.at("/a") == other);
}

TEST_CASE("material set: what is gone is what the other set does not hold as the same object") {
  const auto seed = GENERATE(1U, 2U, 3U);
  std::mt19937 random(seed);
  MaterialSet before;
  for (int i = 0; i < 30; ++i) before.put(file("/" + std::to_string(random() % 60)));
  for (int round = 0; round < 200; ++round) {
    MaterialSet now;
    for (const auto& [path, known] : before)
      if (random() % 8 != 0) now.put(random() % 6 == 0 ? file(path) : known);
    for (std::size_t i = random() % 3; i > 0; --i)
      now.put(file("/" + std::to_string(random() % 60)));
    const auto gone = gone_files(before, now);
    for (const auto& [path, known] : before) {
      const auto found = now.find(path);
      const bool stays = found != now.end() && found->second == known;
      REQUIRE(gone.contains(known.get()) == !stays);
    }
    before = std::move(now);
  }
}

TEST_CASE("snapshot: the sightings since another one are those that differ, of the same paths") {
  Host host;
  const auto first = host.scratch();
  host.disk.put(kBundle, minted().other_root.certificate_pem);
  const auto second = host.after(first, {.paths = {kBundle}, .settled = {}});
  const auto changed = second->sightings_since(*first);
  REQUIRE(changed);
  CHECK(changed->size() == 1);
  CHECK(changed->at(kBundle) == second->sightings().at(kBundle));
  host.disk.put(kServerKey, "another");
  const auto third = host.after(second, {.paths = {kServerKey}, .settled = {}});
  REQUIRE(third->sightings_since(*second));
  CHECK(third->sightings_since(*second)->contains(kServerKey));
  host.conf(http(server("a.test", kVerifyOn) + server("b.test", kCertificate)));
  const auto fourth = host.after(third, {.paths = {kConf}, .settled = {}});
  CHECK_FALSE(fourth->sightings_since(*third));
}

TEST_CASE("build: the answer for a key that nobody reported is taken over, another server's too") {
  Host host;
  host.conf(http(server("a.test", kVerifyOn) + server("b.test", kCertificate)));
  const auto first = host.scratch();
  REQUIRE(first->refusals_by_server.size() == 3);  // two server blocks, and the rest
  host.disk.put(kBundle, minted().other_root.certificate_pem);
  const auto second = host.after(first, {.paths = {kBundle}, .settled = {}});
  CHECK(second->refusals_by_server[0] != first->refusals_by_server[0]);
  CHECK(second->refusals_by_server[1] == first->refusals_by_server[1]);
  CHECK(second->side_files == first->side_files);
  host.disk.remove(kServerKey);
  const auto third = host.after(second, {.paths = {kServerKey}, .settled = {}});
  CHECK_FALSE(third->refusals.empty());
  CHECK(third->refusals == host.scratch()->refusals);
}

TEST_CASE("build: a CA file whose stores stand is the same object") {
  Host host;
  host.disk.put("/etc/nginx/other.pem", minted().other_root.certificate_pem);
  host.conf(http(
      server("a.test", kVerifyOn) +
      server("b.test",
             std::string(kCertificate) + "ssl_client_certificate other.pem; ssl_verify_client on;",
             "8443 ssl")));
  const auto first = host.scratch();
  host.disk.put(kBundle, minted().root.certificate_pem + minted().other_root.certificate_pem);
  const auto second = host.after(first, {.paths = {kBundle}, .settled = {}});
  CHECK(second->bundles.at("/etc/nginx/other.pem") == first->bundles.at("/etc/nginx/other.pem"));
  CHECK(second->bundles.at(kBundle) != first->bundles.at(kBundle));
}

}  // namespace mtls::audit
