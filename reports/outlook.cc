#include "reports/outlook.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "audit/rules/registry.h"
#include "base/text.h"
#include "reports/server_names.h"

namespace mtls::reports {
namespace {

using audit::Effect;

class Earliest {
 public:
  explicit Earliest(base::sys_seconds now) : now_(now) {}

  void offer(const std::optional<base::sys_seconds>& at, const std::string& what) {
    if (at && *at > now_ && *at != base::kNoExpiry && (!next_ || *at < next_->at))
      next_ = NextDate{.at = *at, .what = what};
  }
  std::optional<NextDate> take() { return std::move(next_); }

 private:
  base::sys_seconds now_;
  std::optional<NextDate> next_;
};

const pki::Material* content_of(const audit::Snapshot& snapshot, const std::string& path) {
  const auto file = snapshot.material.find(path);
  return file == snapshot.material.end() ? nullptr : file->second->material.get();
}

void offer_crls(const audit::Snapshot& snapshot, const audit::ServerAudit& judged,
                Earliest& earliest) {
  const pki::Material* crls = content_of(snapshot, judged.crl_path);
  if (crls == nullptr) return;
  for (const pki::RevocationList& list : crls->revocation_lists) {
    if (judged.crls_without_use.contains(list.facts().fingerprint)) continue;
    earliest.offer(list.facts().ends(), "the CRL of " + list.facts().issuer.rfc2253 + " in " +
                                            base::sanitize(judged.crl_path) + " ends");
  }
}

void offer_certificates(const audit::Snapshot& snapshot, const config::TlsContext& server,
                        Earliest& earliest) {
  for (const config::FileRef& reference : server.certificates.value) {
    for (const std::string& path : audit::known_paths(reference)) {
      if (const pki::Material* material = content_of(snapshot, path))
        earliest.offer(audit::earliest_expiry(*material),
                       "a server certificate in " + base::sanitize(path) + " ends");
    }
  }
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::size_t count_of(const std::vector<Cause>& causes, Effect effect) {
  return static_cast<std::size_t>(std::ranges::count_if(
      causes, [&](const Cause& cause) { return cause.first().effect == effect; }));
}

// A canary is refused for a reason: where another finding names it, that one counts.
std::size_t count_of_refusing(const std::vector<Cause>& causes) {
  std::set<std::string_view> explained;  // server blocks
  const auto is_canary = [](const Cause& cause) {
    return cause.first().kind == audit::FindingKind::kCanaryRejected;
  };
  for (const Cause& cause : causes) {
    if (cause.first().effect == Effect::kRefuses && !is_canary(cause))
      explained.insert(cause.servers.begin(), cause.servers.end());
  }
  const auto repeats = std::ranges::count_if(causes, [&](const Cause& cause) {
    return is_canary(cause) && std::ranges::all_of(cause.servers, [&](const std::string& server) {
             return explained.contains(server);
           });
  });
  return count_of(causes, Effect::kRefuses) - static_cast<std::size_t>(repeats);
}

std::size_t open_servers(const std::vector<Cause>& causes) {
  std::set<std::string_view> servers;
  for (const Cause& cause : causes) {
    if (cause.first().effect == Effect::kLetsIn)
      servers.insert(cause.servers.begin(), cause.servers.end());
  }
  return servers.size();
}

// What lets somebody in and belongs to no server block counts among these: a row of a `map`.
bool is_other_critical(const Cause& cause) {
  const Effect effect = cause.first().effect;
  const bool is_open_somewhere = effect == Effect::kLetsIn && cause.servers.empty();
  return cause.first().severity == audit::Severity::kCritical &&
         (effect == Effect::kNone || effect == Effect::kStopsNginx || is_open_somewhere) &&
         cause.first().kind != audit::FindingKind::kNginxRefusesConfig;
}

bool is_ours(const audit::NginxError& error) {
  return error.cause == audit::RefusalCause::kNotPermitted;
}

std::vector<std::string> parts_of(const Outlook& outlook) {
  std::vector<std::string> all;
  if (outlook.nginx_refuses) all.emplace_back("nginx refuses this configuration");
  if (outlook.unread_files > 0) {
    all.push_back(counted(outlook.unread_files,
                          "file cannot be read here, and what depends on it is not known",
                          "files cannot be read here, and what depends on them is not known"));
  }
  const std::size_t soon = outlook.refusing_soon;
  if (outlook.refusing > 0)
    all.push_back(counted(outlook.refusing, "thing refuses", "things refuse") + " clients now");
  if (soon > 0) {
    all.push_back(outlook.refusing > 0 ? std::to_string(soon) + " more within 30 days"
                                       : counted(soon, "thing refuses", "things refuse") +
                                             " clients within 30 days");
  }
  if (outlook.open_servers > 0) {
    all.push_back(counted(outlook.open_servers, "server block lets", "server blocks let") +
                  " in clients that should not pass");
  }
  if (outlook.other_critical > 0) {
    all.push_back(
        counted(outlook.other_critical, "other critical finding", "other critical findings"));
  }
  if (!all.empty()) return all;
  return {outlook.asks_nobody
              ? "no server block asks for client certificates, there is nothing to judge"
              : "nothing refuses clients, and no server block lets in others"};
}

}  // namespace

std::optional<NextDate> next_date(const Assessment& assessment) {
  const audit::Snapshot& snapshot = assessment.snapshot;
  const ServerNames names(assessment.resolved());
  Earliest earliest(snapshot.evaluated_at);
  for (std::size_t i = 0; i < snapshot.servers.size(); ++i) {
    const config::TlsContext& server = assessment.resolved().servers[i];
    const audit::ServerAudit& judged = *snapshot.servers[i];
    if (!server.serves_tls()) continue;
    offer_certificates(snapshot, server, earliest);
    if (!config::asks(server)) continue;
    earliest.offer(judged.trust_until, "a client CA of " + names.of(server.id) + " ends");
    offer_crls(snapshot, judged, earliest);
    for (const audit::Verdict& verdict : judged.verdicts) {
      if (verdict.expect != audit::Expect::kReject)
        earliest.offer(verdict.accepted_until,
                       verdict.canary + " is refused at " + names.of(server.id));
    }
  }
  return earliest.take();
}

Outlook outlook_of(const Assessment& assessment, const std::vector<Cause>& causes) {
  const auto count = [&](auto&& counts) {
    return static_cast<std::size_t>(std::ranges::count_if(causes, counts));
  };
  const std::vector<audit::NginxError> errors = assessment.snapshot.nginx_errors();
  const auto ours = static_cast<std::size_t>(std::ranges::count_if(errors, is_ours));
  return {.nginx_refuses = errors.size() > ours,
          .unread_files = std::max(ours, count([](const Cause& one) {
                                     return one.first().kind ==
                                            audit::FindingKind::kUnreadableByExporter;
                                   })),
          .refusing = count_of_refusing(causes),
          .refusing_soon = count_of(causes, Effect::kRefusesSoon),
          .open_servers = open_servers(causes),
          .other_critical = count(is_other_critical),
          .asks_nobody = std::ranges::none_of(
              assessment.resolved().servers,
              [](const config::TlsContext& server) { return config::asks(server); })};
}

std::string words_of(const Outlook& outlook) {
  std::string text;
  for (const std::string& part : parts_of(outlook)) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace mtls::reports
