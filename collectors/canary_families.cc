#include "collectors/collect.h"

namespace mtls::collectors {
namespace {

std::string word(audit::Expect expect) {
  switch (expect) {
    case audit::Expect::kAccept: return "accept";
    case audit::Expect::kReject: return "reject";
    case audit::Expect::kNothing: break;
  }
  return "nothing";
}

}  // namespace

void canary_families(const audit::Snapshot& snapshot, Families& families) {
  Family accepted(kCanaryAccepted);
  Family code(kCanaryErrorCode);
  Family not_after(kCanaryNotAfter);
  Family lockout(kCanaryLockout);
  const config::ResolvedConfig& resolved = snapshot.config->resolved;
  for (std::size_t i = 0; i < resolved.servers.size(); ++i) {
    if (resolved.label_owner(i) != i) continue;
    const config::ContextId& id = resolved.servers[i].id;
    for (const audit::Verdict& verdict : snapshot.servers[i]->verdicts) {
      const Labels labels{{"canary", verdict.canary},
                          {"server", id.server},
                          {"listen", id.listen},
                          {"mode", "predicted"},
                          {"expect", word(verdict.expect)}};
      accepted.add(labels, verdict.accepted ? 1 : 0);
      code.add(labels, verdict.code);
      if (verdict.expect == audit::Expect::kAccept && verdict.accepted_until) {
        lockout.add({{"canary", verdict.canary}, {"server", id.server}, {"listen", id.listen}},
                    base::unix_seconds(*verdict.accepted_until));
      }
    }
  }
  for (const audit::Canary& canary : snapshot.canaries) {
    const auto file = snapshot.material.find(canary.path);
    if (file == snapshot.material.end() || !file->second->material) continue;
    const auto& certificates = file->second->material->certificates;
    if (certificates.empty() || !certificates.front().facts().validity.not_after) continue;
    not_after.add({{"canary", canary.name}},
                  base::unix_seconds(*certificates.front().facts().validity.not_after));
  }
  for (Family* family : {&accepted, &code, &not_after, &lockout})
    families.push_back(family->take());
}

}  // namespace mtls::collectors
