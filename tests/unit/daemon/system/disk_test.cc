#include "daemon/system/disk.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <map>
#include <thread>

#include <catch2/catch.hpp>

#include "daemon/system/file_descriptor.h"
#include "tests/unit/daemon/system/disk_scene.h"

namespace mtls::daemon {
namespace {

using base::ErrorCode;
using testing::AsNobody;
using testing::TemporaryDirectory;

constexpr std::size_t kLimit = 16 << 20;

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void make_socket(const std::string& path) {
  const system::FileDescriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof(address.sun_path));
  path.copy(address.sun_path, path.size());
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
          0);
}

TEST_CASE("disk: the stamp has the permission bits of the file that a link leads to") {
  TemporaryDirectory dir;
  dir.run("echo x > file; chmod 0646 file; ln -s file link");
  system::Disk disk;
  const auto seen = disk.stat(dir / "link");
  REQUIRE(seen);
  CHECK(seen->mode == 0646);
  dir.run("chmod 4600 file");
  const auto content = disk.read(dir / "link", kLimit);
  REQUIRE(content);
  CHECK(content->stamp.mode == 04600);
}

TEST_CASE("disk: anything but a regular file is never opened for reading") {
  TemporaryDirectory dir;
  dir.run("mkdir directory; mkfifo fifo; ln -s fifo link; ln -s /dev/zero zero");
  make_socket(dir / "socket");
  system::Disk disk;
  const system::FileDescriptor opens(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  REQUIRE(::inotify_add_watch(opens.get(), (dir / "fifo").c_str(), IN_OPEN) >= 0);
  using enum ErrorCode;
  for (const auto& [name, code] : std::map<std::string, ErrorCode>{{"directory", kNotRegular},
                                                                   {"fifo", kFifo},
                                                                   {"socket", kSocket},
                                                                   {"link", kFifo},
                                                                   {"zero", kNotRegular}}) {
    CAPTURE(name);
    const auto content = disk.read(dir / name, kLimit);
    REQUIRE_FALSE(content);
    CHECK(content.error().code == code);
    CHECK(content.error().message.starts_with((dir / name) + ": "));
    const auto stamp = disk.stat(dir / name);
    REQUIRE_FALSE(stamp);
    CHECK(stamp.error() == content.error());
  }
  char event[512];
  CHECK(::read(opens.get(), event, sizeof(event)) == -1);
  CHECK(errno == EAGAIN);
}

TEST_CASE("disk: each reason why a file is missing has its code") {
  TemporaryDirectory dir;
  dir.run(
      "ln -s b a; ln -s a b; echo x > file; echo x > l0; i=0; "
      "while [ $i -lt 41 ]; do ln -s l$i l$((i+1)); i=$((i+1)); done");
  struct Row {
    const char* path;
    ErrorCode code;
  };
  for (const Row& row : {Row{"absent", ErrorCode::kMissing}, Row{"file/below", ErrorCode::kMissing},
                         Row{"a", ErrorCode::kLoop}, Row{"l41", ErrorCode::kLoop}}) {
    CAPTURE(row.path);
    system::Disk disk;
    const auto content = disk.read(dir / row.path, kLimit);
    REQUIRE_FALSE(content);
    CHECK(content.error().code == row.code);
    const auto stamp = disk.stat(dir / row.path);
    REQUIRE_FALSE(stamp);
    CHECK(stamp.error() == content.error());
  }
  CHECK(system::Disk().read(dir / "l40", kLimit));
}

TEST_CASE("disk: a file or directory without permission is kPermission") {
  TemporaryDirectory dir;
  dir.run("echo x > file; chmod 0 file; mkdir closed; echo x > closed/file; chmod 700 closed");
  const AsNobody nobody;
  system::Disk disk;
  const auto content = disk.read(dir / "file", kLimit);
  REQUIRE_FALSE(content);
  CHECK(content.error().code == ErrorCode::kPermission);
  CHECK(disk.stat(dir / "file"));
  const auto stamp = disk.stat(dir / "closed/file");
  REQUIRE_FALSE(stamp);
  CHECK(stamp.error().code == ErrorCode::kPermission);
}

TEST_CASE("disk: a read never holds more than its limit") {
  TemporaryDirectory dir;
  dir.run("truncate -s 1T sparse; printf 12345678 > eight");
  system::Disk disk;
  const std::size_t before = resident_bytes();
  const auto sparse = disk.read(dir / "sparse", kLimit);
  REQUIRE_FALSE(sparse);
  CHECK(sparse.error().code == ErrorCode::kTooLarge);
  CHECK(resident_bytes() < before + (5u << 20));
  const auto exact = disk.read(dir / "eight", 8);
  REQUIRE(exact);
  CHECK(exact->text() == "12345678");
  const auto over = disk.read(dir / "eight", 7);
  REQUIRE_FALSE(over);
  CHECK(over.error().code == ErrorCode::kTooLarge);
  CHECK(over.error().message.find("1234") == std::string::npos);
}

TEST_CASE("disk: the size that stat() shows is not trusted") {
  system::Disk disk;
  const auto content = disk.read("/proc/self/status", kLimit);  // st_size 0
  REQUIRE(content);
  CHECK(content->stamp.size == 0);
  CHECK(content->text().starts_with("Name:"));
  const auto cut = disk.read("/proc/self/status", 10);
  REQUIRE_FALSE(cut);
  CHECK(cut.error().code == ErrorCode::kTooLarge);
}

TEST_CASE("disk: bytes and stamp belong together, even if the file is written meanwhile") {
  TemporaryDirectory dir;
  dir.run("printf first > file");
  system::Disk disk;
  const auto content = disk.read(dir / "file", kLimit);
  REQUIRE(content);
  CHECK(content->text() == "first");
  CHECK(content->stamp == *disk.stat(dir / "file"));

  std::atomic<bool> stop = false;
  std::thread writer([&] {
    std::ofstream file(dir / "file", std::ios::app);
    for (int i = 0; i < 4000 && !stop; ++i) file << "line\n" << std::flush;
  });
  int shorter = 0;
  for (int i = 0; i < 200; ++i) {
    const auto seen = disk.read(dir / "file", kLimit);
    if (!seen || seen->bytes.size() < seen->stamp.size) ++shorter;
  }
  stop = true;
  writer.join();
  CHECK(shorter == 0);
}

TEST_CASE("disk: glob answers as libc does, sorted by bytes") {
  TemporaryDirectory dir;
  dir.run("mkdir sub; touch b.conf a.conf B.conf .hidden.conf sub/c.conf; ln -s nowhere z.conf");
  system::Disk disk;
  using Names = std::vector<std::string>;
  CHECK(disk.glob(dir / "*.conf").value() ==
        Names{dir / "B.conf", dir / "a.conf", dir / "b.conf", dir / "z.conf"});
  CHECK(disk.glob(dir / "*/c.conf").value() == Names{dir / "sub/c.conf"});
  CHECK(disk.glob(dir / "[ab].conf").value() == Names{dir / "a.conf", dir / "b.conf"});
  CHECK(disk.glob(dir / "*.pem").value().empty());
  CHECK(disk.glob(dir / "absent/*").value().empty());
}

TEST_CASE("disk: a pattern over a huge directory is refused") {
  TemporaryDirectory dir;
  // One directory of 450 names under 450 names: 202,500 matches without as many files.
  dir.run("mkdir d; for i in $(seq 450); do : > d/$i; ln -s d l$i; done");
  const auto matches = system::Disk().glob(dir / "l*/*");
  REQUIRE_FALSE(matches);
  CHECK(matches.error().code == ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace mtls::daemon
