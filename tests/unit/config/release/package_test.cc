#include "config/release/package.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace mtls::config::release {

TEST_CASE("package: the first entry of a changelog names package and version, all name CVEs") {
  const auto package = read_changelog(
      "nginx (1.26.3-3+deb13u11) trixie-security; urgency=high\n\n"
      "  * d/p/CVE-2026-120967.patch: verify stream client certificates\n"
      "    (CVE-2026-120967), CVE-2025-23419, CVE-26-1, CVE-2026-, CVE-2O26-1\n\n"
      "nginx (1.26.3-3+deb13u1) trixie; urgency=medium\n  * CVE-2019-20372\n");
  REQUIRE(package);
  CHECK(package->name == "nginx");
  CHECK(package->version == "1.26.3-3+deb13u11");
  CHECK(package->mended ==
        std::vector<std::string>{"CVE-2019-20372", "CVE-2025-23419", "CVE-2026-120967"});
}

TEST_CASE("package: what does not begin like a changelog is none") {
  for (const char* text : {"", "nginx\n", " (1.2.3) x\n", "nginx (\n", "nginx ()\n",
                           "Changes with nginx 1.26.3\n(x)", ") nginx (1\n"}) {
    CAPTURE(text);
    CHECK_FALSE(read_changelog(text));
  }
}

TEST_CASE("package: dpkg's status tells the version of an installed package, and no CVE") {
  const std::string status =
      "Package: nginx-common\nStatus: install ok installed\nVersion: 9\n\n"
      "Package: nginx\nStatus: install ok installed\nDescription: a\n Version: 8\n"
      "Version: 1.22.1-9+deb12u11\n\n"
      "Package: angie\nStatus: deinstall ok config-files\nVersion: 1.8.1\n";
  CHECK(read_dpkg_status(status, "nginx") ==
        Package{.name = "nginx", .version = "1.22.1-9+deb12u11"});
  for (const char* name : {"angie", "ngin", "nginx-core", ""}) {
    CAPTURE(name);
    CHECK_FALSE(read_dpkg_status(status, name));
  }
  CHECK_FALSE(read_dpkg_status("", "nginx"));
}

TEST_CASE("package: the release that was packaged stands before the distribution's part") {
  const auto release = [](const std::string& version) {
    return upstream_version({.name = "nginx", .version = version});
  };
  CHECK(release("1.26.3-3+deb13u11") == Version{1, 26, 3});
  CHECK(release("1:1.30.6~rc1") == Version{1, 30, 6});
  CHECK(release("1.27.3") == Version{1, 27, 3});
  CHECK_FALSE(release("1.27-3"));
  CHECK_FALSE(release(""));
}

TEST_CASE("package: distributions put nginx at usr/sbin/nginx below some root") {
  CHECK(distribution_root("/usr/sbin/nginx") == "");
  CHECK(distribution_root("/srv/trixie/usr/sbin/nginx") == "/srv/trixie");
  for (const char* path : {"", "/usr/local/nginx/sbin/nginx", "/usr/local/sbin/nginx",
                           "/usr/sbin/nginx.old", "/opt/nginx"}) {
    CAPTURE(path);
    CHECK_FALSE(distribution_root(path));
  }
}

}  // namespace mtls::config::release
