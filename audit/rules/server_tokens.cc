// The rule about nginx telling its release to those whom it refuses.
#include "audit/rules/core_directives.h"
#include "audit/rules/rules.h"

namespace mtls::audit::rules {
namespace {

// nullptr: nobody wrote it, and it is on.
const config::syntax::Directive* written_of(const InForce& tokens) {
  return tokens.empty() || tokens.front()->args.size() != 1 ? nullptr : tokens.front();
}

Finding finding_of(const config::TlsContext& server, const config::syntax::Directive* written) {
  return {.kind = FindingKind::kServerTokensOn,
          .context = server.id,
          .path = {},
          .fingerprint = {},
          .at = written == nullptr ? server.at : written->at,
          .detail = written == nullptr ? "server_tokens is not set, so it is on"
                                       : "server_tokens " + written->args.front().text};
}

// What nginx does with other words, variables say, is for those who pay for it.
bool tells(const config::syntax::Directive* written, Profile profile) {
  if (written == nullptr) return profile == Profile::kStrict;
  const std::string& value = written->args.front().text;
  return value == "on" || value == "build";
}

}  // namespace

void server_tokens_rules(const Snapshot& snapshot, Profile profile,
                         std::vector<Finding>& findings) {
  const CoreDirective tokens(*snapshot.config->document, "server_tokens");
  for (const config::TlsContext& server : snapshot.config->resolved.servers) {
    if (server.id.module != config::Module::kHttp || !asks(server)) continue;
    const config::syntax::Directive* written = written_of(tokens.in(server));
    if (tells(written, profile)) findings.push_back(finding_of(server, written));
  }
}

}  // namespace mtls::audit::rules
