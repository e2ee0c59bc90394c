// The open connections in the order of their last progress, and who has to go when there are too
// many: the one that has waited longest, whatever it waits for (a request, the rest of a head, a
// reader that does not read). Nobody younger than the grace goes: those are fresh scrapes. Knows no
// sockets. Web thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>

namespace mtls::daemon {

class Connection {
 public:
  enum class Phase { kWaiting, kAnswering };
  virtual ~Connection() = default;
  /// Drops the socket at once; the object lives until its last operation is cancelled.
  virtual void close() = 0;
};

struct OpenConnection {
  Connection* connection;
  Connection::Phase phase;
  std::chrono::steady_clock::time_point since;  // of the phase
};

class Connections {
 public:
  using Clock = std::chrono::steady_clock;
  using Place = std::list<OpenConnection>::iterator;

  Connections(std::size_t limit, Clock::duration grace) : limit_(limit), grace_(grace) {}

  Place add(Connection& connection, Clock::time_point now);
  /// A phase begins: the connection is the freshest again.
  void enter(Place place, Connection::Phase phase, Clock::time_point now);
  void remove(Place place) { open_.erase(place); }

  /// Closes from the longest waiting on until the limit holds or only fresh ones are left; call
  /// it with every new connection.
  void evict(Clock::time_point now);

  /// Closes those without an answer under way; from now on `stopping`.
  void stop();
  bool stopping() const { return stopping_; }

 private:
  std::size_t limit_;
  Clock::duration grace_;
  bool stopping_ = false;
  std::list<OpenConnection> open_;  // longest waiting first
};

}  // namespace mtls::daemon
