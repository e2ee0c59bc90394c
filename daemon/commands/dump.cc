#include "daemon/commands/dump.h"

#include "daemon/commands/command.h"

namespace mtls::daemon::commands {
namespace {

base::Result<int> understand(const reports::dump::Format& format, const audit::Policy& policy,
                             base::FileSystem& disk) {
  const auto snapshot = evaluate(policy, disk, wall_clock());
  const reports::Assessment assessment{.snapshot = *snapshot};
  const auto printed = print(format.render({.assessment = assessment, .disk = disk}));
  if (!printed) return tl::unexpected(printed.error());
  return snapshot->nginx_errors().empty() ? kClean : kRefused;
}

}  // namespace

int dump(const settings::Options& options) {
  return run_command(options, [&](const audit::Policy& policy, base::FileSystem& disk) {
    return understand(*options.dump_format, policy, disk);
  });
}

}  // namespace mtls::daemon::commands
