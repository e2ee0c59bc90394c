#include "config/grammar/close_name.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/grammar/directive_table.h"
#include "config/vocabulary/vocabulary.h"

namespace mtls::config::grammar {
namespace {

std::string meant_by(const std::string& name) {
  return std::string(close_name(name).value_or("nothing"));
}

TEST_CASE("close name: slips of the pen, and names that others have for it, lead to nginx's") {
  struct Row {
    const char* name;
    const char* meant;
  };
  const std::vector<Row> rows{
      {"ssl-verify-client", "ssl_verify_client"},
      {"ssl_client_verify", "ssl_verify_client"},
      {"ssl_verify_cleint", "ssl_verify_client"},
      {"ssl_verifyclient", "ssl_verify_client"},
      {"SSL_Verify_Client", "ssl_verify_client"},
      {"SSLVerifyClient", "ssl_verify_client"},
      {"ssl_client_ca_file", "ssl_client_certificate"},
      {"SSLCACertificateFile", "ssl_client_certificate"},
      {"ssl_client_certficate", "ssl_client_certificate"},
      {"ssl_client_certificates", "ssl_client_certificate"},
      {"ssl_trusted_certifcate", "ssl_trusted_certificate"},
      {"ssl_key", "ssl_certificate_key"},
      {"proxy_ssl_trusted_certificat", "proxy_ssl_trusted_certificate"},
      {"proxy_verify_ssl", "proxy_ssl_verify"},
      {"lisen", "listen"},
      {"sever", "server"},
      {"server_nmae", "server_name"},
      {"locaton", "location"},
      {"proxy_set_heder", "proxy_set_header"},
      {"retrun", "return"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(meant_by(row.name) == row.meant);
  }
}

TEST_CASE("close name: directives of other modules are close to none") {
  for (const char* name : {"more_set_headers",
                           "more_clear_headers",
                           "brotli",
                           "brotli_types",
                           "zstd",
                           "lua_code_cache",
                           "content_by_lua_block",
                           "set_by_lua",
                           "js_import",
                           "js_set",
                           "echo",
                           "subs_filter",
                           "subs_filter_types",
                           "geoip2",
                           "geoip2_proxy",
                           "headers",
                           "auth_ldap",
                           "auth_pam",
                           "rtmp",
                           "modsecurity",
                           "vhost_traffic_status",
                           "check",
                           "fair",
                           "status",
                           "api",
                           "match",
                           "state",
                           "keyval",
                           "otel_exporter",
                           "opentracing",
                           "passenger_root",
                           "pagespeed",
                           "upload_pass",
                           "fancyindex",
                           "dav_ext_methods",
                           "srcache_fetch",
                           "memc_pass",
                           "redis2_pass",
                           "nchan_pub",
                           "proxy_cache_purge",
                           "cache_purge",
                           "ssl_ct",
                           "ssl_pass_phrase_dialog",
                           "image",
                           "x",
                           ""}) {
    CAPTURE(name);
    CHECK(meant_by(name) == "nothing");
  }
  CHECK(meant_by(std::string(4000, 's')) == "nothing");
}

TEST_CASE("close name: nginx's own directives are not corrected") {
  for (const std::string_view name : vocabulary::known_names()) {
    CHECK(meant_by(std::string(name)) == "nothing");
  }
  for (const DirectiveRule& rule : directive_table()) {
    CHECK(meant_by(std::string(rule.name)) == "nothing");
  }
}

}  // namespace
}  // namespace mtls::config::grammar
