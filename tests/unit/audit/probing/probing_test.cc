#include "audit/probing/probing.h"

#include <catch2/catch.hpp>

#include "pki/material.h"
#include "tests/unit/audit/audit_fixture.h"
#include "tests/unit/audit/statement.h"

namespace mtls::audit::probing {
namespace {

using namespace audit_fixture;

const std::string kAsks =
    "ssl_certificate server.pem; ssl_certificate_key server.key; "
    "ssl_client_certificate clients.pem; ssl_verify_client on; ";

std::string block(const std::string& listen, const std::string& name,
                  const std::string& more = kAsks) {
  return "server { listen " + listen + "; server_name " + name + "; " + more + "}\n";
}

Host host_of(const std::string& blocks) {
  Host host;
  host.policy.probe.is_enabled = true;
  host.conf("events {}\nhttp {\n" + blocks + "}\n");
  return host;
}

}  // namespace

TEST_CASE("probing: a block is reached at its first TLS listen, under its first plain name") {
  struct Row {
    std::string blocks;
    std::string address;
    int port = 0;
    std::string sni;
    bool has_proxy_protocol = false;
  };
  for (const Row& row : std::vector<Row>{
           {block("80; listen 8443 ssl", "*.a.test b.test"), "127.0.0.1", 8443, "b.test"},
           {block("[::]:443 ssl", "a.test"), "::1", 443, "a.test"},
           {block("[::1]:443 ssl proxy_protocol", "a.test"), "::1", 443, "a.test", true},
           {block("192.0.2.1:443 ssl", "~^a"), "192.0.2.1", 443, ""},
           {block("unix:/run/a ssl", "_"), "/run/a", 0, ""}}) {
    CAPTURE(row.blocks);
    Host host = host_of(row.blocks);
    const std::vector<ProbeTarget> all = targets(*host.scratch());
    REQUIRE(all.size() == 1);
    CHECK(all.front().address == row.address);
    CHECK(all.front().port == row.port);
    CHECK(all.front().sni == row.sni);
    CHECK(all.front().has_proxy_protocol == row.has_proxy_protocol);
  }
}

TEST_CASE("probing: who asks nobody, cannot be reached or is not meant is left alone") {
  const std::string first = block("443 ssl", "first.test");
  const std::vector<std::string> others{
      block("443 ssl", "a.test", "ssl_certificate server.pem; ssl_certificate_key server.key; "),
      block("443 ssl", "*.a.test"), block("443 ssl", "~^a")};
  for (const std::string& other : others) {
    CAPTURE(other);
    Host host = host_of(first + other);
    REQUIRE(targets(*host.scratch()).size() == 1);
    CHECK(targets(*host.scratch()).front().id.server == "first.test");
  }
  Host host = host_of(first + block("443 ssl", "second.test"));
  CHECK(targets(*host.scratch()).size() == 2);
  host.policy.probe.servers = {"sec*"};
  REQUIRE(targets(*host.scratch()).size() == 1);
  CHECK(targets(*host.scratch()).front().id.server == "second.test");
  host.policy.probe.is_enabled = false;
  CHECK(targets(*host.scratch()).empty());
}

TEST_CASE("probing: names and certificate are compared with those of the files") {
  Host host = host_of(block("443 ssl", "a.test"));
  const auto snapshot = host.scratch();
  const auto facts = [](const std::string& pem) {
    return pki::parse_material(pem).certificates.at(0).facts();
  };
  const ProbeAnswer good{.id = targets(*snapshot).at(0).id,
                         .failure = {},
                         .asks = true,
                         .ca_names = {facts(minted().root.certificate_pem).subject.canonical},
                         .leaf = facts(minted().server.certificate_pem).fingerprint};
  const auto seen = [&](const ProbeAnswer& answer) { return compared(*snapshot, {answer}).at(0); };
  CHECK(seen(good) == ProbedServer{.id = good.id,
                                   .is_reached = true,
                                   .are_names_as_in_files = true,
                                   .is_certificate_as_in_files = true});
  ProbeAnswer other = good;
  other.ca_names.insert("another");
  CHECK(seen(other).are_names_as_in_files == false);
  other = good;
  other.asks = false;
  CHECK(seen(other).are_names_as_in_files == false);
  other = good;
  other.leaf = {};
  CHECK(seen(other).is_certificate_as_in_files == false);
  other.failure = "Connection refused";
  CHECK(seen(other) == ProbedServer{.id = good.id});
  other.id.server = "gone.test";
  CHECK(compared(*snapshot, {other}).empty());
}

}  // namespace mtls::audit::probing
