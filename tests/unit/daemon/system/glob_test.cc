// Compares system::glob() with glob(3): random patterns over small random trees with links, odd
// names and directories that may not be read.
#include "daemon/system/glob.h"

#include <glob.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <random>

#include <catch2/catch.hpp>

#include "base/shortage.h"
#include "tests/unit/daemon/system/disk_scene.h"

namespace mtls::daemon {
namespace {

using testing::AsNobody;
using testing::TemporaryDirectory;
using Paths = std::vector<std::string>;

constexpr std::size_t kMost = 10'000;

Paths of_libc(const std::string& pattern) {
  glob_t found{};
  const int status = ::glob(pattern.c_str(), 0, nullptr, &found);
  REQUIRE((status == 0 || status == GLOB_NOMATCH));
  Paths paths;
  if (status == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  std::sort(paths.begin(), paths.end());
  return paths;
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  template <class Choices>
  std::string one_of(const Choices& choices) {
    return choices.at(below(choices.size()));
  }

 private:
  std::minstd_rand engine_;
};

constexpr std::array kNames{"a",  "b",   "ab",   "a.conf", ".a", ".b", "a*b",
                            "[a", "a]b", "a\\b", "?",      "-",  "B",  "..data"};

/// Directories, files and links, up to three levels deep.
void grow(const std::string& at, Random& random, int floor) {
  namespace fs = std::filesystem;
  const std::size_t entries = 2 + random.below(4);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::string path = at + "/" + random.one_of(kNames);
    if (fs::exists(fs::symlink_status(path))) continue;
    switch (floor > 2 ? 3 : random.below(6)) {
      case 0: fs::create_symlink(random.one_of(kNames), path); break;
      case 1: fs::create_directory_symlink("../" + random.one_of(kNames), path); break;
      case 2:
      case 3: std::ofstream(path).put('x'); break;
      default:
        fs::create_directory(path);
        grow(path, random, floor + 1);
        constexpr std::array kModes{0755U, 0755U, 0755U, 0711U, 0744U, 0700U};
        fs::permissions(path, fs::perms(kModes.at(random.below(kModes.size()))));
    }
  }
}

std::string random_pattern(Random& random) {
  constexpr std::array kParts{
      "*",    "*", "*",           "*",  "*",  "?*",     "[!-]*", "[^.]*", ".*", "*",  "?", "[a-b]",
      "[!a]", "a", "b",           ".",  "ab", "a.conf", "\\*",   "\\a",   "\\", "[",  "]", "*.conf",
      "..",   "-", "[[:alpha:]]", ".*", "*/", "[a/b]",  "\\/",   "**",    "a*", "?*", "B", "[]a]"};
  constexpr std::array kSlashes{"/", "/", "/", "/", "//", "///", "\\/", "/./", "/../"};
  std::string pattern;
  const std::size_t components = 1 + random.below(random.below(4) + 1);
  for (std::size_t i = 0; i < components; ++i) {
    if (i > 0) pattern += random.one_of(kSlashes);
    pattern += random.one_of(kParts);
    if (random.below(4) == 0) pattern += random.one_of(kParts);
  }
  if (random.below(6) == 0) pattern += random.one_of(kSlashes);
  return pattern;
}

// No pattern leaves the tree for directories that others use.
constexpr char kDeep[] = "0/0/0/0/0/0/0/0/0";

TEST_CASE("glob: random patterns over random trees match what glob(3) matches") {
  int fruitful = 0;
  for (unsigned seed = 1; seed <= 100; ++seed) {
    Random random(seed);
    const TemporaryDirectory dir;
    const std::string root = dir / kDeep;
    std::filesystem::create_directories(root);
    grow(root, random, 0);
    const AsNobody nobody;
    for (int i = 0; i < 100; ++i) {
      const std::string pattern = root + "/" + random_pattern(random);
      const Paths expected = of_libc(pattern);
      const auto found = system::glob(pattern, kMost);
      REQUIRE(found);
      if (*found != expected) {
        CAPTURE(seed, pattern);
        CHECK(*found == expected);
      }
      fruitful += expected.empty() ? 0 : 1;
    }
  }
  CHECK(fruitful > 3'000);
}

TEST_CASE("glob: patterns of only slashes and escapes match what glob(3) matches") {
  for (const char* pattern :
       {"",       "/",       "//",       "///",    "/*",      "//*",  "/\\",
        "\\",     "*",       "*/CMake*", "/\\/*",  "//\\/*",  "/tmp", "/tmp/",
        "/tmp//", "/tm[p]/", "/tm[p]//", "/t\\mp", "/t\\mp/", "/./*", "/../*"}) {
    CAPTURE(pattern);
    const auto found = system::glob(pattern, kMost);
    REQUIRE(found);
    CHECK(*found == of_libc(pattern));
  }
}

TEST_CASE("glob: text after a NUL is not part of a pattern") {
  const TemporaryDirectory dir;
  dir.run("touch a b");
  CHECK(system::glob((dir / "?") + '\0' + "/nothing", kMost).value() ==
        Paths{dir / "a", dir / "b"});
}

TEST_CASE("glob: more matches, or directories on the way, than allowed are refused") {
  const TemporaryDirectory dir;
  dir.run("mkdir a b c; touch a/x b/x c/x");
  CHECK(system::glob(dir / "*/x", 3).value().size() == 3);
  CHECK(system::glob(dir / "*/x", 2).error().code == base::ErrorCode::kTooLarge);
  CHECK(system::glob(dir / "*/none", 2).error().code == base::ErrorCode::kTooLarge);
}

TEST_CASE("glob: a directory without permission is skipped, and is not a shortage") {
  const TemporaryDirectory dir;
  dir.run("mkdir open closed; touch open/x closed/x; chmod 711 closed");
  const AsNobody nobody;
  const base::ShortageWatch shortage;
  CHECK(system::glob(dir / "*/*", kMost).value() == Paths{dir / "open/x"});
  CHECK(system::glob(dir / "*/x", kMost).value() == Paths{dir / "closed/x", dir / "open/x"});
  CHECK_FALSE(shortage.seen());
}

}  // namespace
}  // namespace mtls::daemon
