#include "daemon/inputs/rooted_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "daemon/system/disk.h"
#include "tests/support/temp_dir.h"

namespace mtls::daemon::inputs {
namespace {

using base::ErrorCode;
using testing::TempDir;

constexpr std::size_t kLimit = 1000;

void link(const TempDir& dir, const std::string& path, const std::string& target) {
  REQUIRE(::symlink(target.c_str(), dir.path(path).c_str()) == 0);
}

struct Scene {
  TempDir dir;
  system::Disk disk;

  RootedFiles rooted(const std::string& place = "", Elsewhere elsewhere = Elsewhere::kMissing) {
    return {{.place = place, .directory = std::filesystem::canonical(dir.path())}, elsewhere, disk};
  }
};

std::string text(RootedFiles& files, const std::string& path) {
  const auto content = files.read(path, kLimit);
  return content ? std::string(content->text()) : std::string(word(content.error().code));
}

}  // namespace

TEST_CASE("rooted files: paths are looked up below the directory, links never leave it") {
  Scene scene;
  scene.dir.write("etc/nginx/nginx.conf", "inside");
  scene.dir.write("srv/pki/ca.pem", "a CA");
  link(scene.dir, "etc/nginx/relative.pem", "../../srv/pki/ca.pem");
  link(scene.dir, "etc/nginx/absolute.pem", "/srv/pki/ca.pem");
  link(scene.dir, "etc/nginx/above.pem", "../../../../../../srv/pki/ca.pem");
  link(scene.dir, "etc/nginx/pki", "/srv/pki");
  link(scene.dir, "etc/nginx/hosts", "/etc/hostname");
  link(scene.dir, "etc/nginx/loop", "loop");
  RootedFiles files = scene.rooted();
  CHECK(text(files, "/etc/nginx/nginx.conf") == "inside");
  CHECK(text(files, "/etc/nginx/../nginx/./nginx.conf") == "inside");
  for (const char* path :
       {"/etc/nginx/relative.pem", "/etc/nginx/absolute.pem", "/etc/nginx/above.pem",
        "/etc/nginx/pki/ca.pem", "/etc/nginx/pki/../pki/ca.pem"}) {
    CAPTURE(path);
    CHECK(text(files, path) == "a CA");
    CHECK(files.stat(path)->size == 4);
    CHECK(*files.here(path) == std::filesystem::canonical(scene.dir.path("srv/pki/ca.pem")));
  }
  REQUIRE(std::filesystem::exists("/etc/hostname"));
  CHECK(text(files, "/etc/nginx/hosts") == "missing");  // the file of this machine is none of it
  CHECK(text(files, "/etc/passwd") == "missing");
  CHECK(text(files, "/etc/nginx/loop") == "loop");
  CHECK(files.stat("/etc/nginx/.").error().code == ErrorCode::kNotRegular);
  CHECK(files.stat("/etc/nginx/nginx.conf/.").error().code == ErrorCode::kMissing);
}

TEST_CASE("rooted files: an error names the path that nginx opens") {
  Scene scene;
  scene.dir.write("etc/nginx/big", std::string(2 * kLimit, 'x'));
  RootedFiles files = scene.rooted();
  CHECK_THAT(files.read("/etc/nginx/none", kLimit).error().message,
             Catch::StartsWith("/etc/nginx/none: no such file"));
  CHECK_THAT(files.read("/etc/nginx/big", kLimit).error().message,
             Catch::StartsWith("/etc/nginx/big: more than"));
}

TEST_CASE("rooted files: patterns match below the directory, through its links") {
  Scene scene;
  scene.dir.write("etc/nginx/sites[1]/b.conf", "b");
  scene.dir.write("etc/nginx/sites[1]/a.conf", "a");
  scene.dir.write("etc/nginx/sites[1]/.hidden.conf", "h");
  scene.dir.write("srv/sites/c.conf", "c");
  link(scene.dir, "etc/nginx/linked", "/srv/sites");
  RootedFiles files = scene.rooted();
  CHECK(*files.glob("/etc/nginx/sites\\[1]/*.conf") ==
        std::vector<std::string>{"/etc/nginx/sites[1]/a.conf", "/etc/nginx/sites[1]/b.conf"});
  CHECK(*files.glob("/etc/nginx/linked/*.conf") ==
        std::vector<std::string>{"/etc/nginx/linked/c.conf"});
  CHECK(*files.glob("/etc/nginx/*/?.conf") ==
        std::vector<std::string>{"/etc/nginx/linked/c.conf", "/etc/nginx/sites[1]/a.conf",
                                 "/etc/nginx/sites[1]/b.conf"});
  CHECK(files.glob("/etc/*.conf")->empty());
}

TEST_CASE("rooted files: a directory may stand in for one place alone") {
  Scene scene;
  scene.dir.write("nginx/nginx.conf", "inside");
  scene.dir.write("nginx/ca.pem", "a CA");
  link(scene.dir, "nginx/linked.pem", "/etc/nginx/ca.pem");
  link(scene.dir, "nginx/out.pem", "/srv/ca.pem");
  RootedFiles files = scene.rooted("/etc");
  CHECK(text(files, "/etc/nginx/nginx.conf") == "inside");
  CHECK(text(files, "/etc/nginx/linked.pem") == "a CA");
  CHECK(text(files, "/etc/nginx/out.pem") == "missing");
  CHECK(text(files, scene.dir.path("nginx/ca.pem")) == "missing");
  CHECK(*files.glob("/etc/nginx/*.conf") == std::vector<std::string>{"/etc/nginx/nginx.conf"});
  CHECK(files.glob("/srv/*")->empty());

  TempDir other;
  const std::string elsewhere = other.write("x.pem", "of this machine");
  RootedFiles beside = scene.rooted("/etc", Elsewhere::kAsItIs);
  CHECK(text(beside, "/etc/nginx/nginx.conf") == "inside");
  CHECK(text(beside, elsewhere) == "of this machine");
  CHECK(*beside.glob(other.path("*.pem")) == std::vector<std::string>{elsewhere});
}

}  // namespace mtls::daemon::inputs
