#include "daemon/system/systemd.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>

using namespace mtls::daemon;
using namespace std::chrono_literals;

namespace {

// systemd's end: a datagram socket with an abstract name of its own.
class NotifySocket {
 public:
  NotifySocket() : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    const sa_family_t any_name = AF_UNIX;  // autobind, unix(7)
    REQUIRE(fd_ >= 0);
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&any_name), sizeof any_name) == 0);
    sockaddr_un address{};
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    const std::string name(address.sun_path + 1, size - sizeof any_name - 1);
    ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  }
  ~NotifySocket() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(fd_);
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  std::string receive() const {
    std::array<char, 4096> text{};
    const ssize_t n = ::recv(fd_, text.data(), text.size(), 0);
    return n < 0 ? "nothing" : std::string(text.data(), static_cast<std::size_t>(n));
  }

 private:
  int fd_;
};

}  // namespace

TEST_CASE("systemd: each call sends its assignments in one datagram") {
  const NotifySocket systemd;
  system::notify_ready("3 files");
  CHECK(systemd.receive() == "READY=1\nSTATUS=3 files");
  system::notify_status("4 files");
  CHECK(systemd.receive() == "STATUS=4 files");
  system::notify_watchdog();
  CHECK(systemd.receive() == "WATCHDOG=1");
  system::notify_stopping();
  CHECK(systemd.receive() == "STOPPING=1");
  CHECK(systemd.receive() == "nothing");
}

TEST_CASE("systemd: a reload is announced with the monotonic time, in microseconds") {
  const NotifySocket systemd;
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1'000'000LL + time.tv_nsec / 1'000;
  };
  const long long before = now();
  system::notify_reloading();
  const long long after = now();
  const std::string text = systemd.receive();
  const std::string start = "RELOADING=1\nMONOTONIC_USEC=";
  REQUIRE(text.starts_with(start));
  const long long sent = std::stoll(text.substr(start.size()));
  CHECK(sent >= before);
  CHECK(sent <= after);
}

TEST_CASE("systemd: a status text cannot contain an assignment of its own") {
  const NotifySocket systemd;
  system::notify_status("bad file \"x\nREADY=1\"");
  CHECK(systemd.receive() == "STATUS=bad file \"x\\x0AREADY=1\"");
}

TEST_CASE("systemd: without NOTIFY_SOCKET, or without a listener, the calls do nothing") {
  ::unsetenv("NOTIFY_SOCKET");
  system::notify_ready("x");
  ::setenv("NOTIFY_SOCKET", "@nobody-listens-here", 1);
  system::notify_ready("x");
  system::notify_watchdog();
  const NotifySocket systemd;
  CHECK(systemd.receive() == "nothing");
}

TEST_CASE("systemd: the watchdog interval is that of the unit and of this process") {
  struct Row {
    const char* usec;
    std::string pid;
    std::optional<std::chrono::microseconds> expected;
  };
  const std::string self = std::to_string(::getpid());
  for (const Row& row : {Row{"30000000", self, 30s}, Row{"30000000", "1", std::nullopt},
                         Row{nullptr, self, std::nullopt}, Row{"junk", self, std::nullopt}}) {
    ::unsetenv("WATCHDOG_USEC");
    if (row.usec != nullptr) ::setenv("WATCHDOG_USEC", row.usec, 1);
    ::setenv("WATCHDOG_PID", row.pid.c_str(), 1);
    CHECK(system::watchdog_interval() == row.expected);
  }
  ::unsetenv("WATCHDOG_USEC");
  ::unsetenv("WATCHDOG_PID");
}
