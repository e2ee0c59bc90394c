#include "daemon/commands/command.h"

#include <cstdio>
#include <new>

#include "audit/build.h"
#include "base/shortage.h"
#include "daemon/inputs/ingress_conf.h"
#include "daemon/settings/policy_source.h"
#include "daemon/system/disk.h"
#include "daemon/system/log/log.h"
#include "daemon/system/memory.h"
#include "daemon/system/timeout_file_system.h"

namespace mtls::daemon::commands {

base::sys_seconds wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::shared_ptr<const audit::Snapshot> evaluate(const audit::Policy& policy, base::FileSystem& disk,
                                                base::sys_seconds at) {
  return audit::build(
      {.policy = policy, .disk = disk, .now = at, .previous = nullptr, .changes = {}});
}

base::Result<void> print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) {
    return base::fail(
        base::ErrorCode::kUnreadable,
        "cannot write the result to standard output: it is closed, or the disk is full");
  }
  return {};
}

base::Result<void> check_whole(const inputs::Inputs& inputs, const audit::Snapshot& snapshot,
                               const std::string& flag) {
  for (const std::string& path : snapshot.config->document->files) {
    if (inputs.is_in_dump(path)) continue;
    return base::fail(base::ErrorCode::kInvalidArgument,
                      (flag + ": the dump is not whole, it lacks ").append(path));
  }
  return {};
}

namespace {

// The policy, and everything that the settings name known as paths of this machine.
base::Result<audit::Policy> policy_of(const settings::Options& options, inputs::Inputs& inputs) {
  settings::Options found = options;
  found.nginx_conf = inputs.main_path();
  if (!options.manifests.empty() && !found.nginx_version)
    found.nginx_version = inputs::kIngressNginx;
  auto policy = settings::read_policy(found, inputs.disk(), inputs.host());
  if (!policy) {
    system::log::log_error("invalid settings", {{"error", policy.error().message}});
    return policy;
  }
  for (const audit::CanarySetting& canary : policy->canaries) inputs.add_own(canary.certificate);
  if (inputs.is_away()) policy->missing_files = audit::MissingFiles::kWarning;
  const bool is_bundle = !options.check.bundle.empty();
  if (const auto main =
          is_bundle ? std::nullopt : inputs.wrap_vhost(policy->nginx_conf, policy->build)) {
    policy->nginx_conf = *main;
  }
  return policy;
}

base::Result<int> run_with_inputs(const settings::Options& options, base::FileSystem& disk,
                                  const CommandBody& command) {
  const auto inputs = inputs::Inputs::open({.root = options.root,
                                            .dump = options.nginx_dump,
                                            .manifests = options.manifests,
                                            .nginx_conf = options.nginx_conf},
                                           disk);
  if (!inputs) return tl::unexpected(inputs.error());
  const auto policy = policy_of(options, **inputs);
  return policy ? command(*policy, **inputs) : kRefused;
}

using DiskBody = std::function<base::Result<int>(base::FileSystem& disk)>;

// A result is not to be trusted if memory or descriptors ran out meanwhile (base/shortage.h), or if
// some files did not answer.
base::Result<int> run_with_means(const DiskBody& command) {
  const base::ShortageWatch shortage;
  const system::GivesUpWithoutMemory gives_up;
  base::Result<int> code = kRefused;
  try {
    system::Mounts mounts;
    system::MountThreads mount_threads(system::kStuckAfter);
    system::TimeoutFileSystem disk(std::make_shared<system::Disk>(), mounts, mount_threads);
    code = command(disk);
    if (const auto stuck = disk.stuck()) code = tl::unexpected(*stuck);
  } catch (const std::bad_alloc&) {
    base::note(base::Shortage::kMemory);
  }
  if (const auto lack = shortage.seen()) {
    return base::fail(
        base::ErrorCode::kInternal,
        "ran out of " + std::string(word(*lack)) +
            ", so the result would not be reliable (raise the limit and repeat the command)");
  }
  return code;
}

}  // namespace

int run_command(const settings::Options& options, const CommandBody& command) {
  return run_alone(options,
                   [&](base::FileSystem& disk) { return run_with_inputs(options, disk, command); });
}

int run_alone(const settings::Options& options, const DiskBody& command) {
  if (const auto log = system::log::setup_log(options.log); !log) {
    std::fprintf(stderr, "%s\n", log.error().message.c_str());
    return kBroken;
  }
  const base::Result<int> code = run_with_means(command);
  if (!code) system::log::log_error("the command failed", {{"error", code.error().message}});
  system::log::close_log();
  if (code) return *code;
  return code.error().code == base::ErrorCode::kInvalidArgument ? kRefused : kBroken;
}

}  // namespace mtls::daemon::commands
