// What an evaluation says, apart from when it was made: two that say the same are the same to
// everybody. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {

/// Everything a Snapshot says about servers and bundles at its instant.
struct Statement {
  std::vector<std::vector<audit::Verdict>> verdicts;
  std::vector<audit::Finding> findings;
  std::vector<std::optional<base::sys_seconds>> trust_until;
  std::map<std::string, std::vector<std::size_t>> bundles;

  bool operator==(const Statement&) const = default;
};

inline Statement statement_of(const audit::Snapshot& snapshot) {
  Statement statement;
  statement.findings = findings_of(snapshot);
  for (const auto& judged : snapshot.servers) {
    statement.verdicts.push_back(judged->verdicts);
    statement.trust_until.push_back(judged->trust_until);
  }
  for (const auto& [path, bundle] : snapshot.bundles) {
    std::vector<std::size_t>& counts = statement.bundles[path];
    counts.assign(bundle->problems.begin(), bundle->problems.end());
    counts.insert(counts.end(), {bundle->valid, bundle->expired, bundle->not_yet_valid});
  }
  return statement;
}

}  // namespace mtls::audit_fixture
