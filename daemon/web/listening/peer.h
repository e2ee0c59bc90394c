// Whom a connection counts for. Pure.
#pragma once

#include <sys/socket.h>

#include <string>

namespace mtls::daemon::web::listening {

/// A key, not for reading: the bytes of an IPv4 address, also of one mapped into IPv6, or those of
/// an IPv6 /64, which is what one customer has. "": Unix and whatever else has no address.
std::string peer_of(const sockaddr* address);

}  // namespace mtls::daemon::web::listening
