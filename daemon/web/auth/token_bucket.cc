#include "daemon/web/auth/token_bucket.h"

#include <algorithm>

namespace mtls::daemon::web::auth {

bool TokenBucket::take(Time now) {
  const std::chrono::duration<double, std::nano> passed = now - refilled_;
  const double gained = passed.count() / static_cast<double>(limit_.interval.count());
  tokens_ = std::min(tokens_ + gained, static_cast<double>(limit_.burst));
  refilled_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

}  // namespace mtls::daemon::web::auth
