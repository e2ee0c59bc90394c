// Which client a connection counts for, so that one client cannot take all connections. Pure.
#pragma once

#include <sys/socket.h>

#include <string>

namespace mtls::daemon::web::listening {

/// A key, not a readable text: the bytes of an IPv4 address, also of one mapped into IPv6, or those
/// of an IPv6 /64, which is what one customer has. "": a Unix socket, or any other without an
/// address.
std::string peer_of(const sockaddr* address);

}  // namespace mtls::daemon::web::listening
