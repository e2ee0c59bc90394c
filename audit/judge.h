// One server block judged: its trust store, the fate of each canary and until when, its findings.
// Pure.
#pragma once

#include <memory>

#include "audit/policy.h"
#include "audit/snapshot.h"

namespace mtls::audit {

struct JudgeInputs {
  const Snapshot& snapshot;  // with config, canaries and material; evaluated_at is the `now`
  const Policy& policy;
  std::size_t index;  // of the server in config->resolved.servers
};

std::shared_ptr<const ServerAudit> judge(const JudgeInputs& inputs);

/// R3.30: does nginx let a request through that came with a certificate of this verify code?
bool lets_through(config::VerifyClient mode, int code);

}  // namespace mtls::audit
