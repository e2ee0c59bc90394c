#include "tests/support/wire/free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <stdexcept>
#include <string>

namespace mtls::testing {
namespace {

// Below Linux's default net.ipv4.ip_local_port_range (32768…), so that no outgoing connection takes
// one.
constexpr unsigned kFirstPort = 20000;
constexpr unsigned kPortCount = 10000;

bool claim(std::uint16_t port) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "mtls-test-port-" + std::to_string(port);
  std::memcpy(address.sun_path + 1, name.data(), name.size());  // a leading NUL makes it abstract
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0) return true;
  close(fd);
  return false;
}

bool unused(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool bound = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return bound;
}

}  // namespace

std::uint16_t free_port() {
  // Each process starts at another port, which avoids most collisions; the claim settles the rest.
  static std::atomic<unsigned> next{static_cast<unsigned>(getpid()) * 37U};
  for (unsigned tries = 0; tries < kPortCount; ++tries) {
    const auto port = static_cast<std::uint16_t>(kFirstPort + next++ % kPortCount);
    if (claim(port) && unused(port)) return port;
  }
  throw std::runtime_error("no free port on 127.0.0.1");
}

}  // namespace mtls::testing
