#include "reports/settings_json.h"

#include "tests/unit/reports/json_fixture.h"

namespace mtls::reports {
namespace {

using config::Provenance;
using fixture::check_places;

const config::syntax::Document kDocument{
    .main = {}, .diagnostics = {}, .files = {"/etc/nginx/nginx.conf", "/etc/nginx/tls.conf"}};

base::SourceLocation at(std::uint32_t file, std::uint32_t line) {
  return {.file = base::FileId{file}, .line = line, .column = 1};
}

TEST_CASE("settings json: each directive has its value, provenance and the line that caused it") {
  config::TlsContext server;
  server.settings = {
      {.directive = "ssl_crl", .effective = {.value = "", .provenance = {}, .at = {}}},
      {.directive = "ssl_verify_client",
       .effective = {.value = "on", .provenance = Provenance::kInherited, .at = at(1, 7)}}};
  const Json json = settings_json(kDocument, server);
  CHECK(fixture::keys_of(json) == std::vector<std::string>{"ssl_crl", "ssl_verify_client"});
  check_places(json, {{"/ssl_crl/value", nullptr},
                      {"/ssl_crl/provenance", "default"},
                      {"/ssl_crl/file", nullptr},
                      {"/ssl_crl/line", nullptr},
                      {"/ssl_verify_client/value", "on"},
                      {"/ssl_verify_client/provenance", "inherited"},
                      {"/ssl_verify_client/file", "/etc/nginx/tls.conf"},
                      {"/ssl_verify_client/line", 7}});
}

TEST_CASE("settings json: an upstream's settings go by the names of its own module") {
  config::UpstreamTlsContext upstream;
  upstream.server = {.module = config::Module::kHttp, .server = "a", .listen = "0.0.0.0:443"};
  upstream.location = "/api";
  upstream.directive = "grpc_pass";
  upstream.at = at(0, 9);
  upstream.verify = {.value = true, .provenance = Provenance::kLocal, .at = at(0, 10)};
  upstream.conf_commands.value = {{"Options", "KTLS"}, {"MinProtocol", "TLSv1.2"}};
  auto snapshot = std::make_shared<audit::Snapshot>();
  auto view = std::make_shared<audit::ConfigView>();
  view->document = std::make_shared<const config::syntax::Document>(kDocument);
  view->resolved.upstreams = {upstream};
  snapshot->config = view;
  const audit::Policy policy;
  check_places(upstreams_json({.snapshot = *snapshot}),
               {{"/0/server", "http/a/0.0.0.0:443"},
                {"/0/location", "/api"},
                {"/0/directive", "grpc_pass"},
                {"/0/line", 9},
                {"/0/speaks_tls", "yes"},
                {"/0/verify", true},
                {"/0/certificate", nullptr},
                {"/0/settings/grpc_ssl_verify/value", "on"},
                {"/0/settings/grpc_ssl_verify/provenance", "local"},
                {"/0/settings/grpc_ssl_verify/line", 10},
                {"/0/settings/grpc_ssl_verify_depth/value", "1"},
                {"/0/settings/grpc_ssl_conf_command/value", "Options KTLS, MinProtocol TLSv1.2"}});
}

}  // namespace
}  // namespace mtls::reports
