#include "running/generations.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mtls::running {
namespace {

constexpr std::int64_t kOverlapTicks =
    Generations::kOverlapMilliseconds * Generations::kTicksPerSecond / 1000;

bool holds(const std::vector<int>& pids, int pid) {
  return std::ranges::find(pids, pid) != pids.end();
}

std::size_t count_in(const std::vector<int>& pids, const std::vector<Worker>& workers) {
  return static_cast<std::size_t>(std::ranges::count_if(
      workers, [&](const Worker& worker) { return holds(pids, worker.pid); }));
}

}  // namespace

// How many of this generation are among them.
std::size_t Generations::alive_in(const std::vector<int>& pids) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(active_, [&](int pid) { return holds(pids, pid); }));
}

// Those that accept connections and are of no generation yet.
std::vector<Worker> Generations::strangers(const std::vector<Worker>& workers) const {
  std::vector<Worker> fresh;
  for (const Worker& worker : workers) {
    if (!worker.is_draining && !active_.contains(worker.pid) && !former_.contains(worker.pid))
      fresh.push_back(worker);
  }
  return fresh;
}

// The master starts all workers of a generation one right after the other.
bool Generations::is_same_batch(std::vector<Worker> fresh) const {
  std::ranges::sort(fresh, {}, &Worker::started);
  std::int64_t last = last_start_;
  return std::ranges::all_of(fresh, [&](const Worker& worker) {
    return worker.started - std::exchange(last, worker.started) < kOverlapTicks;
  });
}

// More workers lived at once than the generation has: the others are of another one.
bool Generations::stood_side_by_side(const std::vector<Worker>& fresh,
                                     const std::vector<Children>& seen) const {
  return std::ranges::any_of(seen, [&](const Children& children) {
    const std::size_t old = alive_in(children.pids);
    const std::size_t young = count_in(children.pids, fresh);
    return young > 0 && old + young > size_;
  });
}

// None of the old workers is left. A reload whose workers crashed at once with the old ones looks
// like that too, however often somebody looks.
bool Generations::is_replaced(const std::vector<Worker>& workers) const {
  return std::ranges::none_of(workers, [&](const Worker& worker) {
    return !worker.is_draining && active_.contains(worker.pid);
  });
}

// Before the first new one came, most of those that seemed to be of one generation had ended and
// nobody had taken their place: not a crash.
bool Generations::has_halved(const std::vector<Worker>& fresh,
                             const std::vector<Children>& seen) const {
  if (is_settled_) return false;
  std::size_t alive = size_;
  for (const Children& children : seen) {
    if (count_in(children.pids, fresh) > 0) break;
    if (children.until_ms > children.from_ms) alive = alive_in(children.pids);
  }
  return alive * 2 <= size_;
}

void Generations::begin(const std::vector<Worker>& workers, bool is_witnessed, bool is_doubtful) {
  former_.insert(active_.begin(), active_.end());
  active_.clear();
  size_ = 0;
  last_start_ = std::ranges::min_element(workers, {}, &Worker::started)->started;
  current_ = Generation{.number = current_ ? current_->number + 1 : 1,
                        .started = last_start_,
                        .is_witnessed = is_witnessed,
                        .is_doubtful = is_doubtful};
  join(workers);
}

// One that takes the place of a crashed one is none of those that the generation began with.
void Generations::join(std::vector<Worker> workers) {
  std::ranges::sort(workers, {}, &Worker::started);
  for (const Worker& worker : workers) {
    active_.insert(worker.pid);
    if (worker.started - last_start_ < kOverlapTicks)
      last_start_ = std::max(last_start_, worker.started);
  }
}

// Those of this generation that accept connections.
std::vector<Worker> Generations::serving(const std::vector<Worker>& workers) const {
  std::vector<Worker> all;
  std::ranges::copy_if(workers, std::back_inserter(all), [&](const Worker& worker) {
    return !worker.is_draining && active_.contains(worker.pid);
  });
  return all;
}

// The master sleeps before it ends old workers, but not between its start and its first reload: the
// workers of both look like one generation. Those that serve side by side without a change are all
// that there are, and where there were more, the others ended because of a reload.
void Generations::settle(const std::vector<Worker>& workers, const std::vector<Children>& seen) {
  std::set<int> served = active_;
  for (const Worker& worker : workers)
    if (worker.is_draining) served.erase(worker.pid);
  for (const Children& children : seen) {
    if (children.until_ms - children.from_ms < kSteadyMilliseconds) continue;
    const auto steady = static_cast<std::size_t>(
        std::ranges::count_if(served, [&](int pid) { return holds(children.pids, pid); }));
    if (steady == 0) continue;
    const std::vector<Worker> now = serving(workers);
    if (!std::exchange(is_settled_, true) && steady < size_ && !now.empty())
      begin(now, true, false);
    size_ = steady;
  }
}

void Generations::see(const std::vector<Worker>& workers, const std::vector<Children>& seen,
                      bool may_be_reload) {
  settle(workers, seen);
  const std::vector<Worker> fresh = strangers(workers);
  if (!fresh.empty()) {
    const bool may_be_new = may_be_reload && !is_same_batch(fresh);
    if (!current_) {
      begin(fresh, false, false);
    } else if (may_be_new && stood_side_by_side(fresh, seen)) {
      begin(fresh, true, false);
    } else if (may_be_new && (has_halved(fresh, seen) || is_replaced(workers))) {
      begin(fresh, false, true);
    } else {
      join(fresh);  // in place of one that crashed, or late
    }
  }
  const auto is_gone = [&](int pid) {
    return std::ranges::none_of(workers, [&](const Worker& worker) { return worker.pid == pid; });
  };
  std::erase_if(former_, is_gone);
  std::erase_if(active_, is_gone);
  size_ = std::max(size_, serving(workers).size());
}

}  // namespace mtls::running
