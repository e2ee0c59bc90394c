// TLS handshakes that are due, the newest first, and between two of them whatever else is ready:
// each costs some tenths of a millisecond, a flood of them seconds, and a scrape comes after the
// flood has begun. Knows no TLS. Web thread only.
#pragma once

#include <deque>
#include <functional>
#include <utility>

namespace mtls::daemon::web {

class HandshakeQueue {
 public:
  /// Has its argument run later, behind what is ready now.
  using Post = std::function<void(std::function<void()>)>;

  /// Due at once; beyond, the oldest are dropped with what they own.
  static constexpr std::size_t kMost = 2048;

  struct World {
    Post post;
    Post post_later;                 // some milliseconds later
    std::function<bool()> has_room;  // for one more; else those that are due wait
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
