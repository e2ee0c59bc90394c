#include "running/shared_library.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/elf_maker.h"

namespace mtls::running {
namespace {

using namespace std::string_literals;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("shared library: the maps of a process name the file that it has mapped") {
  const std::string maps =
      "55d0-55d1 r--p 00000000 fe:01 12 /usr/sbin/nginx\n"
      "7f00-7f01 rw-p 00000000 00:00 0 \n"
      "7f01-7f02 r--p 00000000 fe:01 13 /usr/lib/x/libcryptography.so.1\n"
      "7f02-7f03 r-xp 00000000 fe:01 14 /usr/lib/a b/libcrypto.so.3\n"
      "7f03-7f04 r-xp 00000000 fe:01 15 /usr/lib/x/libssl.so.3 (deleted)\n"
      "7fff-7fff rw-p 00000000 00:00 0 [stack]\n";
  CHECK(mapped_library(maps, "libcrypto.so") ==
        MappedLibrary{.path = "/usr/lib/a b/libcrypto.so.3", .is_replaced = false});
  CHECK(mapped_library(maps, "libssl.so") ==
        MappedLibrary{.path = "/usr/lib/x/libssl.so.3", .is_replaced = true});
  CHECK(mapped_library(maps, "libpcre.so") == std::nullopt);
  CHECK(mapped_library("", "libcrypto.so") == std::nullopt);
}

TEST_CASE("shared library: what a program needs, and where its loader looks first") {
  const std::vector<std::string> needed{"libcrypto.so.3", "libc.so.6"};
  CHECK(loader_needs(testing::make_elf({.needed = needed})) ==
        LoaderNeeds{.libraries = needed, .directories = {}});
  CHECK(loader_needs(testing::make_elf(
            {.needed = needed, .run_path = "/a:$ORIGIN/b", .old_run_path = "/c"})) ==
        LoaderNeeds{.libraries = needed, .directories = {"/a", "$ORIGIN/b"}});
  CHECK(loader_needs(testing::make_elf({.needed = {}, .old_run_path = ":/c:"})) ==
        LoaderNeeds{.libraries = {}, .directories = {"/c"}});
  CHECK(loader_needs("nginx/1.22.1 built with OpenSSL 3.0.11") == std::nullopt);
  CHECK(loader_needs("") == std::nullopt);
}

TEST_CASE("shared library: a damaged program gives something, never a crash") {
  const std::string whole = testing::make_elf({.needed = {"libcrypto.so.3"}, .run_path = "/a"});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto needs = loader_needs(whole.substr(0, size));
    CHECK((!needs || needs->libraries.size() <= 1));
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
    loader_needs(damaged);
  }
}

TEST_CASE("shared library: the real loader's cache knows what this very test needs") {
  const auto needs = loader_needs(content_of("/proc/self/exe"));
  REQUIRE(needs);
  const auto has_libc = [](const std::string& name) { return name == "libc.so.6"; };
  REQUIRE(std::ranges::any_of(needs->libraries, has_libc));
  const auto maps = mapped_library(content_of("/proc/self/maps"), "libc.so");
  REQUIRE(maps);
  const auto cached = in_loader_cache(content_of("/etc/ld.so.cache"), "libc.so.6");
  REQUIRE(cached);
  CHECK(content_of(*cached) == content_of(maps->path));
}

TEST_CASE("shared library: the loader's cache, also behind the older table, and damaged") {
  const std::string cache =
      testing::make_loader_cache({{"liba.so.1", "/x/liba.so.1"}, {"libb.so.2", "/y/libb.so.2"}});
  CHECK(in_loader_cache(cache, "libb.so.2") == "/y/libb.so.2");
  CHECK(in_loader_cache("ld.so-1.7.0 and its table " + cache, "liba.so.1") == "/x/liba.so.1");
  CHECK(in_loader_cache(cache, "libc.so.6") == std::nullopt);
  for (std::size_t size = 0; size < cache.size(); ++size)
    CHECK(in_loader_cache(cache.substr(0, size), "libb.so.2").value_or("") != "/x/liba.so.1");
}

TEST_CASE("shared library: the release of an OpenSSL is the text that begins with its name") {
  CHECK(openssl_release_in("..\0OpenSSL 3.5.9 29 Sep 2026\0"s) == "3.5.9");
  CHECK(openssl_release_in("part of OpenSSL 3.0.1 \0OpenSSL 3.6.0-dev \0"s) == "3.6.0");
  CHECK(openssl_release_in("\0OpenSSL 3.0 \0OpenSSL default\0OpenSSL 1.1.1w  11 Sep\0"s) ==
        "1.1.1");
  CHECK(openssl_release_in("OpenSSL 3.0.1 built here") == std::nullopt);
  CHECK(openssl_release_in("\0OpenSSL 3.0.1"s) == std::nullopt);
  CHECK(openssl_release_in("") == std::nullopt);
}

}  // namespace mtls::running
