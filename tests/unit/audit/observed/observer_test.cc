#include "audit/observed/observer.h"

#include <catch2/catch.hpp>

#include <string>

#include "tests/unit/audit/observed/watched.h"

namespace mtls::audit_fixture {

TEST_CASE("observer: connections count by server block, CA key and outcome") {
  Watched watched;
  const std::string root = key_of(minted().root);
  watched.observer.take(line({.own = &minted().client}));
  watched.observer.take(line({.own = &minted().client, .is_resumed = true}));
  watched.observer.take(line(
      {.verify = "FAILED:unable to verify the first certificate", .own = &minted().other_client}));
  watched.observer.take(line({.verify = "NONE"}));
  const running::ObservedAt& at = watched.at();
  CHECK(at.connections.at({root, LineVerify::kSuccess}) == 2);
  CHECK(at.connections.at({root, LineVerify::kFailed}) == 0);
  CHECK(at.connections.at({"other", LineVerify::kFailed}) == 1);
  CHECK(at.connections.at({"none", LineVerify::kNone}) == 1);
  CHECK(at.clients == std::map<std::string, std::size_t>{{root, 1}, {"other", 1}});
  CHECK(watched.counts.datagrams == 4);
  const auto clients = watched.observer.clients().all();
  REQUIRE(clients.size() == 2);
  for (const running::ObservedClient& client : clients) {
    CHECK(client.key_kind == "EC prime256v1");
    CHECK(client.signature_kind == "ecdsa-with-SHA256");
    CHECK(client.may_be_client);
    CHECK(client.certificate.empty());
    CHECK(client.visits.at(0).last_code == (client.issuer_key == "other" ? 21 : 0));
  }
}

TEST_CASE("observer: what is no client's line has a reason") {
  Watched watched;
  watched.observer.take("x");
  watched.observer.take(line({.verify = "NONE", .port = "444"}));
  Minted broken = minted().client;
  broken.certificate_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  watched.observer.take(line({.own = &broken}));
  broken.certificate_pem = "none";
  watched.observer.take(line({.own = &broken}));
  watched.observer.reject(LineFault::kSender);
  CHECK(watched.rejected(LineFault::kForeign) == 1);
  CHECK(watched.rejected(LineFault::kServer) == 1);
  CHECK(watched.rejected(LineFault::kCertificate) == 2);
  CHECK(watched.rejected(LineFault::kSender) == 1);
  CHECK(watched.observer.clients().size() == 0);
}

TEST_CASE("observer: a CA whose file comes later is known from then on") {
  Watched watched;
  const Line stranger{.verify = "FAILED:unable to verify the first certificate",
                      .own = &minted().other_client};
  watched.observer.take(line(stranger));
  CHECK(watched.at().clients == std::map<std::string, std::size_t>{{"other", 1}});
  watched.host.disk.put(kBundle,
                        minted().root.certificate_pem + minted().other_root.certificate_pem);
  watched.observer.follow(watched.host.scratch(), Instant{kT0});
  watched.observer.take(line(stranger));
  CHECK(watched.at().clients ==
        std::map<std::string, std::size_t>{{key_of(minted().other_root), 1}});
}

TEST_CASE("observer: full handshakes are compared with the files on the disk") {
  Watched watched;
  watched.observer.take(line({.own = &minted().client}));
  watched.observer.take(line({.own = &minted().client, .is_resumed = true}));
  // Whose CA is in no store may have been let in by what it sent beside its leaf.
  watched.observer.take(line({.own = &minted().other_client}));
  CHECK(watched.at().agreed == 1);
  CHECK(watched.at().trust_matches == true);
  CHECK(watched.observer.untruths().empty());
  // It differs, and that has to last.
  watched.observer.take(line({.verify = "FAILED:certificate revoked", .own = &minted().client}));
  watched.observer.settle(Instant{kT0 + std::chrono::seconds{102}});
  CHECK(watched.at().differed == 0);
  watched.observer.settle(Instant{kT0 + std::chrono::seconds{104}});
  CHECK(watched.at().differed == 1);
  CHECK(watched.at().trust_matches == false);
  const auto untruths = watched.observer.untruths();
  REQUIRE(untruths.size() == 1);
  CHECK(untruths[0].kind == audit::Untruth::kStale);  // what nginx has loaded is not known
  CHECK(untruths[0].id.server == "a.test");
  CHECK_FALSE(untruths[0].was_accepted);
  CHECK(untruths[0].issuer_key == key_of(minted().root));
}

TEST_CASE("observer: handshakes of before the files, or beside a date, are not compared") {
  Watched watched;
  watched.observer.follow(watched.host.scratch(), Instant{kT0 + std::chrono::seconds{200}});
  CertificateSpec spec = client_spec("CN=short", minted().root);
  spec.not_after = kT0 + std::chrono::seconds{300};
  const Minted brief = testing::mint(spec);
  for (const int second : {-50, 299, 300, 301})
    watched.observer.take(line({.own = &brief, .second = second}));
  watched.observer.settle(Instant{kT0 + std::chrono::hours{1}});
  CHECK(watched.at().agreed == 0);
  CHECK(watched.at().differed == 0);
  watched.observer.take(line({.own = &brief, .second = 297}));
  watched.observer.take(
      line({.verify = "FAILED:certificate has expired", .own = &brief, .second = 303}));
  CHECK(watched.at().agreed == 2);
  CHECK(watched.at().lifetimes.counts[0] == 3);  // what has expired, to the second
  CHECK(watched.at().lifetimes.counts[1] == 3);
}

TEST_CASE("observer: a client that the CRL names, and that nginx serves, is counted") {
  Watched watched;
  watched.host.conf(
      http_server(std::string(kVerifyOn) + " ssl_crl clients.crl; ssl_session_cache shared:S:1m;"));
  watched.host.disk.put(kCrl, minted().list(days{-1}, false, {&minted().client}));
  watched.observer.follow(watched.host.scratch(), Instant{kT0});
  watched.observer.take(line({.own = &minted().client}));
  watched.observer.take(line({.own = &minted().client, .is_resumed = true}));
  watched.observer.take(line({.verify = "FAILED:certificate revoked", .own = &minted().client}));
  CHECK(watched.at().revoked_served == std::array<std::uint64_t, 2>{1, 1});
}

TEST_CASE("observer: a server block is covered where the line is in force") {
  Watched watched;
  CHECK_FALSE(watched.at().is_covered);
  const std::string log = std::string(" access_log syslog:server=unix:") + kSocket +
                          ",nohostname mtls_observer if=$mtls_observer;";
  watched.host.conf(
      http("log_format mtls_observer x; map $ssl_cipher $mtls_observer { default 1; }" +
           server("a.test", kVerifyOn + log)));
  watched.observer.follow(watched.host.scratch(), Instant{kT0});
  CHECK(watched.at().is_covered);
}

}  // namespace mtls::audit_fixture
