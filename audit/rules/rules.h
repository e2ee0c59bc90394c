// The rules: plain functions from a judged server to findings, in an ordered array per subject.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "audit/snapshot.h"
#include "audit/trust/trust.h"

namespace mtls::audit::rules {

/// Everything a rule may look at.
struct ServerView {
  const Snapshot& snapshot;
  const config::NginxBuild& build;
  std::size_t index;  // of the server in config->resolved.servers
  Profile profile;
  const Evidence& evidence;            // the material and the time: what is asked is noted
  const trust::TrustContent& content;  // of the block that decides
  const ServerAudit& facts;            // all but findings and next_change_at

  const config::TlsContext& server() const { return snapshot.config->resolved.servers[index]; }
  const MaterialView& material() const { return evidence.material; }
  const Clock& clock() const { return evidence.clock; }
};

using ServerRule = void (*)(const ServerView& view, std::vector<Finding>& findings);

/// All rules of all subjects over one server.
std::vector<Finding> server_findings(const ServerView& view);

/// What is wrong with the configuration as a whole.
std::vector<Finding> config_findings(const Snapshot& snapshot, const Evidence& evidence,
                                     Profile profile);

/// Takes out what is disabled and gives the rest its severities.
void apply_settings(const RuleSettings& settings, std::vector<Finding>& findings);

/// A finding about `view`'s server; `detail` is sanitized.
Finding finding_for(const ServerView& view, FindingKind kind, const std::string& detail);
/// The same about one file of it.
Finding finding_for_file(const ServerView& view, FindingKind kind, const std::string& path,
                         const std::string& detail);

/// A certificate as findings name it.
std::string named(const pki::CertificateFacts& facts);

// One function per subject; each applies its own rules in order.
void config_rules(const ServerView& view, std::vector<Finding>& findings);
void file_rules(const ServerView& view, std::vector<Finding>& findings);
void material_rules(const ServerView& view, std::vector<Finding>& findings);
void trust_rules(const ServerView& view, std::vector<Finding>& findings);
void revocation_rules(const ServerView& view, std::vector<Finding>& findings);
void upstream_rules(const ServerView& view, std::vector<Finding>& findings);
void identity_rules(const ServerView& view, std::vector<Finding>& findings);
void enforcement_rules(const ServerView& view, std::vector<Finding>& findings);
void server_side_rules(const ServerView& view, std::vector<Finding>& findings);
void reach_rules(const ServerView& view, std::vector<Finding>& findings);
/// What Profile::kStrict adds to `findings`; the last.
void strict_rules(const ServerView& view, std::vector<Finding>& findings);

// Of the whole configuration: files and directives, wherever they stand.
void writable_file_rules(const Snapshot& snapshot, std::vector<Finding>& findings);
void client_name_rules(const Snapshot& snapshot, std::vector<Finding>& findings);
void canary_rules(const Snapshot& snapshot, const Evidence& evidence,
                  std::vector<Finding>& findings);
void upstream_time_rules(const Snapshot& snapshot, const Evidence& evidence,
                         std::vector<Finding>& findings);
void strength_rules(const Snapshot& snapshot, std::vector<Finding>& findings);
void error_log_rules(const Snapshot& snapshot, std::vector<Finding>& findings);
void server_tokens_rules(const Snapshot& snapshot, Profile profile, std::vector<Finding>& findings);

}  // namespace mtls::audit::rules
