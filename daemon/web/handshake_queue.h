// TLS handshakes that are due, newest first; other work that is ready runs between two of them. One
// handshake takes some tenths of a millisecond, a flood of them seconds, and a scrape usually comes
// after the flood has begun. Knows no TLS. Web thread only.
#pragma once

#include <deque>
#include <functional>
#include <utility>

namespace mtls::daemon::web {

class HandshakeQueue {
 public:
  /// Runs its argument later, after everything that is ready now.
  using Post = std::function<void(std::function<void()>)>;

  /// At most this many wait; beyond that the oldest are dropped with what they own.
  static constexpr std::size_t kMost = 2048;

  struct World {
    Post post;
    Post post_later;                 // some milliseconds later
    std::function<bool()> has_room;  // for one more handshake; if not, all wait
  };
  explicit HandshakeQueue(World world) : world_(std::move(world)) {}

  void add(std::function<void()> open);

 private:
  void post_next();
  void next();

  World world_;
  std::deque<std::function<void()>> due_;
  bool is_posted_ = false;
};

}  // namespace mtls::daemon::web
