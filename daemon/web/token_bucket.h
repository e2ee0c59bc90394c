// rate_limit of web-config.yml: so many requests at once, then one each interval (Go's
// rate.Limiter, which the toolkit uses). The time is an argument; pure otherwise.
#pragma once

#include <chrono>

#include "daemon/web/web_config.h"

namespace mtls::daemon {

class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Full.
  TokenBucket(const RateLimit& limit, Time now)
      : limit_(limit), tokens_(limit.burst), refilled_(now) {}

  /// Takes a token; false when there is none.
  bool take(Time now);

  const RateLimit& limit() const { return limit_; }

 private:
  RateLimit limit_;
  double tokens_;
  Time refilled_;
};

}  // namespace mtls::daemon
