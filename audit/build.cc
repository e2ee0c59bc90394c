#include "audit/build.h"

#include <algorithm>

#include "audit/judge.h"
#include "audit/judge_loaded.h"
#include "audit/plan.h"
#include "audit/probing/probing.h"
#include "audit/reading/load.h"
#include "audit/reading/load_package.h"
#include "audit/refusals/missing_files.h"
#include "audit/refusals/refusals.h"
#include "audit/rules/rules.h"
#include "audit/trust/bundles.h"
#include "audit/trust/upstream_trust.h"
#include "config/compare/standing_servers.h"
#include "pki/memory.h"

namespace mtls::audit {
namespace {

// Text that may not be read here can open what the rest guards: the path of the first such file.
std::string unread_text(const ConfigView& config) {
  const auto error =
      std::ranges::find(config.errors, RefusalCause::kNotPermitted, &NginxError::cause);
  return error == config.errors.end() ? "" : error->path;
}

// What the configuration has in common with the one before; empty where nothing was judged before.
config::compare::StandingServers standing_of(const Snapshot* previous, const Snapshot& snapshot) {
  if (previous == nullptr) return {};
  const ConfigView& before = *previous->config;
  const ConfigView& now = *snapshot.config;
  if (unread_text(before) != unread_text(now)) return {};
  if (before.document == now.document) {
    const std::vector<bool> all(now.resolved.servers.size(), true);
    return {.equal = all, .standing = all};
  }
  return config::compare::standing_servers(
      {.document = *before.document, .resolved = before.resolved},
      {.document = *now.document, .resolved = now.resolved});
}

// A server's judgement stands while its configuration and every file it was computed from are the
// same objects, and time alone has not changed it.
bool still_stands(const ServerAudit& judged, const GoneFiles& gone, base::sys_seconds now) {
  if (judged.next_change_at && *judged.next_change_at <= now) return false;
  return gone.empty() || std::ranges::none_of(judged.used, [&](const auto& file) {
           return gone.contains(file.get());
         });
}

std::vector<std::shared_ptr<const ServerAudit>> judge_servers(
    const BuildInputs& inputs, const Plan& next, const config::compare::StandingServers& kept,
    const Snapshot& snapshot) {
  const Snapshot* previous = inputs.previous.get();
  const bool same_question = previous != nullptr && previous->policy == snapshot.policy &&
                             kept.is_known() && previous->package == snapshot.package &&
                             !next.list_canaries && !next.judge_all &&
                             previous->evaluated_at <= inputs.now;  // else the clock was set back
  const auto gone = same_question ? gone_files(previous->material, snapshot.material) : GoneFiles{};
  config::ClientFates fates(*snapshot.config->document, snapshot.config->resolved);
  std::vector<std::shared_ptr<const ServerAudit>> servers;
  for (std::size_t i = 0; i < snapshot.config->resolved.servers.size(); ++i) {
    if (same_question && kept.standing[i] &&
        still_stands(*previous->servers[i], gone, inputs.now)) {
      servers.push_back(previous->servers[i]);
    } else {
      servers.push_back(
          judge({.snapshot = snapshot, .policy = inputs.policy, .index = i, .fates = fates}));
    }
  }
  return servers;
}

std::optional<base::sys_seconds> earliest_change(const Snapshot& snapshot, const Clock& clock) {
  std::optional<base::sys_seconds> earliest = clock.next_change();
  for (const auto& server : snapshot.servers) {
    if (server->next_change_at && (!earliest || *server->next_change_at < *earliest))
      earliest = server->next_change_at;
  }
  if (snapshot.loaded) {
    for (const auto& server : snapshot.loaded->servers) {
      if (server && server->next_change_at && (!earliest || *server->next_change_at < *earliest))
        earliest = server->next_change_at;
    }
  }
  for (const auto& [path, bundle] : snapshot.bundles) {
    if (bundle->next_change_at && (!earliest || *bundle->next_change_at < *earliest))
      earliest = bundle->next_change_at;
  }
  return earliest;
}

// The same object while nothing is asked differently.
std::shared_ptr<const Policy> policy_of(const BuildInputs& inputs) {
  if (inputs.previous && *inputs.previous->policy == inputs.policy) return inputs.previous->policy;
  return std::make_shared<const Policy>(inputs.policy);
}

// The same list while the files are.
std::shared_ptr<const std::vector<std::string>> writable_side_files(const Snapshot& snapshot,
                                                                    const Snapshot* previous) {
  if (previous != nullptr && previous->side_files == snapshot.side_files)
    return previous->writable_side_files;
  return std::make_shared<const std::vector<std::string>>(world_writable(*snapshot.side_files));
}

void append_server_findings(Snapshot& snapshot) {
  for (const auto& server : snapshot.servers) {
    if (!server->findings.empty())
      snapshot.findings.append(FindingList::Part(server, &server->findings));
  }
}

void compare_probes(const BuildInputs& inputs, Snapshot& snapshot) {
  snapshot.probe_answers = inputs.probe_answers;
  if (inputs.probe_answers) snapshot.probed = probing::compared(snapshot, *inputs.probe_answers);
  snapshot.observed_truth = inputs.observed_truth;
}

void find_findings(const BuildInputs& inputs, const Evidence& evidence, Snapshot& snapshot) {
  if (inputs.policy.missing_files == MissingFiles::kWarning)
    refusals::excuse_missing_files(snapshot);
  snapshot.text_findings = rules::text_findings(snapshot, inputs.previous.get());
  snapshot.findings = rules::host_findings(snapshot, evidence);
  append_server_findings(snapshot);
  rules::accept_findings(snapshot, evidence);
}

// What the evaluation needed of OpenSSL's is not kept, however it ends.
struct DropsObjects {
  DropsObjects() = default;
  DropsObjects(const DropsObjects&) = delete;
  DropsObjects& operator=(const DropsObjects&) = delete;
  ~DropsObjects() { pki::drop_objects(0); }
};

}  // namespace

std::shared_ptr<const Snapshot> build(const BuildInputs& inputs) {
  const DropsObjects at_the_end;
  const Plan next = plan(inputs.changes, inputs.previous.get());
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->generation = inputs.previous ? inputs.previous->generation + 1 : 1;
  snapshot->evaluated_at = inputs.now;
  snapshot->policy = policy_of(inputs);
  snapshot->processes = inputs.processes;

  // 1. nginx's text to effective TLS contexts; a text that no longer parses keeps the last good
  // contexts.
  snapshot->config = reading::read_config(inputs, next);

  const config::compare::StandingServers kept = standing_of(inputs.previous.get(), *snapshot);

  // The distribution package that this nginx comes from, where it decides what the release does.
  reading::PackageView package = reading::load_package(inputs, next);
  snapshot->package = std::move(package.package);
  snapshot->package_files = std::move(package.seen);

  // 2. The clients to judge: settings name files and patterns, the disk says which exist.
  reading::CanaryList listed = reading::list_canaries(inputs, next);
  snapshot->canaries = std::move(listed.canaries);
  snapshot->canary_patterns = std::move(listed.patterns);

  // 3. Every bundle, CRL and certificate the contexts and canaries refer to; unchanged ones are
  // taken over.
  snapshot->material = reading::load_material(inputs, next, *snapshot);

  // 4. What those files, the keys' absence and OpenSSL make nginx refuse, in nginx's order, and
  // what OpenSSL lets it speak.
  refusals::Refusals refused = refusals::find_refusals(inputs, next, kept, *snapshot);
  snapshot->refusals = std::move(refused.errors);
  snapshot->excused = std::move(refused.excused);
  snapshot->strength = std::move(refused.strength);
  snapshot->side_files = std::move(refused.side_files);
  snapshot->writable_side_files = writable_side_files(*snapshot, inputs.previous.get());
  snapshot->refusals_by_server = std::move(refused.by_server);

  // 5. What nginx will say at each server, until when, and what is wrong there.
  snapshot->servers = judge_servers(inputs, next, kept, *snapshot);

  // What of all this the running nginx has loaded, and what it says with that.
  snapshot->loaded = judge_loaded(inputs, next, *snapshot);

  // What it showed to a client without a certificate, beside the files.
  compare_probes(inputs, *snapshot);

  // 6. The same knowledge by CA file, for those who own the file and not the server, and by
  // backend.
  const Evidence evidence(*snapshot);
  snapshot->bundles = trust::audit_bundles(*snapshot, inputs.previous.get());
  snapshot->upstreams = trust::audit_upstreams(*snapshot, evidence);

  // 7. What is wrong with the configuration as a whole, and when time alone changes any of this.
  find_findings(inputs, evidence, *snapshot);
  snapshot->next_change_at = earliest_change(*snapshot, evidence.clock);
  return snapshot;
}

}  // namespace mtls::audit
