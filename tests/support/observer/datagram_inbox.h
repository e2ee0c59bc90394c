// A Unix datagram socket at a path, for tests that read what another program sends there.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "daemon/system/file_descriptor.h"

namespace mtls::testing {

class DatagramInbox {
 public:
  /// Binds `path`. Throws std::runtime_error if that fails.
  explicit DatagramInbox(const std::string& path);

  /// Waits until `count` datagrams have come, at most `limit`; then for what else comes within
  /// 50 ms. Returns all of them, and forgets them.
  std::vector<std::string> take(std::size_t count,
                                std::chrono::milliseconds limit = std::chrono::seconds{5});

 private:
  daemon::system::FileDescriptor socket_;
};

}  // namespace mtls::testing
