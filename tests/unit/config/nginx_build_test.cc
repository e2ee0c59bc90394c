#include "config/nginx_build.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

namespace mtls::config {

TEST_CASE("nginx build: three numbers and two dots are a version, nothing else is") {
  CHECK(parse_version("1.22.1") == Version{1, 22, 1});
  CHECK(parse_version("1.9.15") < parse_version("1.22.1"));
  CHECK(to_string({1, 27, 2}) == "1.27.2");
  for (const char* text : {"", "1", "1.22", "1.22.", "1.22.1 ", " 1.22.1", "1.22.1.4", "1.22.x",
                           "-1.2.3", "1.+2.3", "v1.22.1", "1.22.99999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_version(text));
  }
}

TEST_CASE("nginx build: version, OpenSSL and prefix are read from the plain text in the binary") {
  using namespace std::string_literals;
  const std::string binary =
      "\x7f"
      "ELF\0/src/nginx/9.9.9\0nginx/x\0nginx/1.22.1\0"
      "built with OpenSSL 3.0.11 19 Sep 2023\0--prefix=\0"
      "configure arguments: --with-pcre=a --prefix=/etc/nginx/ --conf-path=/x\0"s;
  CHECK(read_build(binary) ==
        NginxBuild{.version = {1, 22, 1},
                   .openssl = {3, 0, 11},
                   .openssl_source = OpensslSource::kBuilt,
                   .prefix = "/etc/nginx",
                   .configure = " --with-pcre=a --prefix=/etc/nginx/ --conf-path=/x",
                   .version_source = VersionSource::kBinary});
  constexpr Dialect kUnknown = Dialect::kUnknown;
  const std::vector<std::pair<std::string, NginxBuild>> cases{
      {"", {}},
      {"nginx/1.27.2 (Ubuntu)", {.version = {1, 27, 2}, .version_source = VersionSource::kBinary}},
      {"built with OpenSSL 1.1.1n  15 Mar 2022",
       {.openssl = {1, 1, 1}, .openssl_source = OpensslSource::kBuilt, .dialect = kUnknown}},
      {"built with LibreSSL 3.8.2", {.dialect = kUnknown}},
      {" '--prefix=/opt/n x'", {.prefix = "/opt/n", .dialect = kUnknown}},
      {" --prefix=relative", {.dialect = kUnknown}},
      {" --prefix=/", {.prefix = "/", .dialect = kUnknown}},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(read_build(text) == expected);
  }
}

TEST_CASE("nginx build: the configure arguments of a product built from nginx count as unknown") {
  const std::string arguments = " configure arguments: --with-mail";
  CHECK(read_build("nginx/1.27.2" + arguments).configure == " --with-mail");
  for (const char* brand : {"nginx/1.27.2 (nginx-plus-r33)", "nginx/1.27.2 --prefix=/openresty/x",
                            "nginx/1.27.2 Angie/1.8.1", "Tengine/3.0 nginx/1.24.0",
                            "freenginx/1.27.4", "nginx of no release"}) {
    CAPTURE(brand);
    CHECK_FALSE(read_build(brand + arguments).configure);
  }
}

TEST_CASE("nginx build: a product is known by the name that it writes before its version") {
  struct Row {
    std::string binary;
    Dialect dialect;
    Version version;
  };
  using enum Dialect;
  for (const Row& row : std::vector<Row>{
           {"nginx version: nginx/1.30.6", kNginx, {1, 30, 6}},
           {"nginx/1.27.2 --prefix=/usr/local/openresty/nginx", kNginx, {1, 27, 2}},
           {"nginx/1.27.2 (nginx-plus-r33)", kPlus, {1, 27, 2}},
           {"nginx version: openresty/1.27.1.2", kOpenresty, {1, 27, 1}},
           {"Tengine version: Tengine/3.2.0 nginx/1.31.3", kTengine, {1, 31, 3}},
           {"Angie version: Angie/1.10.0 nginx/1.27.4", kAngie, {1, 27, 4}},
           {"Angie version: Angie/1.10.0", kAngie, NginxBuild{}.version},
           {"nginx version: freenginx/1.27.4", kFreenginx, {1, 27, 4}},
           {"WebSrv/2.0", kUnknown, NginxBuild{}.version},
           {"", kNginx, NginxBuild{}.version},
       }) {
    CAPTURE(row.binary);
    const NginxBuild build = read_build(row.binary);
    CHECK(word(build.dialect) == word(row.dialect));
    CHECK(build.version == row.version);
    const bool is_read = row.version != NginxBuild{}.version;
    CHECK((build.version_source == VersionSource::kBinary) == is_read);
  }
}

TEST_CASE("nginx build: CA files are loaded by PEM reading since 1.27.2") {
  CHECK_FALSE(NginxBuild{.version = {1, 27, 1}}.loads_ca_by_pem_read());
  CHECK(NginxBuild{.version = {1, 27, 2}}.loads_ca_by_pem_read());
}

}  // namespace mtls::config
