#include "daemon/app/start.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "daemon/system/last_words.h"
#include "daemon/system/log/log.h"

namespace mtls::daemon::app {

void hold_hangups(int how) {
  sigset_t hangup;
  sigemptyset(&hangup);
  sigaddset(&hangup, SIGHUP);
  pthread_sigmask(how, &hangup, nullptr);
}

void end_at_once_on_terminate() {
  std::signal(SIGTERM, [](int) { std::_Exit(0); });
}

void prepare_last_words() {
  system::set_last_words(system::log::error_line(
      "cannot start", {{"error",
                        "the system refused a thread, memory or a descriptor (raise the service's "
                        "TasksMax=, MemoryMax= or LimitNOFILE=, or the ulimit)"}}));
}

base::Result<std::unique_ptr<web::auth::LiveWebConfig>> open_web_config(
    const std::string& path, base::FileSystem& disk, base::FileSystem& web_disk) {
  if (path.empty()) return nullptr;
  std::error_code ignored;  // the working directory may be gone
  auto config =
      web::auth::LiveWebConfig::open(disk, std::filesystem::absolute(path, ignored).string());
  if (config) (*config)->switch_to(web_disk);
  return config;
}

}  // namespace mtls::daemon::app
