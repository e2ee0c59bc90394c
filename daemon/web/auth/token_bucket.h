// rate_limit of web-config.yml: a burst of requests at once, then one in each interval (Go's
// rate.Limiter, which the toolkit uses). Pure: the time is an argument.
#pragma once

#include <chrono>

#include "daemon/web/settings/web_config.h"

namespace mtls::daemon::web::auth {

class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// The bucket starts full.
  TokenBucket(const settings::RateLimit& limit, Time now)
      : limit_(limit), tokens_(limit.burst), refilled_(now) {}

  /// Takes a token; false if there is none.
  bool take(Time now);

  const settings::RateLimit& limit() const { return limit_; }

 private:
  settings::RateLimit limit_;
  double tokens_;
  Time refilled_;
};

}  // namespace mtls::daemon::web::auth
