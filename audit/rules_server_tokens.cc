// The rule about nginx telling its release to those whom it refuses.
#include "audit/rules.h"
#include "config/merge_check.h"

namespace mtls::audit {
namespace {

using config::Directive;

const Directive* tokens_of(const std::vector<Directive>& block) {
  for (const Directive& directive : block) {
    if (directive.name == "server_tokens" && directive.args.size() == 1) return &directive;
  }
  return nullptr;
}

// Of each server block in order; nullptr: nobody wrote it, and it is on. Clients are refused before
// a location is chosen: only the server's level counts.
std::vector<const Directive*> effective_tokens(const Directive& http) {
  std::vector<const Directive*> tokens;
  const Directive* outer = tokens_of(*http.block);
  for (const Directive& directive : *http.block) {
    if (directive.name != "server" || !directive.block) continue;
    const Directive* own = tokens_of(*directive.block);
    tokens.push_back(own != nullptr ? own : outer);
  }
  return tokens;
}

Finding finding_of(const config::TlsContext& server, const Directive* written) {
  return {.kind = FindingKind::kServerTokensOn,
          .context = server.id,
          .path = {},
          .fingerprint = {},
          .at = written == nullptr ? server.at : written->at,
          .detail = written == nullptr ? "server_tokens is not set, so it is on"
                                       : "server_tokens " + written->args.front().text};
}

// What nginx does with other words, variables say, is for those who pay for it.
bool tells(const Directive* written, Profile profile) {
  if (written == nullptr) return profile == Profile::kStrict;
  const std::string& value = written->args.front().text;
  return value == "on" || value == "build";
}

}  // namespace

void server_tokens_rules(const Snapshot& snapshot, Profile profile,
                         std::vector<Finding>& findings) {
  const Directive* http = config::block_of(*snapshot.config->document, config::Module::kHttp);
  if (http == nullptr || !http->block) return;
  const std::vector<const Directive*> tokens = effective_tokens(*http);
  std::size_t next = 0;
  for (const config::TlsContext& server : snapshot.config->resolved.servers) {
    if (server.id.module != config::Module::kHttp || next == tokens.size()) continue;
    const Directive* written = tokens[next++];
    if (asks(server) && tells(written, profile)) findings.push_back(finding_of(server, written));
  }
}

}  // namespace mtls::audit
