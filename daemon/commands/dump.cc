#include "daemon/commands/dump.h"

#include <optional>

#include "base/text.h"
#include "daemon/commands/command.h"
#include "daemon/commands/progress.h"

namespace mtls::daemon::commands {
namespace {

base::Result<int> understand(const reports::dump::Format& format, const audit::Policy& policy,
                             inputs::Inputs& inputs) {
  std::optional<Progress> progress(std::in_place, "reading " + base::sanitize(policy.nginx_conf));
  const auto snapshot = evaluate(policy, inputs.files(), wall_clock());
  if (const auto whole = check_whole(inputs, *snapshot, "--nginx.dump"); !whole)
    return tl::unexpected(whole.error());
  const reports::Assessment assessment{.snapshot = *snapshot};
  const std::string text = format.render({.assessment = assessment, .disk = inputs.files()});
  progress.reset();
  const auto printed = print(text);
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
