#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iostream>

#include "daemon/app/app.h"
#include "daemon/commands/check.h"
#include "daemon/commands/dump.h"
#include "daemon/commands/explain.h"
#include "daemon/commands/fix.h"
#include "daemon/commands/observed_list.h"
#include "daemon/settings/options.h"
#include "daemon/system/last_words.h"
#include "daemon/system/memory.h"

namespace {

// The kernel's table of descriptors grows by doubling, and in a process with threads each step
// waits for all processors (Linux, fs/file.c, expand_fdtable). For those milliseconds nothing is
// accepted, and in a flood of connections the listen queue overflows. While there is only one
// thread, growing costs nothing.
void widen_descriptor_table() {
  constexpr rlim_t kRoom = 4096;  // LimitNOFILE= of the service
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == 0) return;
  const auto highest = static_cast<int>(std::min(limit.rlim_cur, kRoom) - 1);
  const int file = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, highest);
  if (file >= 0) ::close(file);
}

int run(const mtls::daemon::settings::Options& options) {
  switch (options.command) {
    case mtls::daemon::settings::Command::kCheck: return mtls::daemon::commands::check(options);
    case mtls::daemon::settings::Command::kDump: return mtls::daemon::commands::dump(options);
    case mtls::daemon::settings::Command::kExplain: return mtls::daemon::commands::explain(options);
    case mtls::daemon::settings::Command::kFix: return mtls::daemon::commands::fix(options);
    case mtls::daemon::settings::Command::kClients:
      return mtls::daemon::commands::list_clients(options);
    case mtls::daemon::settings::Command::kServe: break;
  }
  widen_descriptor_table();
  return mtls::daemon::app::serve(options);
}

// If whoever started us closed a standard descriptor, a socket would soon get its number and
// receive what we write to stderr. Opened for reading only, so that such writes still fail and are
// counted.
void open_standard_descriptors() {
  while (true) {
    const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);  // the lowest free one
    if (file <= STDERR_FILENO && file >= 0) continue;
    ::close(file);
    return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves early must not end the process
  open_standard_descriptors();
  mtls::daemon::system::prepare_memory();
  mtls::daemon::system::set_last_words(
      "nginx-mtls-exporter: cannot start: the system refused a thread, memory or a descriptor");
  const auto options = mtls::daemon::settings::parse_options(argc, argv);
  if (const auto* leave = std::get_if<mtls::daemon::settings::Leave>(&options)) {
    (leave->code == 0 ? std::cout : std::cerr) << leave->text;
    return leave->code;
  }
  return run(std::get<mtls::daemon::settings::Options>(options));
}
