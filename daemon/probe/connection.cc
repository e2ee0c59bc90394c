#include "daemon/probe/connection.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "daemon/system/file_descriptor.h"
#include "pki/ssl/handshake.h"

namespace mtls::daemon::probe {
namespace {

using Clock = std::chrono::steady_clock;
using pki::ssl::ClientHandshake;

// A greeting longer than this is nobody's nginx.
constexpr std::size_t kMostBytes = std::size_t{8} << 20U;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

template <class Kind>
Kind& as(Address& address) {
  address.size = sizeof(Kind);
  return reinterpret_cast<Kind&>(address.storage);
}

Address address_of(const audit::ProbeTarget& target) {
  Address address;
  if (target.address.starts_with('/')) {
    auto& local = as<sockaddr_un>(address);
    local.sun_family = AF_UNIX;
    target.address.copy(local.sun_path, sizeof local.sun_path - 1);
  } else if (target.address.find(':') != std::string::npos) {
    auto& v6 = as<sockaddr_in6>(address);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(target.port);
    inet_pton(AF_INET6, target.address.c_str(), &v6.sin6_addr);
  } else {
    auto& v4 = as<sockaddr_in>(address);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(target.port);
    inet_pton(AF_INET, target.address.c_str(), &v4.sin_addr);
  }
  return address;
}

class Connection {
 public:
  explicit Connection(Clock::time_point deadline) : deadline_(deadline) {}

  bool open(const audit::ProbeTarget& target) {
    const Address address = address_of(target);
    socket_ = system::FileDescriptor(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_) return fail(errno);
    const auto* const to = reinterpret_cast<const sockaddr*>(&address.storage);
    if (::connect(socket_.get(), to, address.size) == 0) return true;
    if (errno != EINPROGRESS) return fail(errno);
    if (!wait(POLLOUT)) return false;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 || fail(error);
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
        continue;
      }
      if (errno != EAGAIN) return fail(errno);
      if (!wait(POLLOUT)) return false;
    }
    return true;
  }

  /// The bytes that have come; "": none will.
  std::string_view receive() {
    for (;;) {
      const ssize_t got = ::recv(socket_.get(), bytes_.data(), bytes_.size(), 0);
      if (got > 0) return {bytes_.data(), static_cast<std::size_t>(got)};
      if (got == 0) {
        failure_ = "nginx closed the connection";
        return {};
      }
      if (errno != EAGAIN) fail(errno);
      if (errno != EAGAIN || !wait(POLLIN)) return {};
    }
  }

  const std::string& failure() const { return failure_; }

 private:
  bool fail(int error) {
    if (failure_.empty()) failure_ = std::strerror(error);
    return false;
  }

  bool wait(short events) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
    pollfd entry{.fd = socket_.get(), .events = events, .revents = 0};
    const int ready = left.count() > 0 ? ::poll(&entry, 1, static_cast<int>(left.count())) : 0;
    if (ready == 0) failure_ = "no answer in time";
    return ready > 0 || (ready < 0 && errno == EINTR) || fail(ready < 0 ? errno : ETIMEDOUT);
  }

  Clock::time_point deadline_;
  system::FileDescriptor socket_;
  std::array<char, 16384> bytes_{};
  std::string failure_;
};

// "": it succeeded.
std::string shake_hands(Connection& connection, ClientHandshake& handshake) {
  std::size_t total = 0;
  for (std::string_view bytes; handshake.state() == ClientHandshake::State::kUnderWay;) {
    handshake.take(bytes);
    const std::string answer = handshake.to_send();
    if (!answer.empty() && !connection.send(answer)) return connection.failure();
    if (handshake.state() != ClientHandshake::State::kUnderWay) break;
    bytes = connection.receive();
    total += bytes.size();
    if (bytes.empty()) return connection.failure();
    if (total > kMostBytes) return "the handshake does not end";
  }
  return handshake.state() == ClientHandshake::State::kDone ? "" : handshake.failure();
}

}  // namespace

audit::ProbeAnswer ask(const audit::ProbeTarget& target, std::chrono::milliseconds timeout) {
  audit::ProbeAnswer answer{.id = target.id, .failure = {}, .ca_names = {}, .leaf = {}};
  Connection connection(Clock::now() + timeout);
  const bool is_open = connection.open(target) &&
                       (!target.has_proxy_protocol || connection.send("PROXY UNKNOWN\r\n"));
  if (!is_open) {
    answer.failure = connection.failure();
    return answer;
  }
  ClientHandshake handshake(target.sni);
  answer.failure = shake_hands(connection, handshake);
  if (!answer.failure.empty()) return answer;
  answer.asks = handshake.greeting().asks;
  answer.ca_names = handshake.greeting().ca_names;
  answer.leaf = handshake.greeting().leaf;
  return answer;
}

}  // namespace mtls::daemon::probe
