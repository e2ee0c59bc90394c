// clients, and check --clients observed, with the real binary and a file of clients.
#include <catch2/catch.hpp>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "daemon/observed/client_store.h"
#include "pki/material.h"
#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {
namespace {

using nlohmann::json;
using running::ObservedClient;

Outcome run(const std::vector<std::string>& flags) {
  ChildProcess process = exporter(flags);
  return outcome_of(process);
}

ObservedClient observed_client(const Minted& minted, const Minted& ca, int code, bool keeps) {
  const pki::Certificate leaf = pki::parse_material(minted.certificate_pem).certificates.at(0);
  const pki::Certificate issuer = pki::parse_material(ca.certificate_pem).certificates.at(0);
  const std::string der = mtls::testing::as_der(minted);
  ObservedClient client{.fingerprint = leaf.facts().fingerprint.hex(),
                        .issuer_key = issuer.facts().key.label(),
                        .serial = leaf.facts().serial.hex,
                        .not_before = *leaf.facts().validity.not_before,
                        .not_after = *leaf.facts().validity.not_after,
                        .key_kind = "EC prime256v1",
                        .signature_kind = "ecdsa-with-SHA256",
                        .visits = {{.at = {.server = "a", .listen = "127.0.0.1:8443"},
                                    .first_seen = now() - 48h,
                                    .last_seen = now() - 1h,
                                    .connections = 5,
                                    .last_code = code}},
                        .certificate = {}};
  if (keeps) client.certificate.assign(der.begin(), der.end());
  return client;
}

// Two clients of the old CA, one of them refused last time, and one of the new CA.
struct Kept {
  TempDir dir;
  Minted old_ca = authority("Old");
  Minted new_ca = authority("New");
  ObservedClient billing = observed_client(client("billing", old_ca), old_ca, 0, true);
  ObservedClient phone = observed_client(client("phone", old_ca), old_ca, 10, false);
  ObservedClient orders = observed_client(client("orders", new_ca), new_ca, 0, false);
  std::string path = dir.path("clients.db");

  Kept() {
    auto store = observed::ClientStore::open(path, {});
    REQUIRE(store);
    REQUIRE(store->save(std::vector{billing, phone, orders}));
    dir.write("settings.yml", "observer: {state: clients.db}\n");
  }

  const std::string& new_ca_label() const { return orders.issuer_key; }

  Outcome list(std::vector<std::string> flags) const {
    flags.insert(flags.begin(), {"clients", "--config.file", dir.path("settings.yml")});
    return run(flags);
  }
};

std::string short_name(const ObservedClient& client) { return client.fingerprint.substr(0, 16); }

}  // namespace

TEST_CASE("clients: lists what the observer of the settings keeps, and erases it") {
  const Kept kept;
  const json all = json::parse(kept.list({"--format", "json"}).output);
  CHECK(all["clients"].size() == 3);
  const Outcome refused = kept.list({"--refused"});
  CHECK(refused.code == 0);
  CHECK_THAT(refused.output, Catch::Contains("client " + short_name(kept.phone)) &&
                                 Catch::Contains("refused: certificate has expired (10)") &&
                                 Catch::Contains("1 client of 3 that came since "));
  CHECK_THAT(kept.list({"--ca", kept.new_ca_label()}).output,
             Catch::Contains(short_name(kept.orders)) && Catch::Contains("1 client of 3"));
  CHECK_THAT(kept.list({"--server", "a", "--format", "csv"}).output,
             Catch::Contains(kept.billing.fingerprint) && Catch::Contains("CN=billing"));
  CHECK(kept.list({"--unused-since", "1d", "--format", "csv"}).output.find('\n') + 1 ==
        kept.list({"--unused-since", "1d", "--format", "csv"}).output.size());

  CHECK(kept.list({"--erase", "0000000000000000"}).code == 2);
  CHECK(kept.list({"--erase", "phone"}).code == 2);
  CHECK(kept.list({"--expiring", "soon"}).code == 2);
  const Outcome erased = kept.list({"--erase", short_name(kept.billing)});
  CHECK(erased.code == 0);
  CHECK(erased.output == "client " + kept.billing.fingerprint + " erased.\n");
  CHECK(json::parse(run({"clients", "--state", kept.path, "--format", "json"}).output)["clients"]
            .size() == 2);
  CHECK(kept.list({"--erase", "all"}).output == "2 clients erased.\n");
  CHECK(json::parse(kept.list({"--format", "json"}).output)["clients"].empty());
  std::filesystem::remove(kept.path);
  const Outcome none = kept.list({});
  CHECK(none.code == 2);
  CHECK_THAT(none.error, Catch::Contains("no clients are kept there"));
}

TEST_CASE("check: names the observed clients that a change would lock out, and fails for them") {
  const Kept kept;
  for (const char* tree : {"old", "new"}) {
    write_server_certificate(kept.dir);
    std::filesystem::create_directory(kept.dir.path(tree));
    for (const char* file : {"server.pem", "server.key"})
      std::filesystem::rename(kept.dir.path(file), kept.dir.path(tree + ("/" + std::string(file))));
    kept.dir.write(tree + std::string("/nginx.conf"), nginx_conf(asking_server("a", "ca.pem")));
  }
  const std::string both = kept.old_ca.certificate_pem + kept.new_ca.certificate_pem;
  kept.dir.write("old/ca.pem", both);
  kept.dir.write("new/ca.pem", kept.new_ca.certificate_pem);
  const auto check = [&](const std::string& format) {
    return run({"check", "--nginx.version=1.22.1", "--nginx.openssl=3.0.0", "--config.file",
                kept.dir.path("settings.yml"), "--nginx.conf", kept.dir.path("new/nginx.conf"),
                "--against", kept.dir.path("old"), "--clients", "observed", "--format", format});
  };
  const Outcome text = check("text");
  CAPTURE(text.output, text.error);
  CHECK(text.code == 1);
  CHECK_THAT(text.output, Catch::Contains("WORSE  client " + short_name(kept.billing)) &&
                              Catch::Contains("WORSE  client " + short_name(kept.phone)) &&
                              !Catch::Contains(short_name(kept.orders)) &&
                              !Catch::Contains("billing"));
  const json worse = json::parse(check("json").output)["against"]["worse"]["clients"];
  REQUIRE(worse.size() == 2);
  for (const json& one : worse) {
    CHECK(one["server"] == "http/a/127.0.0.1:8443");
    CHECK(one["before"]["accepted"] == true);
    CHECK(one["now"]["accepted"] == false);
    CHECK(one["now"]["code"] == 21);
  }
  kept.dir.write("new/ca.pem", both);
  CHECK(check("text").code == 0);
}

}  // namespace mtls::daemon::testing
