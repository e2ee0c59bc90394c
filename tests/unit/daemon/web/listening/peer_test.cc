#include "daemon/web/listening/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch.hpp>

using mtls::daemon::web::listening::peer_of;

namespace {

std::string of(const char* text, std::uint16_t port = 1) {
  sockaddr_in6 v6{};
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return peer_of(reinterpret_cast<const sockaddr*>(&v4));
  }
  REQUIRE(::inet_pton(AF_INET6, text, &v6.sin6_addr) == 1);
  v6.sin6_family = AF_INET6;
  return peer_of(reinterpret_cast<const sockaddr*>(&v6));
}

}  // namespace

TEST_CASE("peer: an IPv4 address is itself, whatever its port and socket") {
  CHECK(of("192.0.2.1", 1) == of("192.0.2.1", 2));
  CHECK(of("192.0.2.1") == of("::ffff:192.0.2.1"));
  CHECK(of("192.0.2.1") != of("192.0.2.2"));
}

TEST_CASE("peer: an IPv6 address counts with its /64") {
  CHECK(of("2001:db8::1") == of("2001:db8::ffff:1"));
  CHECK(of("2001:db8::1") != of("2001:db8:0:1::1"));
}

TEST_CASE("peer: a Unix socket counts for no client") {
  sockaddr address{};
  address.sa_family = AF_UNIX;
  CHECK(peer_of(&address).empty());
}
