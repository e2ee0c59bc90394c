// rate_limit of web-config.yml: so many requests at once, then one each interval (Go's
// rate.Limiter, which the toolkit uses). The time is an argument; pure otherwise.
#pragma once

#include <chrono>

#include "daemon/web/settings/web_config.h"

namespace mtls::daemon::web::auth {

class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Full.
  TokenBucket(const settings::RateLimit& limit, Time now)
      : limit_(limit), tokens_(limit.burst), refilled_(now) {}

  /// Takes a token; false when there is none.
  bool take(Time now);

  const settings::RateLimit& limit() const { return limit_; }

 private:
  settings::RateLimit limit_;
  double tokens_;
  Time refilled_;
};

}  // namespace mtls::daemon::web::auth
