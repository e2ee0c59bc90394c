// Which workers of one nginx master belong together: a reload starts a new generation of them, a
// crash replaces one in its generation (R5.8). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace mtls::running {

struct Worker {
  int pid = 0;
  std::int64_t started = 0;  // clock ticks since boot
  bool is_draining = false;  // shutting down

  bool operator==(const Worker&) const = default;
};

/// The children that a master had from one moment to another. Milliseconds of any steady clock.
struct Children {
  std::int64_t from_ms = 0;
  std::int64_t until_ms = 0;
  std::vector<int> pids;

  bool operator==(const Children&) const = default;
};

struct Generation {
  std::uint64_t number = 0;   // counted from 1, while this program watches that master
  std::int64_t started = 0;   // of its first worker, clock ticks since boot
  bool is_witnessed = false;  // this program saw it begin
  // All workers are others than before, and nobody saw old and new ones side by side although a
  // reload may have been: one that went by unseen, or crashes.
  bool is_doubtful = false;

  bool operator==(const Generation&) const = default;
};

class Generations {
 public:
  /// nginx's master sleeps this long between starting new workers and ending the old ones
  /// (ngx_master_process_cycle()), so both can be seen side by side.
  static constexpr std::int64_t kOverlapMilliseconds = 100;
  static constexpr std::int64_t kTicksPerSecond = 100;  // USER_HZ
  /// Longer than a reload shows old and new workers side by side, whatever else the machine does.
  static constexpr std::int64_t kSteadyMilliseconds = 1'000;

  /// `workers`: all that the master has now. `seen`: the children it had since the last call, the
  /// oldest first, those of now included. `may_be_reload`: false: since the last call nobody has
  /// opened the configuration, so new workers only took the place of others.
  void see(const std::vector<Worker>& workers, const std::vector<Children>& seen,
           bool may_be_reload = true);

  /// All workers are old enough for a reload to be over: they are of one generation. Before the
  /// first see(), where that is so.
  void settled() { is_settled_ = true; }
  /// Whether that is known. Until then see() wants to be called again once the children have not
  /// changed for kSteadyMilliseconds.
  bool is_settled() const { return is_settled_; }
  /// nullopt: it has never had a worker.
  const std::optional<Generation>& current() const { return current_; }
  bool belongs(int pid) const { return active_.contains(pid); }

 private:
  void begin(const std::vector<Worker>& workers, bool is_witnessed, bool is_doubtful);
  void join(std::vector<Worker> workers);
  void settle(const std::vector<Worker>& workers, const std::vector<Children>& seen);
  std::vector<Worker> serving(const std::vector<Worker>& workers) const;
  std::size_t alive_in(const std::vector<int>& pids) const;
  std::vector<Worker> strangers(const std::vector<Worker>& workers) const;
  bool is_same_batch(std::vector<Worker> fresh) const;
  bool stood_side_by_side(const std::vector<Worker>& fresh,
                          const std::vector<Children>& seen) const;
  bool has_halved(const std::vector<Worker>& fresh, const std::vector<Children>& seen) const;
  bool is_replaced(const std::vector<Worker>& workers) const;

  std::optional<Generation> current_;
  std::set<int> active_;         // pids of this generation's workers
  std::set<int> former_;         // those of earlier generations that still live
  bool is_settled_ = false;      // no reload right after the start can be hidden in it
  std::size_t size_ = 0;         // how many workers it has when all live
  std::int64_t last_start_ = 0;  // of the workers that it began with, ticks
};

}  // namespace mtls::running
