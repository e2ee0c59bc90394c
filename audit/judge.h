// One server block judged: its trust store, the fate of each canary, its findings.
// Pure.
#pragma once

#include <memory>

#include "audit/policy.h"
#include "audit/snapshot.h"
#include "config/client_fates.h"

namespace mtls::audit {

struct JudgeInputs {
  const Snapshot& snapshot;  // with config, canaries and material; evaluated_at is the `now`
  const Policy& policy;
  std::size_t index;           // of the server in config->resolved.servers
  config::ClientFates& fates;  // of snapshot.config
};

std::shared_ptr<const ServerAudit> judge(const JudgeInputs& inputs);

}  // namespace mtls::audit
