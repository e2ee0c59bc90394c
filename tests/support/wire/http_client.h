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
  std::string body;                            // bytes as sent (gzip stays gzip)
};

/// Status line and header lines, ending with the last line's CRLF; no body.
HttpAnswer parse_answer_head(std::string_view head);

class HttpConnection {
 public:
  /// `receive_buffer` > 0: SO_RCVBUF in bytes, for a reader that is slow to take.
  explicit HttpConnection(std::uint16_t port,
                          std::chrono::milliseconds timeout = std::chrono::seconds{10},
                          int receive_buffer = 0);
  /// To [::1]; not connected when nobody listens.
  static HttpConnection over_ipv6(std::uint16_t port);
  /// To a Unix socket; not connected when nobody listens.
  static HttpConnection over_unix(const std::string& path);
  ~HttpConnection();
  HttpConnection(HttpConnection&& other) noexcept;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  HttpConnection& operator=(HttpConnection&&) = delete;

  bool connected() const { return fd_ >= 0; }
  bool send(std::string_view bytes);
  /// Some bytes; empty: the peer closed, reset, or nothing came in time.
  std::string receive_some(std::size_t limit = 65536);
  /// One whole answer; what follows it stays for the next call. HEAD answers have no body whatever
  /// their length says.
  HttpAnswer receive_answer(std::string_view method = "GET");
  /// Whether the peer closed or reset within the timeout; discards bytes that come before.
  bool closed_by_peer();
  void half_close();
  /// Closes with an RST.
  void reset();

 private:
  explicit HttpConnection(int family, std::chrono::milliseconds timeout, int receive_buffer);
  void connect(const sockaddr* address, std::size_t size);
  ssize_t receive(char* into, std::size_t limit);

  int fd_ = -1;
  std::string pending_;  // received, not yet handed out
};

/// One request on a connection of its own. `headers`: whole lines without their line end, besides
/// Host.
HttpAnswer get(std::uint16_t port, std::string_view path,
               const std::vector<std::string>& headers = {});
/// `bytes` as they are, one answer back.
HttpAnswer ask(std::uint16_t port, std::string_view bytes);

}  // namespace mtls::testing
