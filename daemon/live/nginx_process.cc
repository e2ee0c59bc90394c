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
std::string executable_of(const std::string& process) {
  std::error_code unreadable;
  std::string path = std::filesystem::read_symlink(process + "/exe", unreadable).string();
  constexpr std::string_view kReplaced = " (deleted)";
  if (path.ends_with(kReplaced)) path.resize(path.size() - kReplaced.size());
  return path;
}

}  // namespace

std::vector<running::NginxMaster> find_masters(base::FileSystem& disk, const std::string& root) {
  std::vector<running::NginxMaster> masters;
  const std::string proc = root + "/proc/";
  const auto titles = disk.glob(proc + "[0-9]*/cmdline");
  if (!titles) return masters;
  for (const std::string& path : *titles) {
    const auto title = disk.read(path, kMaxTitleBytes);
    auto master = title ? running::parse_master_title(title->text()) : std::nullopt;
    const std::string process = path.substr(0, path.rfind('/'));
    if (!master || !has_our_root(process) || !make_absolute(master->prefix, process)) continue;
    const char* const number = process.data() + proc.size();
    std::from_chars(number, process.data() + process.size(), master->pid);
    master->binary = process + "/exe";
    master->executable = executable_of(process);
    masters.push_back(std::move(*master));
  }
  std::sort(
      masters.begin(), masters.end(),
      [](const running::NginxMaster& a, const running::NginxMaster& b) { return a.pid < b.pid; });
  return masters;
}

}  // namespace mtls::daemon::live
