// When a master was last seen waiting for signals: what it reads afterwards it reads as it is then.
// Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <ranges>

namespace mtls::running {

class IdleTimes {
 public:
  /// Instants of one clock, each later than the one before.
  void note(std::int64_t ns) {
    times_.push_back(ns);
    if (times_.size() > kKept) times_.pop_front();
  }
  /// The last one before `ns`; nullopt: none that is still known.
  std::optional<std::int64_t> last_before(std::int64_t ns) const {
    for (const std::int64_t time : times_ | std::views::reverse) {
      if (time < ns) return time;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kKept = 1024;
  std::deque<std::int64_t> times_;
};

}  // namespace mtls::running
