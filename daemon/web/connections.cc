#include "daemon/web/connections.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mtls::daemon::web {

Connections::Slot Connections::add(Connection& connection, std::string peer,
                                   Clock::time_point now) {
  if (!peer.empty()) ++of_peer_[peer];
  open_.push_back({&connection, std::move(peer), Connection::Phase::kSilent, now});
  return std::prev(open_.end());
}

void Connections::enter(Slot slot, Connection::Phase phase, Clock::time_point now) {
  count(slot->phase, -1);
  count(phase, 1);
  slot->phase = phase;
  slot->since = now;
  open_.splice(open_.end(), open_, slot);
}

void Connections::remove(Slot slot) {
  count(slot->phase, -1);
  if (const auto peer = of_peer_.find(slot->peer); peer != of_peer_.end() && --peer->second == 0) {
    of_peer_.erase(peer);
  }
  open_.erase(slot);
}

void Connections::evict(Clock::time_point now) {
  if (open_.empty()) return;
  const std::string newest = open_.back().peer;
  evict_of_peer(newest, now);
  evict_handshakes(now);
  evict_begun();
  while (open_.size() > limits_.all && evict_one(now)) {
  }
  while (open_.size() > limits_.crowd && evict_of_crowd()) {
  }
}

// close() removes the connection from the list.
bool Connections::evict_one(Clock::time_point now) {
  if (open_.empty() || now - open_.front().since < limits_.grace) return false;
  open_.front().connection->close();
  return true;
}

void Connections::evict_of_peer(const std::string& peer, Clock::time_point now) {
  const auto is_of_peer = [&](const OpenConnection& open) { return open.peer == peer; };
  const auto count = [&] {
    const auto found = of_peer_.find(peer);
    return found == of_peer_.end() ? 0 : found->second;
  };
  while (count() > limits_.per_peer) {
    const auto longest = std::find_if(open_.begin(), open_.end(), is_of_peer);
    if (now - longest->since < limits_.grace) return;
    longest->connection->close();
  }
}

bool Connections::has_room_for_handshake(Clock::time_point now) {
  return begun_ < limits_.begun || now - longest_begun()->since >= limits_.handshake_grace;
}

void Connections::evict_handshakes(Clock::time_point now) {
  while (handshakes_ > limits_.handshakes) {
    const auto longest = std::find_if(open_.begin(), open_.end(), [](const OpenConnection& open) {
      return open.phase == Connection::Phase::kHandshake;
    });
    if (now - longest->since < limits_.grace) return;
    longest->connection->close();
  }
}

void Connections::evict_begun() {
  while (begun_ > limits_.begun) longest_begun()->connection->close();
}

Connections::Slot Connections::longest_begun() {
  return std::find_if(open_.begin(), open_.end(), [](const OpenConnection& open) {
    return open.phase != Connection::Phase::kSilent;
  });
}

// A scrape that comes with a crowd has sent its request by the time it is accepted, so it is being
// answered before as many others have come after it.
bool Connections::evict_of_crowd() {
  const auto longest = std::find_if(open_.begin(), open_.end(), [](const OpenConnection& open) {
    return open.phase != Connection::Phase::kAnswering;
  });
  if (longest == open_.end()) return false;
  longest->connection->close();
  return true;
}

void Connections::count(Connection::Phase phase, std::ptrdiff_t change) {
  if (phase != Connection::Phase::kSilent) begun_ += static_cast<std::size_t>(change);
  if (phase == Connection::Phase::kHandshake) handshakes_ += static_cast<std::size_t>(change);
  if (phase == Connection::Phase::kAnswering) answering_ += static_cast<std::size_t>(change);
}

bool Connections::stop(Clock::time_point now) {
  stopping_ = true;
  bool are_left = false;
  for (Slot slot = open_.begin(); slot != open_.end();) {
    const OpenConnection& open = *slot++;
    const bool is_fresh = open.phase == Connection::Phase::kSilent && now - open.since < kFresh;
    are_left = are_left || is_fresh;
    if (open.phase != Connection::Phase::kAnswering && !is_fresh) open.connection->close();
  }
  return are_left;
}

}  // namespace mtls::daemon::web
