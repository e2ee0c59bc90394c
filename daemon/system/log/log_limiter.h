// Which repeated complaints are worth a line: a broken file is met again at every look, and a
// tenant may break many. The first complaint about a file for a reason goes out at once, its
// repeats at most every 10 minutes. The time is an argument; pure otherwise. One thread.
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
  /// At most so many different complaints in one interval; what comes beyond is not logged.
  static constexpr std::size_t kMaxRemembered = 4096;

  /// nullopt: log nothing. Otherwise log, and say how many were left out since the last line.
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
