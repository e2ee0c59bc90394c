// What the tests of pki/verify.h share: chains, stores and the codes that they must give.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "pki/material.h"
#include "pki/verify.h"
#include "tests/support/pki_maker.h"

namespace mtls::pki_trials {

using std::chrono::days;
using testing::ca_spec;
using testing::CertificateSpec;
using testing::kT0;
using testing::Minted;

inline constexpr int kDepth = 9;  // no chain here is deeper

struct Trial {
  std::string name;
  std::string trusted;  // PEM: certificates and CRLs
  std::string sent;     // PEM, leaf first
  int code = 0;
};

inline int code_of(const pki::Material& trusted, const std::string& sent, pki::VerifyPolicy policy,
                   base::sys_seconds at = kT0) {
  const pki::TrustStore store(trusted.certificates, trusted.revocation_lists,
                              !trusted.revocation_lists.empty());
  return store.verify(pki::parse_material(sent).certificates, policy, at).code;
}

inline int code_of(const std::string& trusted, const std::string& sent, int depth = kDepth) {
  return code_of(pki::parse_material(trusted), sent, {.depth = depth, .release = {3, 0}});
}

inline void check(const std::vector<Trial>& table) {
  for (const Trial& trial : table) {
    INFO(trial.name);
    CHECK(code_of(trial.trusted, trial.sent) == trial.code);
  }
}

inline CertificateSpec client_spec(const Minted& issuer) {
  return testing::client_spec("CN=client", issuer);
}

inline std::string client_of(const Minted& issuer) {
  return mint(client_spec(issuer)).certificate_pem;
}

inline CertificateSpec expired(CertificateSpec spec) {
  spec.not_before = kT0 - days{60};
  spec.not_after = kT0 - days{1};
  return spec;
}

struct Tree {
  Minted root = testing::mint_root("CN=Root");
  Minted first = testing::mint_intermediate("CN=First", root);
  Minted second = testing::mint_intermediate("CN=Second", first);
  Minted third = testing::mint_intermediate("CN=Third", second);
  std::string leaf = client_of(first);
  Minted other = testing::mint_root("CN=Other");
  Minted own = mint([] {
    CertificateSpec spec;
    spec.subject = "CN=own";
    return spec;
  }());
};

inline const Tree& tree() {
  static const Tree made;
  return made;
}

inline std::string pem(const Minted& minted) { return minted.certificate_pem; }

}  // namespace mtls::pki_trials
