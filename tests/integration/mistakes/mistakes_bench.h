// The common mistakes (R6), each with one server block and its clients: we predict what nginx says
// to each client, and what an operator can fix is a finding. Knows how to ask both sides, not what
// is right.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "audit/rules/registry.h"
#include "tests/integration/verdict/verdict_bench.h"
#include "tests/support/child_process.h"

namespace mtls::testing {

using Rules = std::set<std::string>;  // ids of findings

struct Presented {
  Minted own;
  std::vector<const Minted*> sent_with_it = {};
  int code = 0;    // in nginx's log
  int status = 0;  // 0 stands for 200 without a code, and for 400 with one
};

struct Mistake {
  std::map<std::string, std::string> files;  // of the configuration's directory
  std::string directives = kOn + kBundle;    // of the server block
  std::vector<Presented> clients;
  Rules findings;  // about the server block, whichever clients it has
};

/// Every finding about `server`, except those about single clients.
inline Rules findings_about(const audit::Snapshot& snapshot, const std::string& server) {
  Rules rules;
  const auto& resolved = snapshot.config->resolved.servers;
  for (std::size_t i = 0; i < resolved.size(); ++i) {
    if (resolved[i].id.server != server) continue;
    for (const audit::Finding& finding : snapshot.servers[i]->findings) {
      if (finding.kind == audit::FindingKind::kCanaryRejected) continue;
      rules.emplace(audit::rules::rule_of(finding.kind).id);
    }
  }
  return rules;
}

/// Checks that every refused client has its finding, and that no other client has one.
inline void check_clients(const audit::ServerAudit& server) {
  for (const audit::Verdict& verdict : server.verdicts) {
    INFO("finding about " << verdict.canary);
    const auto told = std::count_if(server.findings.begin(), server.findings.end(),
                                    [&](const audit::Finding& finding) {
                                      return finding.kind == audit::FindingKind::kCanaryRejected &&
                                             finding.detail.starts_with(verdict.canary + " ");
                                    });
    CHECK(told == (verdict.accepted ? 0 : 1));
  }
}

inline void check_findings(Bench& bench, const std::map<std::string, Rules>& by_server) {
  const auto snapshot = bench.evaluate();
  for (const auto& [server, expected] : by_server) {
    INFO("findings about " << server);
    CHECK(findings_about(*snapshot, server) == expected);
  }
  for (const auto& server : snapshot->servers) check_clients(*server);
}

/// What the policy that people copy says: it knows the directives of the server block alone.
inline bool policy_denies(const config::TlsContext& server) {
  const bool is_explicit = server.verify_depth.provenance != config::Provenance::kDefault;
  const config::VerifyClient mode = server.verify_client.value;
  return mode == config::VerifyClient::kOff || mode == config::VerifyClient::kOptional ||
         !server.client_certificate.value || (is_explicit && server.verify_depth.value < 2);
}

/// A line for side_by_side.py for each client, if MTLS_SIDE_BY_SIDE names a file: test, nginx's
/// code, what `openssl verify` says as scripts call it, the policy, our findings.
inline void note_side_by_side(Bench& bench, const Mistake& mistake) {
  const char* const path = std::getenv("MTLS_SIDE_BY_SIDE");
  if (path == nullptr || !mistake.files.contains("bundle.pem")) return;
  const auto snapshot = bench.evaluate();
  const std::string& conf = snapshot->policy->nginx_conf;
  const std::string directory = conf.substr(0, conf.rfind('/') + 1);
  std::string rules;
  for (const std::string& rule : mistake.findings) rules += (rules.empty() ? "" : " ") + rule;
  std::ofstream out(path, std::ios::app);
  for (std::size_t i = 0; i < mistake.clients.size(); ++i) {
    const std::string client = "clients/client-" + std::to_string(i) + ".pem";
    ChildProcess openssl({.argv = {"/usr/bin/openssl", "verify", "-CAfile",
                                   directory + "bundle.pem", directory + client}});
    const bool is_taken = openssl.wait(std::chrono::seconds{20}) == 0;
    const bool is_denied = policy_denies(snapshot->config->resolved.servers.front());
    out << Catch::getResultCapture().getCurrentTestName() << '\t' << mistake.clients[i].code << '\t'
        << (is_taken ? "OK" : "refused") << '\t' << (is_denied ? "denied" : "-") << '\t' << rules
        << '\n';
  }
}

inline void check(const Mistake& mistake) {
  if (nginx_is_missing()) return;
  Bench bench;
  for (const auto& [name, text] : mistake.files) bench.file(name, text);
  bench.server({.name = "on", .directives = mistake.directives});
  std::vector<Bench::Fate> fates;
  for (std::size_t i = 0; i < mistake.clients.size(); ++i) {
    const Presented& client = mistake.clients[i];
    const std::string name = "client-" + std::to_string(i);
    bench.client(name, client.own, client.sent_with_it);
    const int usual = client.code == 0 ? 200 : 400;
    fates.push_back({.server = "on",
                     .client = name,
                     .status = client.status == 0 ? usual : client.status,
                     .code = client.code});
  }
  bench.check(fates);
  check_findings(bench, {{"on", mistake.findings}});
  note_side_by_side(bench, mistake);
}

/// CRLs of all of them, in which nothing is revoked.
inline std::string crls_of(const std::vector<const Minted*>& issuers) {
  std::string text;
  for (const Minted* issuer : issuers) text += mint_crl(crl_of(*issuer));
  return text;
}

inline const std::string kCrl = "ssl_crl crls.pem; ";
inline const std::string kTrusted = "ssl_trusted_certificate trusted.pem; ";

}  // namespace mtls::testing
