#include "daemon/check_command.h"

#include <algorithm>
#include <filesystem>

#include "config/include.h"
#include "daemon/one_shot.h"
#include "reports/check_json.h"
#include "reports/check_text.h"

namespace mtls::daemon {
namespace {

// Relative to where the command was started.
std::string absolute(const std::string& path) {
  std::error_code no_directory;
  return std::filesystem::absolute(path, no_directory).string();
}

audit::Policy policy_for_clients(audit::Policy policy,
                                 const std::vector<ClientCertificate>& clients) {
  policy.canaries.clear();
  for (const ClientCertificate& client : clients) {
    policy.canaries.push_back({.name = client.name,
                               .certificate = absolute(client.path),
                               .expect = audit::Expect::kAccept,
                               .servers = {}});
  }
  return policy;
}

/// kInvalidArgument: a file of --client-cert holds no certificate that can be read.
base::Result<void> check_clients(const audit::Snapshot& snapshot) {
  for (const audit::Canary& canary : snapshot.canaries) {
    const audit::MaterialFile& file = *snapshot.material.at(canary.path);
    if (file.error) {
      return base::fail(base::ErrorCode::kInvalidArgument, "--client-cert: " + file.error->message);
    }
    if (file.material->certificates.empty()) {
      return base::fail(base::ErrorCode::kInvalidArgument,
                        "--client-cert: " + canary.path + " holds no certificate");
    }
  }
  return {};
}

// For the excerpts; one that has gone since goes without.
std::map<std::string, std::string> texts_of(const audit::Snapshot& snapshot,
                                            base::FileSystem& disk) {
  std::map<std::string, std::string> texts;
  for (const audit::NginxError& error : snapshot.nginx_errors()) {
    if (error.file.empty() || texts.contains(error.file)) continue;
    const auto content = disk.read(error.file, config::IncludeLimits{}.max_file_bytes);
    if (content) texts.emplace(error.file, content->text());
  }
  return texts;
}

int exit_code(const audit::Snapshot& snapshot, std::optional<audit::Severity> bar) {
  if (!snapshot.nginx_errors().empty()) return kRefused;
  if (!bar) return kClean;
  const std::vector<audit::Finding> findings = reports::findings_of(snapshot);
  const bool is_over = std::any_of(findings.begin(), findings.end(), [&](const auto& finding) {
    return audit::row(finding.kind).severity <= *bar;
  });
  return is_over ? kFindings : kClean;
}

base::Result<int> assess(const CheckOptions& options, audit::Policy policy,
                         base::FileSystem& disk) {
  policy.keys = options.keys;
  const base::sys_seconds at = instant_of(options.at, wall_clock());
  const auto snapshot = evaluate(policy, disk, at);
  reports::Assessment assessment{.snapshot = *snapshot, .policy = policy};
  std::shared_ptr<const audit::Snapshot> clients;
  if (!options.clients.empty()) {
    // On their own: a client of the command line raises no finding, a canary does.
    clients = evaluate(policy_for_clients(policy, options.clients), disk, at);
    if (const auto good = check_clients(*clients); !good) return tl::unexpected(good.error());
    assessment.clients = clients.get();
  }
  const bool is_json = options.format == CheckFormat::kJson;
  const auto printed = print(is_json ? reports::check_json(assessment)
                                     : reports::check_text(assessment, texts_of(*snapshot, disk)));
  if (!printed) return tl::unexpected(printed.error());
  return exit_code(*snapshot, options.fail_on);
}

}  // namespace

int check(const Options& options) {
  return run_once(options, [&](const audit::Policy& policy, base::FileSystem& disk) {
    return assess(options.check, policy, disk);
  });
}

}  // namespace mtls::daemon
