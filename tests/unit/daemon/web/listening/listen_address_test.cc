#include "daemon/web/listening/listen_address.h"

#include <catch2/catch.hpp>
#include <string>

using namespace mtls;
using mtls::daemon::web::listening::ListenAddress;
using mtls::daemon::web::listening::parse_listen_address;
using mtls::daemon::web::listening::TcpAddress;
using mtls::daemon::web::listening::UnixAddress;

TEST_CASE("listen address: port alone, IPv4, bracketed IPv6 and Unix paths are understood") {
  struct Row {
    std::string text;
    ListenAddress expected;
  };
  const Row row = GENERATE(values<Row>({{":10059", TcpAddress{std::nullopt, 10059}},
                                        {":0", TcpAddress{std::nullopt, 0}},
                                        {"127.0.0.1:65535", TcpAddress{"127.0.0.1", 65535}},
                                        {"0.0.0.0:1", TcpAddress{"0.0.0.0", 1}},
                                        {"localhost:1", TcpAddress{"127.0.0.1", 1}},
                                        {"[::]:1", TcpAddress{"::", 1}},
                                        {"[::1]:10059", TcpAddress{"::1", 10059}},
                                        {"[fe80::1%lo]:1", TcpAddress{"fe80::1%lo", 1}},
                                        {"unix:/run/x/y.sock", UnixAddress{"/run/x/y.sock"}},
                                        {"unix:/a:1", UnixAddress{"/a:1"}}}));
  CAPTURE(row.text);
  const auto address = parse_listen_address(row.text);
  REQUIRE(address);
  CHECK(*address == row.expected);
}

TEST_CASE("listen address: a text that is ambiguous or needs a lookup is refused") {
  const std::string text = GENERATE(values<std::string>({"",
                                                         ":",
                                                         "10059",
                                                         "127.0.0.1",
                                                         "127.0.0.1:",
                                                         "127.0.0.1:65536",
                                                         "127.0.0.1:-1",
                                                         "127.0.0.1:1x",
                                                         "127.0.0.1: 1",
                                                         "127.1:1",
                                                         "::1:10059",
                                                         "[::1]",
                                                         "[::1:10059",
                                                         "[127.0.0.1]:1",
                                                         "[]:1",
                                                         "[:1",
                                                         "example.com:1",
                                                         "vsock://:1",
                                                         "127.0.0.1:+1",
                                                         "unix:",
                                                         "unix:x",
                                                         "unix:@x",
                                                         "unix:/",
                                                         "unix:/x/",
                                                         "UNIX:/x",
                                                         "unix:/" + std::string(107, 'x')}));
  CAPTURE(text);
  const auto address = parse_listen_address(text);
  REQUIRE_FALSE(address);
  CHECK(address.error().code == base::ErrorCode::kInvalidArgument);
  CHECK(address.error().message.starts_with("--web.listen-address: \"" + text + "\": "));
}
