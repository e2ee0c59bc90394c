#include "daemon/web/listening/peer.h"

#include <netinet/in.h>

namespace mtls::daemon::web::listening {

std::string peer_of(const sockaddr* address) {
  constexpr std::size_t kNetworkBytes = 8;
  constexpr std::size_t kMappedAt = 12;
  if (address->sa_family == AF_INET) {
    const in_addr& host = reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    return {reinterpret_cast<const char*>(&host), sizeof host};
  }
  if (address->sa_family != AF_INET6) return "";
  const in6_addr& host = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  const std::string bytes(reinterpret_cast<const char*>(&host), sizeof host);
  return IN6_IS_ADDR_V4MAPPED(&host) ? bytes.substr(kMappedAt) : bytes.substr(0, kNetworkBytes);
}

}  // namespace mtls::daemon::web::listening
