// The text of --web.listen-address as an endpoint. Pure: no name is looked up, because a daemon
// that needs DNS to start does not start when it is needed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mtls::daemon {

struct ListenAddress {
  std::optional<std::string> host;  // IP literal without brackets; nullopt: every address
  std::uint16_t port = 0;           // 0: the kernel chooses

  bool operator==(const ListenAddress&) const = default;
};

/// `:PORT`, `192.0.2.1:PORT`, `[2001:db8::1]:PORT`, `localhost:PORT` (127.0.0.1). kInvalidArgument.
base::Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace mtls::daemon
