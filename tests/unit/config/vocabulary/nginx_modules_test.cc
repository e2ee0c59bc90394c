#include "config/vocabulary/nginx_modules.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace mtls::config {
namespace {

NginxBuild configured_with(const std::string& arguments) {
  return {.version = {1, 22, 1}, .configure = arguments};
}

TEST_CASE(
    "nginx modules: nothing is known about a build with third-party modules, or without a build") {
  const std::vector<std::string> none;
  CHECK(vocabulary::ModuleSet::of(configured_with(""), none));
  CHECK_FALSE(vocabulary::ModuleSet::of({.version = {1, 22, 1}}, none));
  CHECK_FALSE(
      vocabulary::ModuleSet::of(configured_with("--with-mail --add-module=/src/lua"), none));
  CHECK_FALSE(vocabulary::ModuleSet::of(configured_with("'--add-module=/a b'"), none));
  CHECK(vocabulary::ModuleSet::of(configured_with("--add-dynamic-module=/src/geoip2"), none));
  for (const Version version :
       {Version{1, 17, 10}, Version{1, 31, 6}, Version{1, 32, 0}, Version{2, 0, 0}}) {
    CHECK_FALSE(vocabulary::ModuleSet::of({.version = version, .configure = ""}, none));
  }
}

TEST_CASE("nginx modules: a loaded file that is not nginx's own makes the rest unknown") {
  const NginxBuild build = configured_with("--with-stream=dynamic");
  CHECK(vocabulary::ModuleSet::of(build, {"modules/ngx_stream_module.so"}));
  CHECK_FALSE(vocabulary::ModuleSet::of(
      build, {"modules/ngx_stream_module.so", "/x/ngx_http_js_module.so"}));
}

TEST_CASE("nginx modules: some are built only on request, all others unless they are left out") {
  const auto modules = vocabulary::ModuleSet::of(
      configured_with("--with-http_ssl_module --without-http_geo_module --with-mail=dynamic "
                      "--with-stream=dynamic --with-stream_ssl_module"),
      {"/usr/lib/ngx_stream_module.so"});
  REQUIRE(modules);
  for (const char* there : {"http_ssl_module", "http_map_module", "stream", "stream_ssl_module"}) {
    CAPTURE(there);
    CHECK(modules->has(there));
  }
  for (const char* missing :
       {"http_geo_module", "mail", "http_v2_module", "stream_realip_module"}) {
    CAPTURE(missing);
    CHECK_FALSE(modules->has(missing));
  }
  CHECK(vocabulary::ModuleSet::of(configured_with("--with-http_v3_module"), {})
            ->has("http_ssl_module"));
}

}  // namespace
}  // namespace mtls::config
