#include "tests/support/observer/datagram_inbox.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace mtls::testing {

DatagramInbox::DatagramInbox(const std::string& path)
    : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot bind " + path + ": " + std::strerror(errno));
}

std::vector<std::string> DatagramInbox::take(std::size_t count, std::chrono::milliseconds limit) {
  constexpr std::chrono::milliseconds kLate{50};
  constexpr std::size_t kMostBytes = std::size_t{1} << 20U;
  const auto end = std::chrono::steady_clock::now() + limit;
  std::vector<std::string> taken;
  std::string buffer(kMostBytes, '\0');
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd wait{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    const auto patience = taken.size() < count ? std::max(left, kLate) : kLate;
    if (::poll(&wait, 1, static_cast<int>(patience.count())) != 1) return taken;
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got >= 0) taken.emplace_back(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace mtls::testing
