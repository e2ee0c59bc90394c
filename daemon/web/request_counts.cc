#include "daemon/web/request_counts.h"

namespace mtls::daemon::web {

void RequestCounts::add(int status) {
  counts_.at(static_cast<std::size_t>(status)).fetch_add(1, std::memory_order_relaxed);
}

std::map<int, std::uint64_t> RequestCounts::snapshot() const {
  std::map<int, std::uint64_t> answered;
  for (std::size_t status = 0; status < kCodes; ++status) {
    const std::uint64_t count = counts_[status].load(std::memory_order_relaxed);
    if (count > 0) answered[static_cast<int>(status)] = count;
  }
  return answered;
}

}  // namespace mtls::daemon::web
