#include "daemon/system/process_metrics.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <sstream>
#include <string>

#include "daemon/system/file_descriptor.h"

namespace mtls::daemon::system {
namespace {

// proc(5) counts from 1; the first field after the command is number 3.
constexpr std::size_t kFirstField = 3;
constexpr std::size_t kUserTicks = 14 - kFirstField;
constexpr std::size_t kSystemTicks = 15 - kFirstField;
constexpr std::size_t kThreads = 20 - kFirstField;
constexpr std::size_t kStartTicks = 22 - kFirstField;
constexpr std::size_t kVirtualBytes = 23 - kFirstField;
constexpr std::size_t kResidentPages = 24 - kFirstField;

double seconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Not from btime of /proc/stat, which ProcSubset=pid hides.
double start_time(double start_ticks, double ticks_per_second) {
  static const double kStart =
      seconds(CLOCK_REALTIME) - seconds(CLOCK_BOOTTIME) + start_ticks / ticks_per_second;
  return kStart;
}

double soft_limit(__rlimit_resource resource) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return -1;
  return static_cast<double>(limit.rlim_cur);
}

base::Result<double> count_open_fds() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), ::closedir);
  if (!directory) {
    return base::fail(base::ErrorCode::kUnreadable, "cannot list /proc/self/fd");
  }
  double entries = 0;
  while (::readdir(directory.get()) != nullptr) ++entries;
  return entries - 3;  // `.`, `..` and the directory itself
}

}  // namespace

base::Result<ProcessStat> parse_process_stat(std::string_view text) {
  const std::size_t command_end = text.rfind(')');
  std::array<std::string, kResidentPages + 1> fields;
  std::istringstream rest(std::string(
      text.substr(command_end == std::string_view::npos ? text.size() : command_end + 1)));
  for (std::string& field : fields) rest >> field;
  if (!rest) return base::fail(base::ErrorCode::kParse, "/proc/self/stat has too few fields");

  const auto number = [&](std::size_t index) {
    return std::strtod(fields[index].c_str(), nullptr);
  };
  return ProcessStat{.cpu_ticks = number(kUserTicks) + number(kSystemTicks),
                     .threads = number(kThreads),
                     .start_ticks = number(kStartTicks),
                     .virtual_memory_bytes = number(kVirtualBytes),
                     .resident_pages = number(kResidentPages)};
}

base::Result<ProcessMetrics> read_process_metrics() {
  const base::Result<double> open_fds = count_open_fds();
  if (!open_fds) return tl::unexpected(open_fds.error());
  const FileDescriptor file(::open("/proc/self/stat", O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> text{};
  const ssize_t size = file ? ::read(file.get(), text.data(), text.size()) : -1;
  if (size < 0) return base::fail(base::ErrorCode::kUnreadable, "cannot read /proc/self/stat");
  const base::Result<ProcessStat> stat =
      parse_process_stat({text.data(), static_cast<std::size_t>(size)});
  if (!stat) return tl::unexpected(stat.error());

  const double ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const double page_bytes = static_cast<double>(::sysconf(_SC_PAGESIZE));
  return ProcessMetrics{.cpu_seconds = stat->cpu_ticks / ticks_per_second,
                        .open_fds = *open_fds,
                        .max_fds = soft_limit(RLIMIT_NOFILE),
                        .virtual_memory_bytes = stat->virtual_memory_bytes,
                        .virtual_memory_max_bytes = soft_limit(RLIMIT_AS),
                        .resident_memory_bytes = stat->resident_pages * page_bytes,
                        .start_time_seconds = start_time(stat->start_ticks, ticks_per_second),
                        .threads = stat->threads};
}

}  // namespace mtls::daemon::system
