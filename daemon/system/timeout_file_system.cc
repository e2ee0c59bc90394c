#include "daemon/system/timeout_file_system.h"

#include <algorithm>

#include "daemon/system/glob.h"

namespace mtls::daemon::system {
namespace {

/// Command lines of processes (/proc/*/cmdline): procfs itself always answers, but what its links
/// lead to may not.
bool asks_processes(const std::string& pattern) {
  return pattern.starts_with("/proc/") && std::count(pattern.begin(), pattern.end(), '/') == 3;
}

}  // namespace

/// A wildcard before the last component may lead anywhere, so such a pattern counts as a mount of
/// its own.
std::optional<std::string> TimeoutFileSystem::mount_to_ask(const std::string& path) {
  const auto table = mounts_.current();
  if (!table->may_block()) return std::nullopt;
  if (const Mount* mount = table->first_remote(path, read_link)) return mount->point;
  if (!is_glob(path.substr(0, path.rfind('/') + 1)) || asks_processes(path)) return std::nullopt;
  return path;
}

template <class Value, class Question>
base::Result<Value> TimeoutFileSystem::ask(const std::string& path, const Question& question) {
  const auto mount = mount_to_ask(path);
  if (!mount) return question(*disk_);
  const auto result = std::make_shared<std::optional<base::Result<Value>>>();
  if (threads_.run(*mount, [result, question, disk = disk_] { *result = question(*disk); })) {
    return std::move(**result);
  }
  base::Error stuck{base::ErrorCode::kStuck,
                    path + ": the file system at " + *mount +
                        " does not answer (repair its server, or unmount it)",
                    std::nullopt};
  const std::lock_guard lock(mutex_);
  if (!stuck_) stuck_ = stuck;
  return tl::unexpected(std::move(stuck));
}

std::optional<base::Error> TimeoutFileSystem::stuck() const {
  const std::lock_guard lock(mutex_);
  return stuck_;
}

base::Result<base::FileContent> TimeoutFileSystem::read(const std::string& path,
                                                        std::size_t limit) {
  return ask<base::FileContent>(
      path, [path, limit](base::FileSystem& disk) { return disk.read(path, limit); });
}

base::Result<std::vector<std::string>> TimeoutFileSystem::glob(const std::string& pattern) {
  return ask<std::vector<std::string>>(
      pattern, [pattern](base::FileSystem& disk) { return disk.glob(pattern); });
}

base::Result<base::FileStamp> TimeoutFileSystem::stat(const std::string& path) {
  return ask<base::FileStamp>(path, [path](base::FileSystem& disk) { return disk.stat(path); });
}

base::Result<DiskTimes> TimeoutFileSystem::times(const std::string& path) {
  return ask<DiskTimes>(path, [path](base::FileSystem&) -> base::Result<DiskTimes> {
    if (const auto times = path_times(path)) return *times;
    return base::fail(base::ErrorCode::kMissing, path + ": leads nowhere");
  });
}

}  // namespace mtls::daemon::system
