// Many HTTP clients: rude ones that hold connections, a scraper that measures, and a burst of
// scrapes at once; plain or TLS. Connects to 127.0.0.1 only; scrapes send Prometheus' own headers.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

#include "tests/support/wire/load_link.h"

namespace mtls::testing {

struct RudeMix {
  std::size_t idle = 0;      // send nothing; with TLS: nothing after the handshake
  std::size_t stalled = 0;   // with TLS: send a ClientHello and nothing more; otherwise like idle
  std::size_t dripping = 0;  // send one byte per second of a head that never ends
  std::size_t slow = 0;      // ask for /metrics and read 1 KB of it per second
};

/// Connects all of them before the constructor returns, and reconnects each a second after it was
/// hung up on, until destroyed.
class RudeClients {
 public:
  RudeClients(const LoadTarget& target, const RudeMix& mix);
  ~RudeClients();
  RudeClients(const RudeClients&) = delete;
  RudeClients& operator=(const RudeClients&) = delete;

  std::size_t hung_up_on() const { return hung_up_on_; }

 private:
  struct Client;
  void run();
  void tick(Client& client);
  static bool begin(Client& client);

  const LoadTarget target_;
  std::vector<Client> clients_;
  std::atomic<std::size_t> hung_up_on_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

struct Scrapes {
  std::size_t failed = 0;            // without a complete answer with status 200
  std::vector<double> milliseconds;  // of the answered scrapes, sorted

  /// A quantile of the answered ones; `share` 0.5 for the median.
  double quantile(double share) const;
};

/// Scrapes one after the other, every 20 ms, each on a new connection. Calls `between` after each.
Scrapes scrape_for(const LoadTarget& target, std::chrono::milliseconds span,
                   const std::function<void()>& between);

/// `count` scrapes at once. Their times count from the start of all.
Scrapes scrape_at_once(const LoadTarget& target, std::size_t count);

/// Raises the soft limit of descriptors to the hard one, for tests that hold thousands of
/// connections.
void allow_many_descriptors();

/// Resident set of a process, in KiB.
std::size_t resident_kib(pid_t pid);

}  // namespace mtls::testing
