#include "daemon/live/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <memory>
#include <optional>

#include "daemon/live/nginx_process.h"
#include "daemon/system/file_descriptor.h"
#include "running/process_facts.h"
#include "running/process_title.h"

namespace mtls::daemon::live {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;
// A process gets its title soon after its birth.
constexpr std::int64_t kYoungMilliseconds = 3'000;
// A number may have gone to another process meanwhile.
constexpr std::int64_t kAskAllMilliseconds = 60'000;

std::int64_t nanoseconds(clockid_t clock) {
  timespec at{};
  ::clock_gettime(clock, &at);
  return static_cast<std::int64_t>(at.tv_sec) * 1'000'000'000 + at.tv_nsec;
}

// Where this thread has to wait between the two clocks, it asks again.
std::int64_t boot_time() {
  constexpr std::int64_t kAtOnce = 100'000;
  std::int64_t boot = 0;
  for (int attempt = 0; attempt < 10; ++attempt) {
    const std::int64_t before = nanoseconds(CLOCK_BOOTTIME);
    const std::int64_t realtime = nanoseconds(CLOCK_REALTIME);
    const std::int64_t after = nanoseconds(CLOCK_BOOTTIME);
    boot = realtime - before;
    if (after - before < kAtOnce) break;
  }
  return boot;
}

// nullopt: it cannot be read.
std::optional<std::string> read_proc(const std::string& path) {
  const system::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::string text;
  std::array<char, 4096> block{};
  while (text.size() < kMaxBytes) {
    const ssize_t got = ::read(file.get(), block.data(), block.size());
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    text.append(block.data(), static_cast<std::size_t>(got));
  }
  return text;
}

std::vector<int> numbered_entries(const std::string& directory) {
  std::vector<int> pids;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
  if (!open) return pids;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name(entry->d_name);
    int pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error == std::errc{} && end == name.data() + name.size()) pids.push_back(pid);
  }
  std::ranges::sort(pids);
  return pids;
}

}  // namespace

ProcessTable::ProcessTable(Describe describe, std::string proc)
    : describe_(std::move(describe)), proc_(std::move(proc)) {}

std::string ProcessTable::path_of(Pid pid, const char* file) const {
  return proc_ + "/" + std::to_string(pid) + "/" + file;
}

// Those that are new, young or known as masters.
std::vector<ProcessTable::Pid> ProcessTable::pids_to_ask(std::int64_t now_ms) {
  const std::vector<Pid> there = numbered_entries(proc_);
  const bool ask_all = now_ms - asked_all_ms_ >= kAskAllMilliseconds;
  if (ask_all) asked_all_ms_ = now_ms;
  std::erase_if(known_,
                [&](const auto& entry) { return !std::ranges::binary_search(there, entry.first); });
  std::vector<Pid> asked;
  for (const Pid pid : there) {
    const auto [entry, is_new] = known_.try_emplace(pid, Known{.since_ms = now_ms});
    const Known& known = entry->second;
    if (is_new || ask_all || known.is_master || now_ms - known.since_ms < kYoungMilliseconds)
      asked.push_back(pid);
  }
  return asked;
}

// Soon after its birth a process has the title of its parent, or none of its own yet.
bool ProcessTable::is_young(std::int64_t started) const {
  const Clocks now = Clocks::now();
  return now.files_ns - now.instant_of(started) < kYoungMilliseconds * 1'000'000;
}

void ProcessTable::add_workers(running::Master& master, bool& is_settled) const {
  for (const Pid pid : running::parse_children(read_children(proc_, master.process.pid))) {
    const auto title = read_proc(path_of(pid, "cmdline"));
    const auto text = title ? read_proc(path_of(pid, "stat")) : std::nullopt;
    const auto stat = text ? running::parse_stat(*text) : std::nullopt;
    if (!stat) continue;  // gone meanwhile
    const running::ProcessKind kind = running::kind_of(*title);
    const bool is_draining = kind == running::ProcessKind::kDrainingWorker;
    if (is_draining || kind == running::ProcessKind::kWorker) {
      master.workers.push_back({.pid = pid, .started = stat->started, .is_draining = is_draining});
    } else if (is_young(stat->started) && read_children(proc_, pid).empty()) {
      is_settled = false;
    }
  }
}

// False: it is none, and will not be one.
bool ProcessTable::add_master(Pid pid, Look& look) const {
  const auto title = read_proc(path_of(pid, "cmdline"));
  const auto kind = title ? running::kind_of(*title) : running::ProcessKind::kOther;
  const bool is_single = kind == running::ProcessKind::kSingle;
  if (!is_single && kind != running::ProcessKind::kMaster) return false;
  auto found = master_at(proc_ + "/" + std::to_string(pid), *title);
  const auto text = read_proc(path_of(pid, "stat"));
  const auto stat = text ? running::parse_stat(*text) : std::nullopt;
  const auto status = read_proc(path_of(pid, "status"));
  const auto facts = status ? running::parse_status(*status) : std::nullopt;
  const std::int64_t started = stat ? stat->started : 0;
  if (!stat || !facts) return false;
  // One that was born a moment ago may be a master in a moment; one that has children is no nginx.
  if (is_single && (is_young(started) || !read_children(proc_, pid).empty())) return true;
  if (!found || facts->namespaces > 1) {
    ++look.view.elsewhere;
    return true;
  }
  running::Master master{.process = std::move(found->master),
                         .started = started,
                         .parent = stat->parent,
                         .is_replaced = found->is_replaced};
  add_workers(master, look.is_settled);
  look.view.masters.push_back(std::move(master));
  return true;
}

// A young child of a master that has no children is a worker, or will be a master.
void ProcessTable::sort_out(std::vector<running::Master>& masters) const {
  const std::vector<running::Master> all = masters;
  for (running::Master& master : masters) {
    const bool has_master = std::ranges::any_of(
        all, [&](const auto& other) { return other.process.pid == master.parent; });
    if (!has_master) master.parent = 0;
  }
  std::erase_if(masters, [&](const running::Master& master) {
    return master.parent != 0 && master.workers.empty() && is_young(master.started);
  });
  std::ranges::sort(masters, {}, [](const running::Master& master) {
    return std::pair(master.started, master.process.pid);
  });
}

ProcessTable::Look ProcessTable::look() {
  Look look;
  look.at_ms = Clocks::now().monotonic_ms;
  look.view.is_visible = read_proc(path_of(1, "stat")).has_value();
  for (const Pid pid : pids_to_ask(look.at_ms)) known_.at(pid).is_master = add_master(pid, look);
  sort_out(look.view.masters);
  for (running::Master& master : look.view.masters) {
    Known& known = known_.at(master.process.pid);
    if (known.started != master.started) {
      known.build = describe_(master.process);
      known.started = master.started;
    }
    master.build = known.build;
  }
  return look;
}

Clocks Clocks::now() {
  return {.monotonic_ms = nanoseconds(CLOCK_MONOTONIC) / 1'000'000,
          .files_ns = nanoseconds(CLOCK_REALTIME_COARSE),
          .boot_ns = boot_time()};
}

std::int64_t Clocks::instant_of(std::int64_t ticks) const {
  return boot_ns + ticks * (1'000'000'000 / running::Generations::kTicksPerSecond);
}

std::string read_children(const std::string& proc, int pid) {
  const std::string number = std::to_string(pid);
  return read_proc(proc + "/" + number + "/task/" + number + "/children").value_or("");
}

bool waits_for_signals(const std::string& proc, int pid) {
  const auto text = read_proc(proc + "/" + std::to_string(pid) + "/status");
  const auto status = text ? running::parse_status(*text) : std::nullopt;
  return status && status->waits_for_signals;
}

}  // namespace mtls::daemon::live
