#include "daemon/commands/dump.h"

#include "daemon/commands/command.h"

namespace mtls::daemon::commands {
namespace {

base::Result<int> understand(const reports::dump::Format& format, const audit::Policy& policy,
                             inputs::Inputs& inputs) {
  const auto snapshot = evaluate(policy, inputs.files(), wall_clock());
  if (const auto whole = check_whole(inputs, *snapshot, "--nginx.dump"); !whole)
    return tl::unexpected(whole.error());
  const reports::Assessment assessment{.snapshot = *snapshot};
  const auto printed = print(format.render({.assessment = assessment, .disk = inputs.files()}));
  if (!printed) return tl::unexpected(printed.error());
  return snapshot->nginx_errors().empty() ? kClean : kRefused;
}

}  // namespace

int dump(const settings::Options& options) {
  return run_command(options, [&](const audit::Policy& policy, inputs::Inputs& inputs) {
    return understand(*options.dump_format, policy, inputs);
  });
}

}  // namespace mtls::daemon::commands
