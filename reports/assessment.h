// What a report of the commands is about: an evaluation and what was asked of it. Plain values.
#pragma once

#include <string>
#include <vector>

#include "audit/policy.h"
#include "audit/snapshot.h"

namespace mtls::reports {

struct Assessment {
  const audit::Snapshot& snapshot;
  const audit::Policy& policy;

  const config::syntax::Document& document() const { return *snapshot.config->document; }
  const config::ResolvedConfig& resolved() const { return snapshot.config->resolved; }
};

/// `http/a.test/0.0.0.0:443`: module, first name, first listen. Not unique when blocks collide.
std::string id_text(const config::ContextId& id);

/// Of the configuration and of every server block, the worst first, else in their order.
std::vector<audit::Finding> findings_of(const audit::Snapshot& snapshot);

}  // namespace mtls::reports
