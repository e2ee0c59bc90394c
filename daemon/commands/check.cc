#include "daemon/commands/check.h"

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include <unistd.h>

#include "collectors/collect.h"
#include "config/include.h"
#include "daemon/commands/command.h"
#include "daemon/inputs/bundle_conf.h"
#include "daemon/settings/build_info.h"

namespace mtls::daemon::commands {
namespace {

using inputs::absolute_path;

std::string working_directory() {
  std::error_code no_directory;
  return std::filesystem::current_path(no_directory).string();
}

bool is_pattern(const std::string& path) { return path.find_first_of("*?[") != std::string::npos; }

base::Result<void> mistake(const std::string& text) {
  return base::fail(base::ErrorCode::kInvalidArgument, text);
}

/// kInvalidArgument: a pattern matches no file, or a canary of the settings has the client's name.
base::Result<void> add_clients(const std::vector<settings::ClientCertificate>& clients,
                               inputs::Inputs& inputs, audit::Policy& policy) {
  const std::vector<audit::CanarySetting> settings = policy.canaries;
  for (const settings::ClientCertificate& client : clients) {
    const std::string path = client.path.empty() ? "" : absolute_path(client.path);
    inputs.add_own(path);
    if (is_pattern(path) && inputs.disk().glob(path).value_or(std::vector<std::string>{}).empty()) {
      return mistake("--client-cert: no file matches " + path);
    }
    const bool is_taken = std::any_of(settings.begin(), settings.end(), [&](const auto& canary) {
      return canary.name == client.name;
    });
    if (is_taken) {
      return mistake("--client-cert: the settings have a canary named \"" + client.name +
                     "\" already");
    }
    policy.canaries.push_back({.name = client.name,
                               .certificate = path,
                               .expect = audit::Expect::kNothing,
                               .servers = {}});
  }
  return {};
}

/// kInvalidArgument: the file of a client on the command line holds no readable certificate.
base::Result<void> check_clients(const settings::CheckOptions& options,
                                 const audit::Snapshot& snapshot) {
  for (const audit::Canary& canary : snapshot.canaries) {
    const bool is_named = canary.expect == audit::Expect::kNothing || !options.bundle.empty();
    if (!is_named || canary.path.empty()) continue;
    const audit::MaterialFile& file = *snapshot.material.at(canary.path);
    if (file.error) return mistake(file.error->message);
    if (file.material->certificates.empty()) {
      return mistake(
          canary.path +
          ": no certificate in this file (name a PEM file with the client's certificate)");
    }
  }
  return {};
}

// CA_BUNDLE [CLIENT_CERT] replace nginx's configuration and the canaries of the settings.
void assess_bundle_alone(const settings::CheckOptions& options, audit::Policy& policy) {
  policy.nginx_conf = inputs::kBundleConf;
  policy.canaries.clear();
  policy.rules.disabled.insert(audit::FindingKind::kAcceptanceUnused);  // of those for the servers
  if (options.bundle_client.empty()) return;
  policy.canaries.push_back({.name = options.bundle_client,
                             .certificate = absolute_path(options.bundle_client),
                             .expect = audit::Expect::kAccept,
                             .servers = {}});
}

// For excerpts: each file is read when its text is first asked for. "": it has gone since.
std::function<std::string(const std::string&)> text_source(base::FileSystem& disk) {
  return [&disk, texts = std::map<std::string, std::string>{}](const std::string& path) mutable {
    const auto [text, is_new] = texts.try_emplace(path);
    if (is_new) {
      const auto content = disk.read(path, config::IncludeLimits{}.max_file_bytes);
      if (content) text->second = content->text();
    }
    return text->second;
  };
}

int exit_code(const audit::Snapshot& snapshot, std::optional<audit::Severity> bar) {
  if (!snapshot.nginx_errors().empty()) return kRefused;
  if (!bar) return kClean;
  const std::vector<audit::Finding> findings = reports::findings_of(snapshot);
  const bool is_over = std::any_of(findings.begin(), findings.end(),
                                   [&](const auto& finding) { return finding.severity <= *bar; });
  return is_over ? kFindings : kClean;
}

reports::formats::TextStyle text_style() {
  const char* terminal = std::getenv("TERM");
  const char* no_colour = std::getenv("NO_COLOR");
  if (isatty(STDOUT_FILENO) == 0) return reports::formats::TextStyle::kPlain;
  const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  const bool is_wanted = no_colour == nullptr || *no_colour == '\0';  // no-color.org
  return is_wanted && !is_dumb ? reports::formats::TextStyle::kColour
                               : reports::formats::TextStyle::kTable;
}

// "": the system does not tell.
std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

base::Result<int> assess(const settings::CheckOptions& options, audit::Policy policy,
                         inputs::Inputs& inputs) {
  policy.keys = options.keys;
  if (options.profile) policy.profile = *options.profile;
  if (options.missing_files) policy.missing_files = *options.missing_files;
  if (!options.bundle.empty()) assess_bundle_alone(options, policy);
  if (const auto good = add_clients(options.clients, inputs, policy); !good) {
    return tl::unexpected(good.error());
  }
  inputs::MadeUpFile files(inputs::kBundleConf, inputs::bundle_conf(absolute_path(options.bundle)),
                           inputs.files());
  const auto snapshot = evaluate(policy, files, settings::instant_of(options.at, wall_clock()));
  if (const auto whole = check_whole(inputs, *snapshot); !whole)
    return tl::unexpected(whole.error());
  if (const auto good = check_clients(options, *snapshot); !good)
    return tl::unexpected(good.error());
  const reports::Assessment assessment{.snapshot = *snapshot};
  const reports::formats::Report report{
      .assessment = assessment,
      .host = options.bundle.empty() ? host_name() : "",
      .issues = reports::formats::issues_of(assessment),
      .accepted = reports::formats::accepted_issues_of(assessment),
      .fail_on = options.fail_on,
      .version = std::string(settings::exporter_version()),
      .directory = working_directory(),
      .here = [&](const std::string& path) { return inputs.here(path); },
      .metrics =
          [&] {
            return collectors::render(
                collectors::collect(*snapshot, snapshot->policy->limits).families);
          },
      .style = text_style(),
      .text_of = text_source(files)};
  const auto printed = print(options.format->render(report));
  if (!printed) return tl::unexpected(printed.error());
  if (options.format->exit_code != nullptr) return options.format->exit_code(report);
  return exit_code(*snapshot, options.fail_on);
}

}  // namespace

int check(const settings::Options& options) {
  return run_command(options, [&](const audit::Policy& policy, inputs::Inputs& inputs) {
    return assess(options.check, policy, inputs);
  });
}

}  // namespace mtls::daemon::commands
