#include "daemon/web/listening/listen_address.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <array>
#include <charconv>

#include "base/text.h"

namespace mtls::daemon::web::listening {
namespace {

tl::unexpected<base::Error> refuse(std::string_view text, std::string_view why) {
  return base::fail(base::ErrorCode::kInvalidArgument,
                    "--web.listen-address: \"" + base::sanitize(text) + "\": " + std::string(why) +
                        "; use :PORT, IPV4:PORT, [IPV6]:PORT or "
                        "unix:/PATH");
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

bool is_literal(int family, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> scratch{};
  return ::inet_pton(family, host.c_str(), scratch.data()) == 1;
}

base::Result<ListenAddress> parse_unix(std::string_view text, std::string_view path) {
  constexpr std::size_t kMostBytes = sizeof(sockaddr_un::sun_path) - 1;
  if (!path.starts_with('/') || path.ends_with('/'))
    return refuse(text, "the path is not absolute");
  if (path.find('\0') != std::string_view::npos)
    return refuse(text, "there is a NUL byte in the path");
  if (path.size() > kMostBytes) return refuse(text, "the path is longer than 107 bytes");
  return UnixAddress{std::string(path)};
}

}  // namespace

base::Result<ListenAddress> parse_listen_address(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  if (text.starts_with(kUnix)) return parse_unix(text, text.substr(kUnix.size()));
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse(text, "there is no port");
  const std::optional<std::uint16_t> port = parse_port(text.substr(colon + 1));
  if (!port) return refuse(text, "the port is not a number from 0 to 65535");

  std::string host(text.substr(0, colon));
  if (host.empty()) return TcpAddress{std::nullopt, *port};
  if (host == "localhost") return TcpAddress{"127.0.0.1", *port};
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!is_literal(AF_INET6, host.substr(0, host.find('%')))) {
      return refuse(text, "not an IPv6 address in brackets");
    }
    return TcpAddress{std::move(host), *port};
  }
  if (!is_literal(AF_INET, host)) return refuse(text, "the host is not an IP address");
  return TcpAddress{std::move(host), *port};
}

}  // namespace mtls::daemon::web::listening
