#include "config/vocabulary/vocabulary.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/grammar/directives.h"

namespace mtls::config {
namespace {

using enum vocabulary::Context;

const std::vector<vocabulary::Context> kJudged{
    kMain,        kEvents,   kHttp,   kHttpServer,   kLocation,       kServerIf, kLocationIf,
    kLimitExcept, kUpstream, kStream, kStreamServer, kStreamUpstream, kMail,     kMailServer};

}  // namespace

TEST_CASE("vocabulary: a directive is found where one of its modules allows it") {
  struct Case {
    const char* name;
    std::vector<vocabulary::Context> places;
  };
  const std::vector<Case> cases{
      {"user", {kMain}},
      {"worker_connections", {kEvents}},
      {"include", kJudged},
      {"server", {kHttp, kUpstream, kStream, kStreamUpstream, kMail}},
      {"location", {kHttpServer, kLocation}},
      {"root", {kHttp, kHttpServer, kLocation, kLocationIf}},
      {"return", {kHttpServer, kLocation, kServerIf, kLocationIf, kStreamServer}},
      {"ip_hash", {kUpstream}},
      {"least_conn", {kUpstream, kStreamUpstream}},
      {"deny", {kHttp, kHttpServer, kLocation, kLimitExcept, kStream, kStreamServer}},
      {"protocol", {kMailServer}},
      {"more_set_headers", {}},
  };
  for (const Case& test : cases) {
    CAPTURE(test.name);
    CHECK(vocabulary::is_known(test.name) == !test.places.empty());
    for (const vocabulary::Context context : kJudged) {
      CAPTURE(static_cast<int>(context));
      const bool is_place =
          std::find(test.places.begin(), test.places.end(), context) != test.places.end();
      CHECK((vocabulary::find_known(test.name, context) != nullptr) == is_place);
    }
  }
}

TEST_CASE(
    "vocabulary: the number of arguments is that of ngx_command_t, all releases taken together") {
  struct Case {
    const char* name;
    vocabulary::Context context;
    std::vector<std::size_t> taken, refused;
  };
  const std::vector<Case> cases{
      {"internal", kLocation, {0}, {1}},
      {"sendfile", kHttp, {1}, {0, 2}},
      {"user", kMain, {1, 2}, {0, 3}},
      {"index", kHttp, {1, 2, 8, 9, 1000}, {0}},
      {"error_page", kHttp, {2, 1000}, {0, 1}},
      {"proxy_temp_path", kHttp, {1, 2, 3, 4}, {0, 5, 9}},
      {"keepalive", kUpstream, {1, 2}, {0, 3}},    // two since 1.29.7
      {"sticky", kUpstream, {0, 1, 5, 1000}, {}},  // of other modules, too
      {"stub_status", kLocation, {0, 1}, {2}},
  };
  for (const Case& test : cases) {
    CAPTURE(test.name);
    const vocabulary::KnownDirective* known = vocabulary::find_known(test.name, test.context);
    REQUIRE(known != nullptr);
    for (const std::size_t count : test.taken) CHECK(known->takes(count));
    for (const std::size_t count : test.refused) CHECK_FALSE(known->takes(count));
  }
}

TEST_CASE("vocabulary: a directive can be missing only when the modules of the build are known") {
  const NginxBuild build{.version = {1, 27, 2}, .configure = "--with-mail=dynamic"};
  const auto modules = vocabulary::ModuleSet::of(build, {});
  REQUIRE(modules);
  const vocabulary::Release old{.version = build.version, .modules = &*modules};
  const vocabulary::Release recent{.version = {1, 29, 6}, .modules = &*modules};
  CHECK(vocabulary::is_known("max_headers",
                             old));  // 1.29.8 brought it, and distributions take it back
  CHECK(vocabulary::is_known("resolver", old));
  CHECK_FALSE(vocabulary::exists_in(*vocabulary::find_known("resolver", kUpstream), old));
  CHECK(vocabulary::exists_in(*vocabulary::find_known("resolver", kUpstream), recent));
  CHECK(vocabulary::is_known("auth_http"));
  CHECK_FALSE(vocabulary::is_known("auth_http", recent));
}

TEST_CASE("vocabulary: a directive of a module that is built on request exists only with it") {
  const NginxBuild build{.version = {1, 26, 3},
                         .configure =
                             "--with-http_realip_module --with-http_xslt_module=dynamic "
                             "--with-http_geoip_module=dynamic --with-stream"};
  const auto bare = vocabulary::ModuleSet::of(build, {});
  const auto loaded = vocabulary::ModuleSet::of(
      build, {"ngx_http_xslt_filter_module.so", "/x/ngx_http_geoip_module.so"});
  REQUIRE(bare);
  REQUIRE(loaded);
  const vocabulary::Release without{.version = build.version, .modules = &*bare};
  const vocabulary::Release with{.version = build.version, .modules = &*loaded};
  for (const char* name : {"xslt_types", "geoip_country", "geoip_proxy"}) {
    CAPTURE(name);
    CHECK_FALSE(vocabulary::is_known(name, without));
    CHECK(vocabulary::is_known(name, with));
  }
  for (const char* name : {"stub_status", "image_filter", "perl", "ssl_preread", "mail"}) {
    CAPTURE(name);
    CHECK_FALSE(vocabulary::is_known(name, with));
  }
  for (const char* name :
       {"real_ip_header", "stream", "http", "gzip", "proxy_pass_header", "map"}) {
    CAPTURE(name);
    CHECK(vocabulary::is_known(name, without));
  }
  using vocabulary::find_known;
  CHECK(vocabulary::exists_in(*find_known("geoip_country", kHttp), with));
  CHECK_FALSE(vocabulary::exists_in(*find_known("geoip_country", kStream), with));
}

TEST_CASE("vocabulary: it has no directive of the TLS table, so that no complaint comes twice") {
  for (const grammar::DirectiveRule& rule : grammar::directive_table()) {
    CAPTURE(rule.name);
    for (const vocabulary::Context context : kJudged) {
      const bool is_there = grammar::is_allowed(rule, context, Version{9999, 0, 0});
      CHECK_FALSE((is_there && vocabulary::find_known(rule.name, context) != nullptr));
    }
  }
}

}  // namespace mtls::config
