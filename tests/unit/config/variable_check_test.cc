#include "config/tls/variable_check.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/include.h"
#include "config/resolve.h"
#include "tests/support/memory_filesystem.h"

namespace mtls::config {
namespace {

const std::string kArguments = "--with-http_ssl_module --with-stream";

struct Row {
  std::string http;
  std::vector<std::string> expect;
};

std::vector<std::string> said(const std::string& text, const NginxBuild& build) {
  testing::MemoryFileSystem disk;
  disk.put("/n.conf", text);
  const syntax::Document document = load_document(disk, "/n.conf", {.build = build});
  std::vector<std::string> messages;
  for (const syntax::Diagnostic& one : resolve(document, "/n.conf", build).diagnostics) {
    messages.push_back(one.message);
  }
  return messages;
}

TEST_CASE("variable check: every name that nobody defines is told once, in nginx's order") {
  const NginxBuild build{.version = {1, 31, 0}, .configure = kArguments};
  const std::vector<Row> rows{
      {"log_format a $host$one; log_format b $ONE$two;",
       {"unknown \"one\" variable", "unknown \"two\" variable"}},
      {"server { proxy_set_header A $one; add_header A $two; }",
       {"unknown \"two\" variable", "unknown \"one\" variable"}},
      {"server { set $one 1; return 200 $one$arg_x$ssl_client_verify; }", {}},
      {"log_format a $http2;", {"unknown \"http2\" variable"}},  // not built in
      {"map $host $x { a \"$\"; }", {"invalid variable name"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.http);
    CHECK(said("events {} http { " + row.http + " }", build) == row.expect);
  }
}

TEST_CASE("variable check: nothing is unknown where a module we do not know may define it") {
  const std::string conf = "events {} http { log_format a $one; ";
  const NginxBuild known{.version = {1, 31, 0}, .configure = kArguments};
  CHECK(said(conf + "}", known).size() == 1);
  CHECK(said(conf + "brotli on; }", known).empty());
  CHECK(said("load_module ngx_http_js_module.so; " + conf + "}", known).empty());
  CHECK(said(conf + "}", {.version = {1, 31, 0}}).empty());
  CHECK(said(conf + "}", {.version = {1, 31, 0}, .configure = "--add-module=/x"}).empty());
}

}  // namespace
}  // namespace mtls::config
