// What has come to the observer's socket, and nobody has looked at yet: nginx loses a line as soon
// as the short queue of its socket is full, so it is emptied at once. Of one thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/observed/client_socket.h"

namespace mtls::daemon::observed {

/// A datagram with bytes of its own.
struct Arrival {
  std::string bytes;          // "" where it is truncated
  bool is_truncated = false;  // Datagram::is_truncated
  std::optional<Sender> sender;
};

class Inbox {
 public:
  void add(const Datagram& datagram) {
    Arrival arrival{.bytes = {}, .is_truncated = datagram.is_truncated, .sender = {}};
    if (!datagram.is_truncated) arrival.bytes = datagram.bytes;
    if (datagram.sender != nullptr) arrival.sender = *datagram.sender;
    bytes_ += arrival.bytes.size() + sizeof arrival;
    arrivals_.push_back(std::move(arrival));
  }

  bool is_empty() const { return arrivals_.empty(); }
  /// What comes next has to wait in the queue of the socket.
  bool is_full() const { return bytes_ >= kMostBytes; }
  /// In the order in which they came.
  std::vector<Arrival> take() {
    bytes_ = 0;
    return std::exchange(arrivals_, {});
  }

 private:
  static constexpr std::size_t kMostBytes = std::size_t{16} << 20U;

  std::vector<Arrival> arrivals_;
  std::size_t bytes_ = 0;
};

}  // namespace mtls::daemon::observed
