// The open connections in the order of their last progress, and which of them to close when there
// are too many: the one that has waited longest, whatever it waits for (a request, the rest of a
// head, a reader that does not read). Connections younger than the grace stay, because they are
// fresh scrapes, unless a crowd of them comes. Knows no sockets. Web thread only.
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
  enum class Phase { kSilent, kHandshake, kWaiting, kAnswering };  // kHandshake: of TLS
  virtual ~Connection() = default;
  /// Closes the socket at once. The object lives until its last operation is cancelled.
  virtual void close() = 0;
};

struct OpenConnection {
  Connection* connection;
  std::string peer;  // the client that it counts for (peer_of()); "": none
  Connection::Phase phase;
  std::chrono::steady_clock::time_point since;  // when the phase began
};

class Connections {
 public:
  using Clock = std::chrono::steady_clock;
  using Slot = std::list<OpenConnection>::iterator;

  struct Limits {
    std::size_t all;
    std::size_t per_peer;  // so that one client cannot push out the others
    Clock::duration grace;
    /// Beyond this number the grace protects only answers under way, so that memory is bounded.
    std::size_t crowd = std::numeric_limits<std::size_t>::max();
    std::size_t handshakes = std::numeric_limits<std::size_t>::max();
    /// Connections that are no longer silent; TLS keeps memory for each.
    std::size_t begun = std::numeric_limits<std::size_t>::max();
    Clock::duration handshake_grace = std::chrono::milliseconds{50};
  };

  explicit Connections(const Limits& limits) : limits_(limits) {}

  Slot add(Connection& connection, std::string peer, Clock::time_point now);
  /// Begins a phase, which makes the connection the freshest one. Every connection begins as
  /// kSilent.
  void enter(Slot slot, Connection::Phase phase, Clock::time_point now);
  void remove(Slot slot);

  /// Closes connections, the longest waiting first, until the limits hold or only fresh ones are
  /// left. Call it with every new connection and every handshake that begins.
  void evict(Clock::time_point now);
  /// Closes the connection that has waited longest; false: all are fresh.
  bool evict_one(Clock::time_point now);

  /// Whether one more handshake may begin without closing one that has not had its grace yet.
  bool has_room_for_handshake(Clock::time_point now);

  std::size_t answering() const { return answering_; }

  /// Closes all connections without an answer under way, but those that have just come: their
  /// request is on its way, and nobody else can answer it. True: there are such, call it again
  /// after kFresh. From now on stopping() is true.
  bool stop(Clock::time_point now);
  static constexpr std::chrono::milliseconds kFresh{100};
  bool stopping() const { return stopping_; }

 private:
  void evict_of_peer(const std::string& peer, Clock::time_point now);
  void evict_handshakes(Clock::time_point now);
  void evict_begun();
  Slot longest_begun();
  bool evict_of_crowd();
  void count(Connection::Phase phase, std::ptrdiff_t change);

  Limits limits_;
  bool stopping_ = false;
  std::size_t begun_ = 0;
  std::size_t handshakes_ = 0;
  std::size_t answering_ = 0;
  std::list<OpenConnection> open_;  // longest waiting first
  std::unordered_map<std::string, std::size_t> of_peer_;
};

}  // namespace mtls::daemon::web
