#include "daemon/state/state_directory.h"

#include <cstdio>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "daemon/system/log/log.h"
#include "daemon/system/replace_file.h"

namespace mtls::daemon::state {

std::optional<std::string> StateDirectory::read(const std::string& name) const {
  std::ifstream file(path(name), std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(std::istreambuf_iterator<char>(file), {});
  return file.bad() ? std::nullopt : std::optional(std::move(text));
}

bool StateDirectory::write(const std::string& name, std::string_view content) {
  const auto written = system::put_file(path(name), content);
  if (!written && !is_failing_) {
    system::log::log_warn(
        "the state is not kept, and a restart of the exporter will forget it",
        {{"error", base::sanitize(written.error().message, base::kMaxPathBytes)}});
  }
  is_failing_ = !written;
  return written.has_value();
}

void StateDirectory::set_aside(const std::string& name, const std::string& why) {
  const std::string file = path(name);
  std::rename(file.c_str(), (file + ".unused").c_str());
  system::log::log_warn("the state of an earlier run is set aside",
                        {{"path", base::sanitize(file, base::kMaxPathBytes)}, {"reason", why}});
}

}  // namespace mtls::daemon::state
