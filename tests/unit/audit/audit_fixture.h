// A host in memory for the tests of the audit: its files, its policy, and evaluations of it at any
// instant. The PKI is minted once per process around kT0.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "audit/build.h"
#include "audit/rules/registry.h"
#include "tests/support/memory_filesystem.h"
#include "tests/support/pki_maker.h"
#include "tests/unit/audit/told.h"

namespace mtls::audit_fixture {

using audit::FindingKind;
using std::chrono::days;
using testing::ca_spec;
using testing::CertificateSpec;
using testing::client_spec;
using testing::kT0;
using testing::Minted;

inline constexpr const char* kConf = "/etc/nginx/nginx.conf";
inline constexpr const char* kBundle = "/etc/nginx/clients.pem";
inline constexpr const char* kTrusted = "/etc/nginx/trusted.pem";
inline constexpr const char* kCrl = "/etc/nginx/clients.crl";
inline constexpr const char* kServerPem = "/etc/nginx/server.pem";
inline constexpr const char* kServerKey = "/etc/nginx/server.key";
inline constexpr const char* kCanaryPem = "/etc/canaries/client.pem";

/// PEM of a certificate with `spec` valid in [from, until) of days around kT0.
inline Minted mint_valid(CertificateSpec spec, days from, days until) {
  spec.not_before = kT0 + from;
  spec.not_after = kT0 + until;
  return testing::mint(spec);
}

/// Root A > intermediate A1 > client under it, a client directly under A, a foreign root B with a
/// client, a server.
struct Pki {
  Minted root = testing::mint_root("CN=Root A");
  Minted intermediate = testing::mint_intermediate("CN=Issuing A1", root);
  Minted client = testing::mint_client("CN=client", root);
  Minted deep_client = testing::mint_client("CN=deep client", intermediate);
  Minted other_root = testing::mint_root("CN=Root B");
  Minted other_client = testing::mint_client("CN=stranger", other_root);
  Minted server = testing::mint_server("a.test", root);

  std::string crl(const Minted& issuer, days from = days{-1}, days until = days{27}) const {
    return testing::mint_crl(
        {.issuer = &issuer, .this_update = kT0 + from, .next_update = kT0 + until, .revoked = {}});
  }
  /// Root A's, valid for a week more.
  std::string list(days from, bool is_delta, std::vector<const Minted*> revoked) const {
    return testing::mint_crl({.issuer = &root,
                              .this_update = kT0 + from,
                              .next_update = kT0 + days{7},
                              .revoked = std::move(revoked),
                              .delta = is_delta});
  }
};

inline const Pki& minted() {
  static const Pki kMade;
  return kMade;
}

/// `server { … }` with TLS on port 443; `more`: its further directives.
inline std::string server(const std::string& name, const std::string& more,
                          const std::string& listen = "443 ssl") {
  return "server { listen " + listen + "; server_name " + name + "; " + more + " }\n";
}

inline constexpr const char* kCertificate =
    "ssl_certificate server.pem; ssl_certificate_key server.key;";
inline constexpr const char* kVerifyOn =
    "ssl_certificate server.pem; ssl_certificate_key server.key; "
    "ssl_client_certificate clients.pem; ssl_verify_client on;";

inline std::string http(const std::string& body) {
  return "error_log error.log info; events { }\nhttp { ssl_verify_depth 2;\n" + body + "}\n";
}

inline std::string http_server(const std::string& more) { return http(server("a.test", more)); }

/// A block behind a default server with another CA file and `more`.
inline std::string behind_other_ca(const std::string& more) {
  return http(server("d.test", std::string(kCertificate) + " ssl_verify_client on; " +
                                   "ssl_client_certificate trusted.pem; " + more) +
              server("a.test", kVerifyOn));
}

/// A block in front of the backend `app`, and one that asks for no certificate in front of `other`.
inline std::string beside_backend(const std::string& other) {
  const std::string pass = " location / { proxy_pass http://";
  return http(server("a.test", kVerifyOn + pass + "app; }") +
              server("b.test", kCertificate + pass + other + "; }"));
}

class Host {
 public:
  /// One healthy server block that asks for clients of root A; no finding.
  Host() {
    audit::assume_our_openssl(policy.build);
    disk.put(kConf, http_server(kVerifyOn));
    disk.put(kBundle, minted().root.certificate_pem);
    disk.put(kServerPem, minted().server.certificate_pem);
    disk.put(kTrusted, minted().other_root.certificate_pem);
    disk.put(kServerKey, "never opened");
  }

  void conf(const std::string& text) { disk.put(kConf, text); }
  /// A client certificate at kCanaryPem, judged everywhere.
  void canary(const std::string& pem, audit::Expect expect = audit::Expect::kAccept) {
    disk.put(kCanaryPem, pem);
    policy.canaries = {
        {.name = "probe", .certificate = kCanaryPem, .expect = expect, .servers = {}}};
  }

  std::shared_ptr<const audit::Snapshot> scratch(base::sys_seconds now = kT0) {
    auto snapshot = audit::build(
        {.policy = policy, .disk = disk, .now = now, .previous = nullptr, .changes = {}});
    for (const std::string& complaint : Told(*snapshot).complaints()) FAIL_CHECK(complaint);
    return snapshot;
  }
  std::shared_ptr<const audit::Snapshot> after(
      const std::shared_ptr<const audit::Snapshot>& previous, audit::Changes changes,
      base::sys_seconds now = kT0) {
    return audit::build({.policy = policy,
                         .disk = disk,
                         .now = now,
                         .previous = previous,
                         .changes = std::move(changes)});
  }

  /// What differs from what `snapshot` saw.
  audit::Changes differences(const audit::Snapshot& snapshot) {
    audit::Changes changes;
    for (const auto& [path, before] : snapshot.sightings()) {
      base::RecordingFileSystem look(disk);
      if (before.kind == base::Sighting::Kind::kPattern) {
        static_cast<void>(look.glob(path));
      } else {
        static_cast<void>(look.stat(path));
      }
      if (look.sightings().at(path) != before) changes.paths.insert(path);
    }
    return changes;
  }

  testing::MemoryFileSystem disk;
  audit::Policy policy;
};

inline std::vector<audit::Finding> findings_of(const audit::Snapshot& snapshot) {
  return {snapshot.findings.begin(), snapshot.findings.end()};
}

inline bool has(const std::vector<audit::Finding>& findings, FindingKind kind) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const audit::Finding& finding) { return finding.kind == kind; });
}

inline bool has(const audit::Snapshot& snapshot, FindingKind kind) {
  return has(findings_of(snapshot), kind);
}

/// The ids of all findings, for messages and for comparing with {}.
inline std::vector<std::string> ids(const audit::Snapshot& snapshot) {
  std::vector<std::string> names;
  for (const audit::Finding& finding : findings_of(snapshot))
    names.emplace_back(audit::rules::rule_of(finding.kind).id);
  return names;
}

}  // namespace mtls::audit_fixture
