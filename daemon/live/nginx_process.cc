#include "daemon/live/nginx_process.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

namespace mtls::daemon::live {
namespace {

constexpr std::size_t kMaxTitleBytes = std::size_t{1} << 20U;

// A process in a container has another root. If we may not look, we assume that it has ours.
bool has_our_root(const std::string& process) {
  struct stat theirs{};
  struct stat ours{};
  if (::stat((process + "/root/").c_str(), &theirs) != 0 || ::stat("/", &ours) != 0) return true;
  return theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

// -p is relative to the directory in which the master was started (R1.40).
bool make_absolute(std::optional<std::string>& prefix, const std::string& process) {
  if (!prefix || prefix->starts_with('/')) return true;
  std::error_code unreadable;
  const auto directory = std::filesystem::read_symlink(process + "/cwd", unreadable);
  if (unreadable) return false;
  prefix = (directory / *prefix).lexically_normal().string();
  return true;
}

// The link of a file that was replaced ends with ` (deleted)` (proc_pid_exe(5)).
struct Executable {
  std::string path;  // "": only root may know
  bool is_replaced = false;
};

Executable executable_of(const std::string& process) {
  std::error_code unreadable;
  std::string path = std::filesystem::read_symlink(process + "/exe", unreadable).string();
  constexpr std::string_view kReplaced = " (deleted)";
  const bool is_replaced = path.ends_with(kReplaced);
  if (is_replaced) path.resize(path.size() - kReplaced.size());
  return {.path = std::move(path), .is_replaced = is_replaced};
}

}  // namespace

std::optional<FoundMaster> master_at(const std::string& process, std::string_view title) {
  auto master = running::parse_title(title);
  if (!master || !has_our_root(process) || !make_absolute(master->prefix, process))
    return std::nullopt;
  const std::size_t number = process.rfind('/') + 1;
  std::from_chars(process.data() + number, process.data() + process.size(), master->pid);
  master->binary = process + "/exe";
  Executable executable = executable_of(process);
  master->executable = std::move(executable.path);
  return FoundMaster{.master = std::move(*master), .is_replaced = executable.is_replaced};
}

std::vector<running::NginxMaster> find_masters(base::FileSystem& disk, const std::string& root) {
  std::vector<running::NginxMaster> masters;
  const std::string proc = root + "/proc/";
  const auto titles = disk.glob(proc + "[0-9]*/cmdline");
  if (!titles) return masters;
  for (const std::string& path : *titles) {
    const auto title = disk.read(path, kMaxTitleBytes);
    auto found = title ? master_at(path.substr(0, path.rfind('/')), title->text()) : std::nullopt;
    if (found) masters.push_back(std::move(found->master));
  }
  std::sort(
      masters.begin(), masters.end(),
      [](const running::NginxMaster& a, const running::NginxMaster& b) { return a.pid < b.pid; });
  return masters;
}

}  // namespace mtls::daemon::live
