// Which boot of the kernel this is. Start times and numbers of processes mean something only within
// one. Any thread.
#pragma once

#include <cstdint>
#include <string>

namespace mtls::daemon::live {

struct Boot {
  std::string id = {};      // of the kernel; "": /proc/sys is hidden, as ProcSubset=pid does
  std::int64_t second = 0;  // when it began, since 1970, as far as the clock has not been set since

  bool operator==(const Boot&) const = default;
};

Boot this_boot();
/// Without the kernel's own names, moments within some seconds are the same boot.
bool is_same_boot(const Boot& one, const Boot& other);

}  // namespace mtls::daemon::live
