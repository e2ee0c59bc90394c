// One datagram of the observer's line (R9.7): syslog's header, then an object of JSON with what
// nginx knows of a connection (examples/nginx/mtls-observer-http.conf). nginx escapes what the
// client chose, so a client cannot add members; whoever else reaches the socket can send anything.
// Pure.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace mtls::running {

/// A certificate of 100 KB gives a line of 140 KB (R9.7).
inline constexpr std::size_t kMostLineBytes = std::size_t{256} * 1024;

/// Why a datagram does not count.
enum class LineFault : std::uint8_t {
  kTooLong,      // more than kMostLineBytes
  kForeign,      // it is no such line
  kTorn,         // it begins like one, and its end is missing
  kNotUtf8,      // a client may have asked for such a name
  kSender,       // another user than nginx's sent it
  kServer,       // no server block listens at that address
  kCertificate,  // its certificate is none
};
inline constexpr std::array kLineFaults{
    LineFault::kTooLong, LineFault::kForeign, LineFault::kTorn,       LineFault::kNotUtf8,
    LineFault::kSender,  LineFault::kServer,  LineFault::kCertificate};
std::string_view word(LineFault fault);  // the label `reason`

/// What nginx said of the client's certificate: `$ssl_client_verify`.
enum class LineVerify : std::uint8_t { kSuccess, kFailed, kNone };
std::string_view word(LineVerify verify);  // success failed none: the label `verify`

struct ClientLine {
  bool is_http = true;  // false: stream
  LineVerify verify = LineVerify::kNone;
  std::string_view reason;  // of kFailed, in OpenSSL's words
  std::string sni;          // "": the client named none
  std::string address;      // that it reached: `192.0.2.1`, `2001:db8::1`, `unix:/path`
  int port = 0;             // 0 of a Unix socket
  bool is_quic = false;
  bool is_resumed = false;
  // Of the handshake, UTC: when the line was written less the time that the connection had lasted.
  std::chrono::sys_time<std::chrono::milliseconds> at;
  // PEM as nginx escapes it, not yet looked at; "": the client sent none. Into the datagram.
  std::string_view leaf;
};

/// The views in a ClientLine are into `datagram`.
std::variant<ClientLine, LineFault> parse_client_line(std::string_view datagram);

/// `%0A` and its kin (ngx_escape_uri()). What is no such escape stays as it is.
std::string unescape_uri(std::string_view text);

}  // namespace mtls::running
