#include "daemon/inputs/nginx_dump.h"

#include <catch2/catch.hpp>

#include "tests/support/memory_filesystem.h"

namespace mtls::daemon::inputs {
namespace {

constexpr std::size_t kLimit = 1000;

struct Scene {
  testing::MemoryFileSystem disk;
  base::Result<std::unique_ptr<NginxDump>> dump;

  explicit Scene(std::string_view text) {
    disk.put("/etc/nginx/local.conf", "of this machine");
    disk.put("/etc/nginx/conf.d/local.conf", "of this machine");
    disk.put("/etc/nginx/ca.pem", "a CA");
    dump = NginxDump::parse(text, "/home/me", disk);
  }

  std::string text(const std::string& path) {
    const auto content = (*dump)->read(path, kLimit);
    return content ? std::string(content->text()) : std::string(word(content.error().code));
  }
};

}  // namespace

TEST_CASE(
    "nginx dump: the parts are the files, without the line feed that nginx puts behind each") {
  Scene scene(
      "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n"
      "nginx: configuration file /etc/nginx/nginx.conf test is successful\n"
      "# configuration file /etc/nginx/nginx.conf:\nevents {}\n\n"
      "# configuration file /etc/nginx/conf.d/a.conf:\nno line feed at its end\n"
      "# configuration file /etc/nginx/conf.d/empty.conf:\n\n"
      "# configuration file /etc/nginx/conf.d/sub/b.conf:\r\nb;\n\n");
  REQUIRE(scene.dump);
  CHECK((*scene.dump)->main_path() == "/etc/nginx/nginx.conf");
  CHECK(scene.text("/etc/nginx/nginx.conf") == "events {}\n");
  CHECK(scene.text("/etc/nginx/conf.d/a.conf") == "no line feed at its end");
  CHECK(scene.text("/etc/nginx/conf.d/empty.conf").empty());
  CHECK(scene.text("/etc/nginx/conf.d/sub/b.conf") == "b;\n");
  CHECK((*scene.dump)->stat("/etc/nginx/nginx.conf")->size == 10);
  CHECK_FALSE((*scene.dump)->read("/etc/nginx/nginx.conf", 3));
}

TEST_CASE("nginx dump: patterns match what nginx included, everything else is read from the disk") {
  Scene scene(
      "# configuration file /etc/nginx/nginx.conf:\n\n"
      "# configuration file /etc/nginx/conf.d/b.conf:\n\n"
      "# configuration file /etc/nginx/conf.d/a.conf:\n\n"
      "# configuration file /etc/nginx/conf.d/.hidden.conf:\n\n"
      "# configuration file /etc/nginx/conf.d/sub/c.conf:\n\n");
  REQUIRE(scene.dump);
  CHECK(*(*scene.dump)->glob("/etc/nginx/conf.d/*.conf") ==
        std::vector<std::string>{"/etc/nginx/conf.d/a.conf", "/etc/nginx/conf.d/b.conf"});
  CHECK(scene.text("/etc/nginx/ca.pem") == "a CA");
  CHECK(scene.text("/etc/nginx/none.pem") == "missing");
  CHECK((*scene.dump)->holds("/etc/nginx/conf.d/a.conf"));
  CHECK_FALSE((*scene.dump)->holds("/etc/nginx/local.conf"));
  // Of a directory that this machine has: nginx has searched it.
  CHECK((*scene.dump)->stat("/etc/nginx/.").error().code == base::ErrorCode::kMissing);
}

TEST_CASE("nginx dump: a header that comes again is a comment in somebody's file") {
  Scene scene(
      "# configuration file /etc/nginx/nginx.conf:\ninclude a.conf;\n\n"
      "# configuration file /etc/nginx/a.conf:\n"
      "# configuration file /etc/nginx/a.conf:\nserver {}\n"
      "# configuration file /etc/nginx/nginx.conf:\n# more\n");
  REQUIRE(scene.dump);
  CHECK(scene.text("/etc/nginx/nginx.conf") == "include a.conf;\n");
  CHECK(scene.text("/etc/nginx/a.conf") ==
        "# configuration file /etc/nginx/a.conf:\nserver {}\n"
        "# configuration file /etc/nginx/nginx.conf:\n# more");
}

TEST_CASE("nginx dump: paths of a relative prefix begin in the working directory") {
  Scene scene("# configuration file ./nginx.conf:\nx\n# configuration file ./conf.d/a.conf:\ny\n");
  REQUIRE(scene.dump);
  CHECK((*scene.dump)->main_path() == "/home/me/nginx.conf");
  CHECK(scene.text("/home/me/conf.d/a.conf") == "y");
}

TEST_CASE("nginx dump: a text without a header is none") {
  for (const char* text : {"", "events {}\n", "# configuration file\n", "# configuration file :\n",
                           " # configuration file /etc/nginx/nginx.conf:\n"}) {
    CAPTURE(text);
    const Scene scene(text);
    REQUIRE_FALSE(scene.dump);
    CHECK(scene.dump.error().code == base::ErrorCode::kInvalidArgument);
  }
}

}  // namespace mtls::daemon::inputs
