// Directives that no module brings, judged by real nginx (R9.10, R1.12).
#include <set>

#include "config/grammar/directive_table.h"
#include "config/vocabulary/vocabulary.h"
#include "tests/integration/config/config_text_bench.h"
#include "tests/integration/config/nginx_modules.h"
#include "tests/support/memory_filesystem.h"

namespace mtls::config {
namespace {

std::string in_main(const std::string& text) { return text + "\nevents {}\n"; }

const std::vector<std::string> kUnknown{
    in_server("ssl-verify-client on;"),
    in_server("ssl_client_verify on;"),
    in_server("ssl_client_ca_file\n/etc/ca.pem;"),
    in_server("ssl_verify_cleint on;"),
    in_server("SSL_VERIFY_CLIENT on;"),
    in_server("\"\" x;"),
    in_server("more_set_headers a;"),
    in_server("location / { brotli on; }"),
    in_server("location / { limit_except GET { mystery; } }"),
    in_server("location / { if ($host) { mystery; } }"),
    in_server("if ($host) { mystery; }"),
    in_server("content_by_lua_block { ngx.say(\"}\") }"),
    in_server("content_by_lua_block\n{\n}"),
    in_server("sever {\nlisten 80;\n}"),
    in_server("mystery { gzip maybe; }"),
    in_server("mystery on; listen maybe;"),
    in_http("upstream u { server 127.0.0.1:1; fair; }"),
    in_http("rtmp { server { listen 1; } }"),
    in_http("lua_shared_dict a 1m;"),
    in_main("mystery;"),
    in_main("rtmp { server { listen 1935; } }"),
    in_main("worker_process 1;"),
    in_main("Events {}"),
    "events { worker_conections 1; }\n",
    in_main("stream { server { listen 127.0.0.1:18099; proxy_pass 127.0.0.1:1; } }"),
    in_main("stream;"),
    in_main("mail { server { protocol imap; } }"),
    in_http("stream { }"),
};

const std::vector<std::string> kWithModules{
    "stream {\nmystery on; }\n",
    "stream { server { listen 127.0.0.1:18099;\nssl-verify-client on; } }\n",
    "stream { upstream u { fair; } }\n",
    "mail { server { ssl_client_verify on; } }\n",
    "mail { starttsl on; }\n",
};

std::string echo_module() { return testing::nginx_module("http_echo"); }

}  // namespace

TEST_CASE("unknown directive: nginx's words at nginx's line") {
  if (testing::nginx_is_missing()) return;
  for (const std::string& text : kUnknown) {
    check_same({{"nginx.conf", text}});
    CHECK(judge({{"nginx.conf", text}}).nginx.starts_with("unknown directive "));
  }
}

TEST_CASE("unknown directive: in stream and mail, whose modules are loaded") {
  if (testing::modules_are_missing()) return;
  const std::string head = testing::load_module("stream") + testing::load_module("mail");
  for (const std::string& text : kWithModules) {
    check_same({{"nginx.conf", head + in_main(text)}});
    CHECK(judge({{"nginx.conf", head + in_main(text)}}).nginx.starts_with("unknown directive "));
  }
}

TEST_CASE("unknown directive: a module brings its directives from load_module on") {
  if (testing::nginx_is_missing()) return;
  if (access(echo_module().c_str(), R_OK) != 0) {
    WARN("skipped: there is no " << echo_module());
    return;
  }
  const std::string load = "load_module " + echo_module() + ";\n";
  const std::string echo = in_server("location / { echo hello; }");
  check_same({{"nginx.conf", echo}});
  check_same({{"nginx.conf", load + echo}});
  check_same({{"nginx.conf", "mystery;\n" + load + echo}});
  const Verdicts undecidable = judge({{"nginx.conf", load + in_server("ssl-verify-client on;")}});
  CHECK(undecidable.nginx.starts_with("unknown directive "));
  CHECK(undecidable.ours.empty());
}

TEST_CASE("unknown directive: without all modules known nothing is refused") {
  testing::MemoryFileSystem disk;
  disk.put("/n/nginx.conf", "load_module other.so;\n" +
                                in_http("more_headers a b c;\nrtmp { server { listen 1; } http { "
                                        "} }\ncontent_by_lua_block { } server { mystery on { gzip "
                                        "maybe; } }"));
  CHECK(we_say(disk, "/n/nginx.conf").empty());
}

// The words of the binary and of its modules are among nginx's directives when nginx takes them.
TEST_CASE("unknown directive: nginx calls none of our own directives unknown, nor we one of its") {
  if (testing::modules_are_missing()) return;
  const std::string head = testing::load_module("stream") + testing::load_module("mail");
  std::set<std::string_view> names;
  for (const std::string_view name : vocabulary::known_names()) names.insert(name);
  for (const grammar::DirectiveRule& rule : grammar::directive_table()) names.insert(rule.name);
  std::size_t there = 0;
  for (const std::string_view name : names) {
    const std::string text = head + std::string(name) + " a b c d e f g h i j;\nevents {}\n";
    const Verdicts verdicts = judge({{"nginx.conf", text}});
    const bool is_unknown_to_us = verdicts.ours.starts_with("unknown directive ");
    CAPTURE(text, verdicts.nginx);
    if (is_unknown_to_us) CHECK(verdicts.nginx.starts_with("unknown directive "));
    if (!verdicts.nginx.starts_with("unknown directive ")) ++there;
  }
  CHECK(there > 500);
}

}  // namespace mtls::config
