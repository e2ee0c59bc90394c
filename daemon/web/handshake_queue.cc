#include "daemon/web/handshake_queue.h"

namespace mtls::daemon::web {

void HandshakeQueue::add(std::function<void()> open) {
  due_.push_back(std::move(open));
  if (due_.size() > kMost) due_.pop_front();
  if (!is_posted_) post_next();
}

void HandshakeQueue::post_next() {
  world_.post([this] { next(); });
  is_posted_ = true;
}

void HandshakeQueue::next() {
  if (!world_.has_room()) return world_.post_later([this] { next(); });
  is_posted_ = false;
  const std::function<void()> open = std::move(due_.back());
  due_.pop_back();
  if (!due_.empty()) post_next();
  open();
}

}  // namespace mtls::daemon::web
