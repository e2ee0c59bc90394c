#include "daemon/one_shot.h"

#include <cstdio>

#include "audit/build.h"
#include "daemon/disk.h"
#include "daemon/log.h"
#include "daemon/policy_source.h"

namespace mtls::daemon {

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
    return base::fail(base::ErrorCode::kUnreadable,
                      "standard output does not take the result (it is closed or full)");
  }
  return {};
}

int run_once(
    const Options& options,
    const std::function<base::Result<int>(const audit::Policy&, base::FileSystem&)>& command) {
  if (!setup_log(options.log)) return kBroken;
  Disk disk;
  int code = kRefused;
  if (const auto policy = read_policy(options, disk); !policy) {
    log_error("the settings are no good", {{"error", policy.error().message}});
  } else if (const auto done = command(*policy, disk); !done) {
    log_error("the command failed", {{"error", done.error().message}});
    code = done.error().code == base::ErrorCode::kInvalidArgument ? kRefused : kBroken;
  } else {
    code = *done;
  }
  close_log();
  return code;
}

}  // namespace mtls::daemon
