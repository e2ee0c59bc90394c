// One end of a connection under load, plain or TLS, that never blocks: what is not possible now is
// done at a later call. To 127.0.0.1 only.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace mtls::testing {

enum class Transport { kPlain, kTls };

struct LoadTarget {
  std::uint16_t port = 0;
  Transport transport = Transport::kPlain;
};

class LoadLink {
 public:
  /// A link that is not connected.
  LoadLink();
  /// The connection may still be under way; a failure shows when it is used.
  explicit LoadLink(const LoadTarget& target, int receive_buffer = 0);
  ~LoadLink();
  LoadLink(LoadLink&&) noexcept;
  LoadLink& operator=(LoadLink&&) noexcept;

  explicit operator bool() const { return open_ != nullptr; }
  int fd() const;

  enum class State { kDone, kLater, kFailed };
  /// TLS: sends a ClientHello and nothing more. Plain: does nothing.
  State greet();
  State shake_hands();
  /// Sends all of `bytes` or nothing. Does the handshake first.
  State send(std::string_view bytes);
  struct Received {
    State state;
    std::size_t bytes;  // kDone with 0 bytes: the end
  };
  Received receive(char* into, std::size_t limit);
  /// Discards what came, below TLS; false: the peer has hung up.
  bool discard(std::size_t limit);
  void close() { *this = LoadLink(); }

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

}  // namespace mtls::testing
