// Where the exchange of a client CA stands: who is announced, needed, droppable.
#include "audit/trust/rotation.h"

#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

Minted root(days from, days until, const Minted* same_key = nullptr,
            const std::string& subject = "CN=Root A") {
  CertificateSpec spec = ca_spec(subject);
  spec.same_key_as = same_key;
  return mint_valid(spec, from, until);
}

/// One letter for each that holds, in the order of the bundle: a, n, d; `|` between certificates.
std::string states(const std::vector<const Minted*>& bundle, const std::string& more = "") {
  Host host;
  std::string text;
  for (const Minted* minted : bundle) text += minted->certificate_pem;
  host.disk.put(kBundle, text);
  host.conf(http_server(std::string(kVerifyOn) + more));
  std::string said;
  const auto snapshot = host.scratch();
  for (const audit::RotatingCa& ca : snapshot->servers.at(0)->rotation) {
    said += said.empty() ? "" : "|";
    said += ca.announced ? "a" : "";
    said += ca.needed ? "n" : "";
    said += ca.droppable ? "d" : "";
  }
  return said;
}

}  // namespace

TEST_CASE("rotation: an old CA is needed until its key is in another certificate, or it expired") {
  const Minted old = root(days{-300}, days{20});
  const Minted renewed = root(days{-1}, days{900}, &old);
  const Minted rekeyed = root(days{-1}, days{900});
  const Minted ahead = root(days{5}, days{900}, &old);
  const Minted renamed = root(days{-1}, days{900}, &old, "CN=Root B");
  const Minted gone = root(days{-300}, days{-1});
  const Minted stranger = root(days{-1}, days{900}, nullptr, "CN=Elsewhere");
  const struct {
    std::string what;
    std::vector<const Minted*> bundle;
    std::string states;
  } table[] = {
      {"only the old one", {&old}, ""},
      {"only the new one", {&renewed}, ""},
      {"two of nothing in common", {&old, &stranger}, ""},
      {"the key stayed", {&old, &renewed}, "ad|an"},
      {"in either order", {&renewed, &old}, "an|ad"},
      {"the key changed", {&old, &rekeyed}, "an|an"},
      {"the new one begins later", {&old, &ahead}, "an|an"},
      {"the key has another name", {&old, &renamed}, "an|an"},
      {"the old one has expired", {&gone, &rekeyed}, "ad|an"},
      {"a copy counts once", {&old, &renewed, &old}, "ad|an"},
  };
  for (const auto& row : table) {
    INFO(row.what);
    CHECK(states(row.bundle) == row.states);
  }
}

TEST_CASE("rotation: a CA of the ssl_trusted_certificate alone is not announced") {
  Host host;
  const Minted old = root(days{-300}, days{20});
  const Minted renewed = root(days{-1}, days{900}, &old);
  host.disk.put(kBundle, "# none\n");
  host.disk.put(kTrusted, old.certificate_pem + renewed.certificate_pem);
  host.conf(http_server(std::string(kCertificate) +
                        " ssl_verify_client on; ssl_trusted_certificate trusted.pem;"));
  const auto snapshot = host.scratch();
  const auto& rotation = snapshot->servers.at(0)->rotation;
  REQUIRE(rotation.size() == 2);
  CHECK_FALSE(rotation[0].announced);
  CHECK(rotation[0].droppable);
  CHECK(rotation[1].needed);
}

TEST_CASE("rotation: time alone makes a successor take over and an old CA droppable") {
  Host host;
  const Minted old = root(days{-300}, days{20});
  const Minted ahead = root(days{5}, days{900}, &old);
  host.disk.put(kBundle, old.certificate_pem + ahead.certificate_pem);
  const auto at = [&](days when) {
    return host.scratch(kT0 + when)->servers.at(0)->rotation.at(0).droppable;
  };
  CHECK_FALSE(at(days{4}));
  CHECK(at(days{5}));
  CHECK(host.scratch()->servers.at(0)->next_change_at == kT0 + days{5});
}

}  // namespace mtls::audit_fixture
