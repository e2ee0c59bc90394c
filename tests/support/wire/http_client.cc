#include "tests/support/wire/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace mtls::testing {
namespace {

timeval as_timeval(std::chrono::milliseconds span) {
  return {.tv_sec = span.count() / 1000, .tv_usec = (span.count() % 1000) * 1000};
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

HttpAnswer parse_answer_head(std::string_view head) {
  HttpAnswer answer;
  std::size_t line_end = head.find("\r\n");
  if (head.substr(0, 5) == "HTTP/" && line_end > 12) {
    answer.status = std::atoi(std::string(head.substr(9, 3)).c_str());
  }
  while (line_end + 2 < head.size()) {
    const std::size_t start = line_end + 2;
    line_end = head.find("\r\n", start);
    const std::string_view line = head.substr(start, line_end - start);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    answer.headers[lower(line.substr(0, colon))] = value;
  }
  return answer;
}

HttpConnection::HttpConnection(int family, std::chrono::milliseconds timeout, int receive_buffer)
    : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval limit = as_timeval(timeout);
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (receive_buffer > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
}

void HttpConnection::connect(const sockaddr* address, std::size_t size) {
  if (fd_ < 0 || ::connect(fd_, address, static_cast<socklen_t>(size)) == 0) return;
  ::close(std::exchange(fd_, -1));
}

HttpConnection::HttpConnection(std::uint16_t port, std::chrono::milliseconds timeout,
                               int receive_buffer)
    : HttpConnection(AF_INET, timeout, receive_buffer) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connect(reinterpret_cast<sockaddr*>(&address), sizeof address);
}

HttpConnection HttpConnection::over_ipv6(std::uint16_t port) {
  HttpConnection connection(AF_INET6, std::chrono::seconds{10}, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  connection.connect(reinterpret_cast<sockaddr*>(&address), sizeof address);
  return connection;
}

HttpConnection HttpConnection::over_unix(const std::string& path) {
  HttpConnection connection(AF_UNIX, std::chrono::seconds{10}, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  connection.connect(reinterpret_cast<sockaddr*>(&address), sizeof address);
  return connection;
}

HttpConnection::~HttpConnection() {
  if (fd_ >= 0) ::close(fd_);
}

HttpConnection::HttpConnection(HttpConnection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), pending_(std::move(other.pending_)) {}

bool HttpConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

ssize_t HttpConnection::receive(char* into, std::size_t limit) {
  return ::recv(fd_, into, limit, 0);
}

std::string HttpConnection::receive_some(std::size_t limit) {
  if (!pending_.empty()) {
    std::string out = pending_.substr(0, limit);
    pending_.erase(0, out.size());
    return out;
  }
  std::string out(limit, '\0');
  const ssize_t n = receive(out.data(), limit);
  out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return out;
}

HttpAnswer HttpConnection::receive_answer(std::string_view method) {
  std::string bytes = std::exchange(pending_, {});
  const auto more = [&] {
    const std::string chunk = receive_some();
    bytes += chunk;
    return !chunk.empty();
  };
  std::size_t head_end = 0;
  while ((head_end = bytes.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return {};
  }
  HttpAnswer answer = parse_answer_head(std::string_view(bytes).substr(0, head_end + 2));
  const std::size_t body_start = head_end + 4;
  std::size_t length = 0;
  if (method != "HEAD" && answer.headers.contains("content-length")) {
    length = std::strtoull(answer.headers["content-length"].c_str(), nullptr, 10);
  }
  while (bytes.size() < body_start + length) {
    if (!more()) return {};  // a body that is cut short is no answer
  }
  answer.body = bytes.substr(body_start, length);
  pending_ = bytes.substr(body_start + length);
  return answer;
}

bool HttpConnection::closed_by_peer() {
  pending_.clear();
  std::array<char, 65536> scratch{};
  ssize_t n = 0;
  while ((n = receive(scratch.data(), scratch.size())) > 0) {
  }
  return n == 0 || errno == ECONNRESET;
}

void HttpConnection::half_close() { ::shutdown(fd_, SHUT_WR); }

void HttpConnection::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(fd_, -1));
}

HttpAnswer get(std::uint16_t port, std::string_view path, const std::vector<std::string>& headers) {
  std::string request = "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const std::string& line : headers) request += line + "\r\n";
  return ask(port, request + "Connection: close\r\n\r\n");
}

HttpAnswer ask(std::uint16_t port, std::string_view bytes) {
  HttpConnection connection(port);
  connection.send(bytes);
  return connection.receive_answer();
}

}  // namespace mtls::testing
