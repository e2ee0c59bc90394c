#include "daemon/commands/explain.h"

#include <array>
#include <cstdio>

#include "daemon/commands/command.h"
#include "daemon/system/log/log.h"
#include "reports/explain.h"

namespace mtls::daemon::commands {
namespace {

// The beginning of a log is enough.
constexpr std::size_t kMaxInputBytes = std::size_t{1} << 20U;

std::string standard_input() {
  std::string text;
  std::array<char, 4096> some{};
  while (text.size() < kMaxInputBytes) {
    const std::size_t count = std::fread(some.data(), 1, some.size(), stdin);
    if (count == 0) break;
    text.append(some.data(), count);
  }
  return text;
}

}  // namespace

int explain(const settings::Options& options) {
  if (!setup_log(options.log)) return kBroken;
  const reports::Explanation said =
      reports::explain(options.explained.empty() ? standard_input() : options.explained);
  std::fputs(said.unknown.c_str(), stderr);
  int code = said.unknown.empty() ? kClean : kRefused;
  if (const auto printed = print(said.text); !printed) {
    system::log::log_error("the command failed", {{"error", printed.error().message}});
    code = kBroken;
  }
  system::log::close_log();
  return code;
}

}  // namespace mtls::daemon::commands
