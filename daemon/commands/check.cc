#include "daemon/commands/check.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>

#include <unistd.h>

#include "base/text.h"
#include "collectors/collect.h"
#include "config/include.h"
#include "daemon/commands/baseline.h"
#include "daemon/commands/clients.h"
#include "daemon/commands/command.h"
#include "daemon/commands/observed_state.h"
#include "daemon/commands/progress.h"
#include "daemon/commands/terminal.h"
#include "daemon/inputs/bundle_conf.h"
#include "daemon/settings/build_info.h"
#include "daemon/settings/policy_source.h"

namespace mtls::daemon::commands {
namespace {

using inputs::absolute_path;

std::string working_directory() {
  std::error_code no_directory;
  return std::filesystem::current_path(no_directory).string();
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

// What is compared with what `--against` names.
struct Compared {
  std::unique_ptr<inputs::Inputs> inputs;
  std::shared_ptr<const audit::Snapshot> snapshot;
  reports::Comparison comparison;
};

int exit_code(const audit::Snapshot& snapshot, const reports::Comparison* comparison,
              std::optional<audit::Severity> bar) {
  if (!snapshot.nginx_errors().empty()) return kRefused;
  if (!bar) return kClean;
  if (comparison != nullptr) return reports::is_worse(*comparison, *bar) ? kFindings : kClean;
  const std::vector<audit::Finding> findings = reports::findings_of(snapshot);
  const bool is_over = std::any_of(findings.begin(), findings.end(),
                                   [&](const auto& finding) { return finding.severity <= *bar; });
  return is_over ? kFindings : kClean;
}

// What the engine reads: the inputs, the clients of --clients, and the configuration of CA_BUNDLE.
struct Layers {
  explicit Layers(inputs::Inputs& inputs, const settings::CheckOptions& options)
      : clients(inputs.files()), files(inputs::kBundleConf, conf(options), clients) {}
  Layers(inputs::Inputs& inputs, const Layers& other)
      : clients(inputs.files(), other.clients), files(inputs::kBundleConf, "", clients) {}

  static std::string conf(const settings::CheckOptions& options) {
    return inputs::bundle_conf(absolute_path(options.bundle));
  }

  inputs::ClientFiles clients;
  inputs::MadeUpFile files;
};

base::Result<Compared> compare(const settings::Options& options, inputs::Inputs& inputs,
                               const Layers& layers, const audit::Snapshot& snapshot) {
  audit::Policy policy = *snapshot.policy;
  auto baseline = open_baseline(options, inputs, policy);
  if (!baseline) return tl::unexpected(baseline.error());
  Layers below(**baseline, layers);
  Compared compared{.inputs = std::move(*baseline),
                    .snapshot = evaluate(policy, below.files, snapshot.evaluated_at),
                    .comparison = {}};
  if (const auto whole = check_whole(*compared.inputs, *compared.snapshot, "--against"); !whole)
    return tl::unexpected(whole.error());
  const reports::Assessment before{.snapshot = *compared.snapshot};
  const reports::Assessment now{.snapshot = snapshot};
  compared.comparison = reports::compare(before, now);
  if (!options.check.observed) return compared;
  auto store = open_observed(options, inputs.disk());
  if (!store) return tl::unexpected(store.error());
  const auto clients = store->load();
  if (!clients) return tl::unexpected(clients.error());
  add_observed(*clients, before, now, compared.comparison);
  return compared;
}

// What the command line asks of the policy.
void apply(const settings::CheckOptions& options, audit::Policy& policy) {
  policy.keys = options.keys;
  if (options.profile) policy.profile = *options.profile;
  if (options.missing_files) policy.missing_files = *options.missing_files;
  if (!options.bundle.empty()) assess_bundle_alone(options, policy);
}

base::Result<std::shared_ptr<const audit::Snapshot>> judge(const settings::CheckOptions& options,
                                                           audit::Policy policy,
                                                           inputs::Inputs& inputs, Layers& layers) {
  apply(options, policy);
  if (const auto good = add_clients(options, inputs, layers.clients, policy); !good)
    return tl::unexpected(good.error());
  const base::sys_seconds now = wall_clock();
  const base::sys_seconds at = settings::instant_of(options.at, now);
  if (at > now) policy.files_as_of = now;
  auto snapshot = evaluate(policy, layers.files, at);
  if (const auto whole = check_whole(inputs, *snapshot, "--nginx.dump"); !whole)
    return tl::unexpected(whole.error());
  if (const auto good = check_clients(options, *snapshot); !good)
    return tl::unexpected(good.error());
  return snapshot;
}

base::Result<int> assess(const settings::Options& all, const audit::Policy& policy,
                         inputs::Inputs& inputs) {
  const settings::CheckOptions& options = all.check;
  Layers layers(inputs, options);
  std::optional<Progress> progress(std::in_place,
                                   "reading and judging " + base::sanitize(policy.nginx_conf));
  const auto snapshot = judge(options, policy, inputs, layers);
  if (!snapshot) return tl::unexpected(snapshot.error());
  std::optional<Compared> compared;
  if (!options.against.empty()) {
    progress->now("reading and judging " + base::sanitize(options.against));
    auto done = compare(all, inputs, layers, **snapshot);
    if (!done) return tl::unexpected(done.error());
    compared = std::move(*done);
  }
  const reports::Comparison* comparison = compared ? &compared->comparison : nullptr;
  const reports::Assessment assessment{.snapshot = **snapshot};
  const reports::formats::Report report{
      .assessment = assessment,
      .host = options.bundle.empty() && !inputs.is_away() ? settings::host_name() : "",
      .issues = comparison != nullptr ? comparison->worse : reports::issues_of(assessment),
      .accepted = reports::accepted_issues_of(assessment),
      .against = comparison,
      .against_name = options.against,
      .fail_on = options.fail_on,
      .version = std::string(settings::exporter_version()),
      .directory = working_directory(),
      .here = [&](const std::string& path) { return inputs.here(path); },
      .metrics =
          [&] {
            return collectors::render(
                collectors::collect(**snapshot, (*snapshot)->policy->limits).families);
          },
      .style = text_style(),
      .columns = terminal_columns(STDOUT_FILENO),
      .text_of = text_source(layers.files)};
  const std::string text = options.format->render(report);
  progress.reset();
  const auto printed = print(text);
  if (!printed) return tl::unexpected(printed.error());
  if (options.format->exit_code != nullptr) return options.format->exit_code(report);
  return exit_code(**snapshot, comparison, options.fail_on);
}

}  // namespace

int check(const settings::Options& options) {
  return run_command(options, [&](const audit::Policy& policy, inputs::Inputs& inputs) {
    return assess(options, policy, inputs);
  });
}

}  // namespace mtls::daemon::commands
