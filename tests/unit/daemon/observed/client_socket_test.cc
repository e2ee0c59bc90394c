#include "daemon/observed/client_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "daemon/observed/heard_from.h"
#include "running/client_line.h"
#include "tests/support/temp_dir.h"

namespace mtls::daemon::observed {
namespace {

using mtls::testing::TempDir;

bool send_to(const std::string& path, const std::string& bytes) {
  const system::FileDescriptor sender(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int most = 1 << 20;
  ::setsockopt(sender.get(), SOL_SOCKET, SO_SNDBUF, &most, sizeof most);
  return ::sendto(sender.get(), bytes.data(), bytes.size(), 0,
                  reinterpret_cast<const sockaddr*>(&address), sizeof address) >= 0;
}

struct Taken {
  std::vector<std::string> texts;
  std::vector<bool> truncated;
  std::vector<Sender> senders;

  std::size_t from(ClientSocket& socket, std::size_t most = 1'000) {
    return socket.receive(most, [this](const Datagram& datagram) {
      texts.emplace_back(datagram.bytes);
      truncated.push_back(datagram.is_truncated);
      if (datagram.sender != nullptr) senders.push_back(*datagram.sender);
    });
  }
};

}  // namespace

TEST_CASE("client socket: datagrams come with their sender, whole up to the limit") {
  const TempDir dir;
  const std::string path = dir.path("s");
  auto socket = ClientSocket::bind(path);
  REQUIRE(socket);
  Taken taken;
  CHECK(taken.from(*socket) == 0);
  for (const std::string& text : {std::string("one"), std::string(), std::string(200'000, 'x')})
    REQUIRE(send_to(path, text));
  CHECK(taken.from(*socket) == 3);
  CHECK(taken.texts == std::vector<std::string>{"one", "", std::string(200'000, 'x')});
  REQUIRE(taken.senders.size() == 3);
  CHECK(taken.senders[0].uid == ::geteuid());
  CHECK(taken.senders[0].pid == ::getpid());
  CHECK(taken.truncated == std::vector<bool>{false, false, false});
  REQUIRE(send_to(path, std::string(running::kMostLineBytes + 1, 'x')));
  CHECK(taken.from(*socket) == 1);
  CHECK(taken.truncated.back());
}

TEST_CASE("client socket: what is more than asked for waits") {
  const TempDir dir;
  auto socket = ClientSocket::bind(dir.path("s"));
  REQUIRE(socket);
  int sent = 0;
  while (sent < 200 && send_to(dir.path("s"), std::to_string(sent))) ++sent;
  REQUIRE(sent > 5);
  Taken taken;
  CHECK(taken.from(*socket, 3) == 3);
  CHECK(taken.from(*socket) == static_cast<std::size_t>(sent - 3));
  CHECK(taken.texts.back() == std::to_string(sent - 1));
}

TEST_CASE("client socket: its file is removed at the end, and one that nobody reads is replaced") {
  const TempDir dir;
  const std::string path = dir.path("s");
  {
    const auto first = ClientSocket::bind(path);
    REQUIRE(first);
    struct stat file{};
    REQUIRE(::stat(path.c_str(), &file) == 0);
    CHECK((file.st_mode & 0777U) == 0666U);
    const auto second = ClientSocket::bind(path);
    REQUIRE_FALSE(second);  // somebody reads it
    CHECK_THAT(second.error().message, Catch::Contains("observer.socket"));
  }
  CHECK_FALSE(std::filesystem::exists(path));
  {  // left behind by a process that was killed
    const system::FileDescriptor left(::socket(AF_UNIX, SOCK_DGRAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(left.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  CHECK(ClientSocket::bind(path));
  dir.write("file", "x");
  CHECK_FALSE(ClientSocket::bind(dir.path("file")));
  CHECK_FALSE(ClientSocket::bind(dir.path("no/such/directory")));
  CHECK_FALSE(ClientSocket::bind(dir.path(std::string(200, 'x'))));
}

TEST_CASE("client socket: one of systemd's is taken over, and nothing else") {
  int pair[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
  const system::FileDescriptor other(pair[1]);
  auto adopted = ClientSocket::adopt(pair[0]);
  REQUIRE(adopted);
  REQUIRE(::send(other.get(), "hello", 5, 0) == 5);
  Taken taken;
  CHECK(taken.from(*adopted) == 1);
  REQUIRE(taken.senders.size() == 1);
  CHECK(taken.senders[0].uid == ::geteuid());
  CHECK_FALSE(ClientSocket::adopt(::socket(AF_UNIX, SOCK_STREAM, 0)));
  CHECK_FALSE(ClientSocket::adopt(::socket(AF_INET, SOCK_DGRAM, 0)));
}

TEST_CASE("heard from: root, this user, and the users of nginx's processes") {
  const TempDir proc;
  proc.write("12/status", "Name:\tnginx\nUid:\t33\t33\t33\t33\nSigBlk:\t0\n");
  HeardFrom heard(proc.path());
  CHECK(heard.hears({.pid = 1, .uid = 0}));
  CHECK(heard.hears({.pid = 1, .uid = ::geteuid()}));
  CHECK_FALSE(heard.hears({.pid = 12, .uid = 33}));
  heard.follow({12, 13});
  CHECK(heard.hears({.pid = 99, .uid = 33}));
  CHECK_FALSE(heard.hears({.pid = 99, .uid = 34}));
  CHECK_FALSE(heard.hears({.pid = 0, .uid = 65534}));
  CHECK(heard.hears({.pid = 13, .uid = 34}));  // a worker
  CHECK(heard.hears({.pid = 99, .uid = 34}));
  heard.follow({});
  CHECK_FALSE(heard.hears({.pid = 99, .uid = 33}));
}

}  // namespace mtls::daemon::observed
