// The text of --web.listen-address as an endpoint. Pure: looks up no names, because a daemon that
// needs DNS to start does not start when it is needed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace mtls::daemon::web::listening {

struct TcpAddress {
  std::optional<std::string> host;  // IP literal without brackets; nullopt: every address
  std::uint16_t port = 0;           // 0: the kernel chooses

  bool operator==(const TcpAddress&) const = default;
};

struct UnixAddress {
  std::string path;  // absolute, short enough for sockaddr_un

  bool operator==(const UnixAddress&) const = default;
};

using ListenAddress = std::variant<TcpAddress, UnixAddress>;

/// `:PORT`, `192.0.2.1:PORT`, `[2001:db8::1]:PORT`, `localhost:PORT` (127.0.0.1) or `unix:/PATH`.
/// kInvalidArgument: anything else.
base::Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace mtls::daemon::web::listening
