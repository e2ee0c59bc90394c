// A blocking HTTP/1 client on a raw socket to 127.0.0.1, for tests: one-line requests, or bytes by
// hand for rude clients. Nothing waits longer than its timeout. Knows no chunked bodies, because
// the daemon sends none.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::testing {

struct HttpAnswer {
  int status = 0;                              // 0: no answer came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // as sent: gzip stays gzip
};

/// The status line and the header lines through the last line's CRLF, without the body.
HttpAnswer parse_answer_head(std::string_view head);

class HttpConnection {
 public:
  /// `receive_buffer` > 0 sets SO_RCVBUF, in bytes, for a client that reads slowly.
  explicit HttpConnection(std::uint16_t port,
                          std::chrono::milliseconds timeout = std::chrono::seconds{10},
                          int receive_buffer = 0);
  /// Connects to [::1]. Not connected when nobody listens.
  static HttpConnection over_ipv6(std::uint16_t port);
  /// Connects to a Unix socket. Not connected when nobody listens.
  static HttpConnection over_unix(const std::string& path);
  ~HttpConnection();
  HttpConnection(HttpConnection&& other) noexcept;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  HttpConnection& operator=(HttpConnection&&) = delete;

  bool connected() const { return fd_ >= 0; }
  bool send(std::string_view bytes);
  /// Some bytes. Empty: the peer closed or reset the connection, or nothing came in time.
  std::string receive_some(std::size_t limit = 65536);
  /// One complete answer; bytes after it are kept for the next call. An answer to HEAD has no body,
  /// whatever its length says.
  HttpAnswer receive_answer(std::string_view method = "GET");
  /// Whether the peer closed or reset within the timeout; discards bytes that come before.
  bool closed_by_peer();
  void half_close();
  /// Closes with a RST.
  void reset();

 private:
  explicit HttpConnection(int family, std::chrono::milliseconds timeout, int receive_buffer);
  void connect(const sockaddr* address, std::size_t size);
  ssize_t receive(char* into, std::size_t limit);

  int fd_ = -1;
  std::string pending_;  // received, but not returned yet
};

/// One request on a new connection. `headers`: complete lines without line ends; Host is added.
HttpAnswer get(std::uint16_t port, std::string_view path,
               const std::vector<std::string>& headers = {});
/// Sends `bytes` as they are and returns one answer.
HttpAnswer ask(std::uint16_t port, std::string_view bytes);

}  // namespace mtls::testing
