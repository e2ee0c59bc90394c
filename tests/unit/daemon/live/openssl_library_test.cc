#include "daemon/live/openssl_library.h"

#include <catch2/catch.hpp>

#include <string>

#include "tests/support/elf_maker.h"
#include "tests/support/memory_filesystem.h"

namespace mtls::daemon {
namespace {

using namespace std::string_literals;

std::string library(const std::string& release) {
  return "\0OpenSSL "s + release + " 1 Jan 2026\0"s;
}

const std::string kMapped = "7f00-7f01 r-xp 00000000 fe:01 14 /usr/lib/m/libcrypto.so.3\n";

struct Host {
  testing::MemoryFileSystem disk;
  testing::ElfSpec nginx{.needed = {"libssl.so.3", "libcrypto.so.3"}};

  Host() {
    disk.put("/proc/7/maps", kMapped);
    disk.put("/usr/lib/m/libcrypto.so.3", library("3.5.9"));
    disk.put("/usr/lib/libcrypto.so.3", library("3.0.2"));
    disk.put("/etc/ld.so.cache",
             testing::make_loader_cache({{"libcrypto.so.3", "/opt/lib/libcrypto.so.3"}}));
    disk.put("/opt/lib/libcrypto.so.3", library("3.2.1"));
    disk.put("/srv/nginx/lib/libcrypto.so.3", library("3.6.5"));
  }

  /// `3.5.9 running`, `3.2.1`; "": nothing is found.
  std::string found(const std::string& process = "") {
    const std::string bytes = testing::make_elf(nginx);
    const auto openssl = live::find_openssl(
        disk, {.bytes = bytes, .path = "/srv/nginx/sbin/nginx", .process = process});
    if (!openssl) return "";
    return openssl->release + (openssl->is_running ? " running" : "");
  }
};

}  // namespace

TEST_CASE("openssl library: what the master has mapped decides (R9.5)") {
  Host host;
  CHECK(host.found("/proc/7") == "3.5.9 running");
  host.disk.put("/proc/7/maps", kMapped.substr(0, kMapped.size() - 1) + " (deleted)\n");
  CHECK(host.found("/proc/7").empty());  // what runs is gone; the file there is another one
}

TEST_CASE("openssl library: without a look at the master it is what the loader would take") {
  Host host;
  CHECK(host.found() == "3.2.1");
  host.disk.fault("/proc/7/maps", base::ErrorCode::kPermission);
  CHECK(host.found("/proc/7") == "3.2.1");
  host.nginx.run_path = "$ORIGIN/../lib:/nowhere";
  host.disk.put("/srv/nginx/sbin/../lib/libcrypto.so.3", library("3.6.5"));
  CHECK(host.found() == "3.6.5");
  host.nginx.run_path = "/nowhere";
  CHECK(host.found() == "3.2.1");
  host.disk.remove("/etc/ld.so.cache");
  CHECK(host.found() == "3.0.2");
  host.disk.remove("/usr/lib/libcrypto.so.3");
  CHECK(host.found().empty());
}

TEST_CASE("openssl library: a binary that needs none has it inside") {
  Host host;
  host.nginx.needed = {"libc.so.6"};
  CHECK(host.found().empty());
}

}  // namespace mtls::daemon
