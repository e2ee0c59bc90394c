#include "daemon/web/connections.h"

#include <iterator>

namespace mtls::daemon {

Connections::Place Connections::add(Connection& connection, Clock::time_point now) {
  open_.push_back({&connection, Connection::Phase::kWaiting, now});
  return std::prev(open_.end());
}

void Connections::enter(Place place, Connection::Phase phase, Clock::time_point now) {
  place->phase = phase;
  place->since = now;
  open_.splice(open_.end(), open_, place);
}

// close() takes the connection out of the list.
void Connections::evict(Clock::time_point now) {
  while (open_.size() > limit_ && now - open_.front().since >= grace_) {
    open_.front().connection->close();
  }
}

void Connections::stop() {
  stopping_ = true;
  for (Place place = open_.begin(); place != open_.end();) {
    const OpenConnection& open = *place++;
    if (open.phase == Connection::Phase::kWaiting) open.connection->close();
  }
}

}  // namespace mtls::daemon
