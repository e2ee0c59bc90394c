#include "config/conf_path.h"

#include <catch2/catch.hpp>

namespace mtls::config {

TEST_CASE(
    "conf path: the compiled-in path is the configured one, or else the default below the prefix") {
  CHECK(compiled_conf_path("configure arguments: --prefix=/p --conf-path=/etc/n.conf --x") ==
        "/etc/n.conf");
  CHECK(compiled_conf_path("configure arguments: '--conf-path=n.conf'") == "n.conf");
  CHECK(compiled_conf_path("configure arguments: --prefix=/p") == "conf/nginx.conf");
  CHECK_FALSE(compiled_conf_path("ELF"));
}

TEST_CASE("conf path: a relative path starts at the prefix") {
  CHECK(main_conf_path("/a/n.conf", "/p") == "/a/n.conf");
  CHECK(main_conf_path("conf/n.conf", "/p") == "/p/conf/n.conf");
  CHECK(main_conf_path("n.conf", "/") == "/n.conf");
}

TEST_CASE("conf path: a configure argument is a word of its own") {
  CHECK(configured("x --prefix=/a --y", "--prefix=") == "/a");
  CHECK_FALSE(configured("--prefix=/a", "--prefix="));
  CHECK_FALSE(configured(" --prefix= --y", "--prefix="));
  CHECK(configured(" x--prefix=/a --prefix=/b", "--prefix=") == "/b");
}

}  // namespace mtls::config
