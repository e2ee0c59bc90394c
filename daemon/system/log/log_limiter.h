// Decides which repeated complaints are logged: a broken file is met again at every look, and a
// tenant may break many. The first complaint about a file for a reason is logged at once, its
// repeats at most every 10 minutes. Pure: the time is an argument. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mtls::daemon::system::log {

class LogLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::minutes kInterval{10};
  /// At most this many different complaints are logged in one interval; further ones are dropped.
  static constexpr std::size_t kMaxRemembered = 4096;

  /// nullopt: do not log. Otherwise log, and say how many were suppressed since the last line.
  std::optional<std::uint64_t> admit(std::string_view file, std::string_view reason, Time now);

 private:
  struct Complaint {
    Time logged;
    std::uint64_t suppressed = 0;
  };
  void forget_old(Time now);

  std::map<std::pair<std::string, std::string>, Complaint> complaints_;  // by file and reason
};

}  // namespace mtls::daemon::system::log
