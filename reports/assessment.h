// What reports are made from: an evaluation and the policy that it followed. Plain values, and the
// lookups that all reports share.
#pragma once

#include <string>
#include <vector>

#include "audit/policy.h"
#include "audit/snapshot.h"

namespace mtls::reports {

/// Refers to both; they must outlive it.
struct Assessment {
  const audit::Snapshot& snapshot;

  const config::syntax::Document& document() const { return *snapshot.config->document; }
  const audit::Policy& policy() const { return *snapshot.policy; }
  const config::ResolvedConfig& resolved() const { return snapshot.config->resolved; }
};

/// `http/a.test/0.0.0.0:443`: module, first name, first listen. Two server blocks that collide have
/// the same id.
std::string id_text(const config::ContextId& id);

/// The findings that count, the worst first, else in the order of the Snapshot.
std::vector<audit::Finding> findings_of(const audit::Snapshot& snapshot);
/// Those that are accepted, in the same order.
std::vector<audit::Finding> accepted_findings_of(const audit::Snapshot& snapshot);

}  // namespace mtls::reports
