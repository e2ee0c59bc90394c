#include "reports/formats/headline.h"

#include <algorithm>
#include <set>
#include <utility>

#include "audit/rules/registry.h"
#include "base/text.h"
#include "reports/formats/plain_text.h"
#include "reports/formats/prose.h"

namespace mtls::reports::formats {
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

bool is_other_critical(const Cause& cause) {
  const Effect effect = cause.first().effect;
  return cause.first().severity == audit::Severity::kCritical &&
         (effect == Effect::kNone || effect == Effect::kStopsNginx) &&
         cause.first().kind != audit::FindingKind::kNginxRefusesConfig;
}

bool is_ours(const audit::NginxError& error) {
  return error.cause == audit::RefusalCause::kNotPermitted;
}

// What nginx makes of the configuration, and what the exporter cannot see; each with a comma.
std::vector<std::string> reservations(const Report& report, const std::vector<Cause>& causes) {
  std::vector<std::string> all;
  const std::vector<audit::NginxError> errors = report.assessment.snapshot.nginx_errors();
  const auto ours = static_cast<std::size_t>(std::ranges::count_if(errors, is_ours));
  if (errors.size() > ours) all.emplace_back("nginx refuses this configuration");
  const auto unread = static_cast<std::size_t>(std::ranges::count_if(causes, [](const Cause& one) {
    return one.first().kind == audit::FindingKind::kUnreadableByExporter;
  }));
  const std::size_t files = std::max(unread, ours);
  if (files > 0) {
    all.push_back(counted(files, "file cannot be read here, and what depends on it is not known",
                          "files cannot be read here, and what depends on them is not known"));
  }
  return all;
}

std::vector<std::string> outages(const std::vector<Cause>& causes) {
  std::vector<std::string> all;
  const std::size_t now = count_of_refusing(causes);
  const std::size_t soon = count_of(causes, Effect::kRefusesSoon);
  if (now > 0) all.push_back(counted(now, "thing refuses", "things refuse") + " clients now");
  if (soon > 0) {
    all.push_back(now > 0 ? std::to_string(soon) + " more within 30 days"
                          : counted(soon, "thing refuses", "things refuse") +
                                " clients within 30 days");
  }
  return all;
}

std::vector<std::string> verdict_of(const Report& report, const std::vector<Cause>& causes) {
  std::vector<std::string> all = reservations(report, causes);
  for (std::string& one : outages(causes)) all.push_back(std::move(one));
  const std::size_t open = open_servers(causes);
  if (open > 0) {
    all.push_back(counted(open, "server block lets", "server blocks let") +
                  " in clients that should not pass");
  }
  const auto others = static_cast<std::size_t>(std::ranges::count_if(causes, is_other_critical));
  if (others > 0)
    all.push_back(counted(others, "other critical finding", "other critical findings"));
  const auto& servers = report.assessment.resolved().servers;
  const bool asks_nobody = std::ranges::none_of(
      servers, [](const config::TlsContext& server) { return config::asks(server); });
  if (!all.empty()) return all;
  return {asks_nobody ? "no server block asks for client certificates, there is nothing to judge"
                      : "nothing refuses clients, and no server block lets in others"};
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
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

std::string headline(const Report& report, const std::vector<Cause>& causes) {
  const Assessment& assessment = report.assessment;
  const std::string host = base::sanitize(report.host);
  const base::sys_seconds now = assessment.snapshot.evaluated_at;
  std::string text = told((host.empty() ? "" : host + ", ") + "nginx " +
                              to_string(assessment.policy().build.version) + ": " +
                              joined(verdict_of(report, causes)),
                          report);
  if (const auto next = next_date(assessment))
    text += told("Next date: " + date(next->at, now) + ", " + next->what, report);
  return text + "\n";
}

ServerNames::ServerNames(const config::ResolvedConfig& resolved) {
  std::map<std::pair<config::Module, std::string>, std::set<std::string>> listens;  // by name
  for (const config::TlsContext& server : resolved.servers)
    listens[{server.id.module, server.id.server}].insert(server.id.listen);
  for (const config::TlsContext& server : resolved.servers) {
    const config::ContextId& id = server.id;
    const bool is_told_apart = listens.at({id.module, id.server}).size() == 1;
    const std::string module =
        id.module == config::Module::kHttp ? "" : std::string(word(id.module)) + " ";
    const std::string name = id.server.empty() ? id.listen
                             : is_told_apart   ? id.server
                                               : id.server + " (" + id.listen + ")";
    names_[id_text(id)] = base::sanitize(module + name, base::kMaxPathBytes);
  }
}

std::string ServerNames::of(const std::string& id) const {
  const auto found = names_.find(id);
  return found == names_.end() ? base::sanitize(id, base::kMaxPathBytes) : found->second;
}

}  // namespace mtls::reports::formats
