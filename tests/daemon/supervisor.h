// systemd's end of NOTIFY_SOCKET for a daemon under test.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "daemon/system/file_descriptor.h"
#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {

class Supervisor {
 public:
  explicit Supervisor(const TempDir& dir)
      : path_(dir.path("notify")),
        socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
  }

  std::map<std::string, std::string> environment(const char* watchdog_usec) const {
    return {{"NOTIFY_SOCKET", path_}, {"WATCHDOG_USEC", watchdog_usec}};
  }

  /// The next datagram that begins with `start`; "" if none came in time. Drops others.
  std::string next(const std::string& start, milliseconds limit = 2s) const {
    std::string text;
    const bool came = eventually(limit, [&] {
      std::array<char, 4096> bytes{};
      const ssize_t n = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
      text.assign(bytes.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
      return n > 0 && text.starts_with(start);
    });
    return came ? text : "";
  }

 private:
  std::string path_;
  system::FileDescriptor socket_;
};

/// One server block that asks for client certificates, with its own certificate and its CA.
inline void write_simple_tree(const TempDir& dir) {
  write_server_certificate(dir);
  dir.write("ca.pem", authority("CA").certificate_pem);
  dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
}

}  // namespace mtls::daemon::testing
