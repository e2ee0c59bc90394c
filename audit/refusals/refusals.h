// Why nginx refuses to start although the text of its configuration is valid: what OpenSSL says
// about the files and values behind it, server by server, in the order in which nginx merges and
// loads (R2.17 to R2.19, R2.C, R2.60 to R2.62, R4). Where the answer cannot be known from here,
// there is no refusal, so a configuration that nginx accepts has none. Pure in what the files
// answer.
#pragma once

#include "audit/inputs.h"
#include "audit/plan.h"
#include "config/compare/standing_servers.h"

namespace mtls::audit::refusals {

struct Refusals {
  std::vector<NginxError> errors;   // in nginx's order
  std::vector<NginxError> excused;  // of files that do not exist, where the policy says warning
  TlsStrength strength;
  std::shared_ptr<const base::Sightings> side_files;
  std::vector<std::shared_ptr<const ServerRefusals>> by_server;
};

/// `snapshot`: with policy, configuration and material. What stands is taken over; `kept`: what its
/// configuration has in common with that of `inputs.previous`.
Refusals find_refusals(const BuildInputs& inputs, const Plan& plan,
                       const config::compare::StandingServers& kept, const Snapshot& snapshot);

}  // namespace mtls::audit::refusals
