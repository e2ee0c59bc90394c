#include "daemon/system/log/log_limiter.h"

namespace mtls::daemon::system::log {

std::optional<std::uint64_t> LogLimiter::admit(std::string_view file, std::string_view reason,
                                               Time now) {
  const std::pair key{std::string(file), std::string(reason)};
  const auto found = complaints_.find(key);
  if (found == complaints_.end()) {
    if (complaints_.size() >= kMaxRemembered) forget_old(now);
    if (complaints_.size() >= kMaxRemembered) return std::nullopt;
    complaints_.emplace(key, Complaint{now});
    return 0;
  }
  Complaint& complaint = found->second;
  if (now - complaint.logged < kInterval) {
    ++complaint.suppressed;
    return std::nullopt;
  }
  complaint.logged = now;
  return std::exchange(complaint.suppressed, 0);
}

void LogLimiter::forget_old(Time now) {
  std::erase_if(complaints_,
                [&](const auto& entry) { return now - entry.second.logged >= kInterval; });
}

}  // namespace mtls::daemon::system::log
