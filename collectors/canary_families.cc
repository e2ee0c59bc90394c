#include "collectors/family_groups.h"

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

void write_lockout(const audit::Verdict& verdict, const LabelText& client, SampleWriter& out) {
  if (verdict.expect == audit::Expect::kAccept && verdict.accepted_until)
    out.add(kCanaryLockout, client, base::unix_seconds(*verdict.accepted_until));
}

}  // namespace

void write_verdicts(const Server& server, SampleWriter& out) {
  const config::ContextId& id = server.context.id;
  for (const audit::Verdict& verdict : server.audit.verdicts) {
    if (!verdict.is_judged) continue;
    const LabelText client{
        {"canary", verdict.canary}, {"server", id.server}, {"listen", id.listen}};
    const LabelText labels = client.with("mode", "predicted").with("expect", word(verdict.expect));
    out.add(kCanaryAccepted, labels, verdict.accepted ? 1 : 0);
    out.add(kCanaryErrorCode, labels, verdict.code);
    write_lockout(verdict, client, out);
  }
}

void write_loaded_verdicts(const config::ContextId& id, const audit::ServerAudit& server,
                           bool is_as_on_disk, SampleWriter& out) {
  for (const audit::Verdict& verdict : server.verdicts) {
    if (!verdict.is_judged) continue;
    const LabelText client{{"canary", verdict.canary},
                           {"server", id.server},
                           {"listen", id.listen},
                           {"mode", "loaded"}};
    const LabelText labels = client.with("expect", word(verdict.expect));
    out.add(kCanaryAccepted, labels, verdict.accepted ? 1 : 0);
    out.add(kCanaryErrorCode, labels, verdict.code);
    if (!is_as_on_disk) write_lockout(verdict, client, out);
  }
}

void write_canary_dates(const audit::Snapshot& snapshot, SampleWriter& out) {
  for (const audit::Canary& canary : snapshot.canaries) {
    const auto file = snapshot.material.find(canary.path);
    if (file == snapshot.material.end() || !file->second->material) continue;
    const auto& certificates = file->second->material->certificates;
    if (certificates.empty() || !certificates.front().facts().validity.not_after) continue;
    out.add(kCanaryNotAfter, {{"canary", canary.name}},
            base::unix_seconds(*certificates.front().facts().validity.not_after));
  }
}

}  // namespace mtls::collectors
