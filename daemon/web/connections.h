// The open connections in the order of their last progress, and who has to go when there are too
// many: the one that has waited longest, whatever it waits for (a request, the rest of a head, a
// reader that does not read). Nobody younger than the grace goes, for those are fresh scrapes,
// unless there is a crowd of them. Knows no sockets. Web thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <list>
#include <string>
#include <unordered_map>

namespace mtls::daemon::web {

class Connection {
 public:
  enum class Phase { kSilent, kOpening, kWaiting, kAnswering };  // kOpening: a TLS handshake
  virtual ~Connection() = default;
  /// Drops the socket at once; the object lives until its last operation is cancelled.
  virtual void close() = 0;
};

struct OpenConnection {
  Connection* connection;
  std::string peer;  // whom it counts for; "": nobody
  Connection::Phase phase;
  std::chrono::steady_clock::time_point since;  // of the phase
};

class Connections {
 public:
  using Clock = std::chrono::steady_clock;
  using Place = std::list<OpenConnection>::iterator;

  struct Limits {
    std::size_t all;
    std::size_t per_peer;  // so that one client cannot push out the others
    Clock::duration grace;
    /// Beyond it the grace is for answers under way only: memory is bounded, whoever comes.
    std::size_t crowd = std::numeric_limits<std::size_t>::max();
    std::size_t opening = std::numeric_limits<std::size_t>::max();
    /// Those that are no longer silent: TLS keeps memory for each.
    std::size_t begun = std::numeric_limits<std::size_t>::max();
    Clock::duration opening_grace = std::chrono::milliseconds{50};
  };

  explicit Connections(const Limits& limits) : limits_(limits) {}

  Place add(Connection& connection, std::string peer, Clock::time_point now);
  /// A phase begins: the connection is the freshest again. The first one is kSilent.
  void enter(Place place, Connection::Phase phase, Clock::time_point now);
  void remove(Place place);

  /// Closes from the longest waiting on until the limits hold or only fresh ones are left, no
  /// crowd; call it with every new connection and every handshake that begins.
  void evict(Clock::time_point now);
  /// Closes the one that waits longest; false: all are fresh.
  bool evict_one(Clock::time_point now);

  /// For one more handshake, without closing one that has not had the opening grace.
  bool has_room_to_open(Clock::time_point now);

  std::size_t answering() const { return answering_; }

  /// Closes those without an answer under way; from now on `stopping`.
  void stop();
  bool stopping() const { return stopping_; }

 private:
  void evict_of_peer(const std::string& peer, Clock::time_point now);
  void evict_opening(Clock::time_point now);
  void evict_begun();
  Place longest_begun();
  bool evict_of_crowd();
  void count(Connection::Phase phase, std::ptrdiff_t change);

  Limits limits_;
  bool stopping_ = false;
  std::size_t begun_ = 0;
  std::size_t opening_ = 0;
  std::size_t answering_ = 0;
  std::list<OpenConnection> open_;  // longest waiting first
  std::unordered_map<std::string, std::size_t> of_peer_;
};

}  // namespace mtls::daemon::web
