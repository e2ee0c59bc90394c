// The context, shape and number of arguments of directives other than TLS, judged by real nginx.
#include "tests/integration/config/config_text_bench.h"
#include "tests/integration/config/nginx_modules.h"

namespace mtls::config {
namespace {

std::string with_module(const std::string& name, const std::string& text) {
  return testing::load_module(name) + "events {}\n" + name + " {\n" + text + "\n}\n";
}
std::string in_stream(const std::string& text) { return with_module("stream", text); }
std::string in_mail(const std::string& text) { return with_module("mail", text); }

const std::vector<std::string> kAccepted{
    "user root;\nworker_processes 2;\nevents { worker_connections 64; multi_accept on; }\n",
    "env A; env B;\nevents {}\n",
    in_http("sendfile ON; gzip Off;"),
    in_http("server { root /a; location / { root /b; } location /c { root /d; } }"),
    in_http("log_format a '$host'; log_format b '$host';"),
    in_http("upstream u { server 127.0.0.1:1; server 127.0.0.1:2 backup; keepalive 2; }"),
    in_server("location / { if ($host) { set $a 1; return 403; } limit_except GET { deny all; } }"),
    in_server("location / { location /a { location /a/b { proxy_pass http://127.0.0.1; } } }"),
    in_server("add_header a b; add_header c d always; expires 1d; allow all; deny all;"),
    in_server("if ($host) { rewrite ^ /x last; }"),
    in_http("map $host $x { hostnames; volatile; default a; *.b c; }"),
    in_http("geo $host $x { ranges; default a; 127.0.0.1-127.0.0.2 b; }"),
    in_http("types { text/html; a/b c d e; }"),
    in_http("split_clients $host $x { .5% a; 1.25% b; * c; }"),
    in_http("charset_map a b { 80 81; }"),
    in_stream("server { listen 127.0.0.1:18099; proxy_pass 127.0.0.1:1; }"),
    in_stream("upstream u { server 127.0.0.1:1; least_conn; }"),
    in_mail("auth_http 127.0.0.1/x; server_name m; server { listen 127.0.0.1:18098; "
            "protocol imap; server_name n; }"),
};

const std::vector<std::string> kRefused{
    "worker_processes;\nevents {}\n",
    "worker_processes 1\nevents {}\n",
    "worker_processes 1 2;\nevents {}\n",
    "worker_processes 1;\nworker_processes 1;\nevents {}\n",
    "user root; user root; events {}\n",
    "daemon maybe;\nevents {}\n",
    "daemon {\n}\nevents {}\n",
    "listen 80;\nevents {}\n",
    "server {\n}\nevents {}\n",
    "location / {}\nevents {}\n",
    "events { sendfile on; }\n",
    "events { worker_connections 1; worker_connections 2; }\n",
    "events {}\nload_module x.so;\n",
    "events {}\nload_module;\n",
    "events {}\nhttp {}\nhttp {}\n",
    in_http("worker_processes 1;"),
    in_http("sendfile on\ngzip on;"),
    in_http("sendfile yes;"),
    in_http("sendfile on;\nsendfile off;"),
    in_http("sendfile off yes;"),
    in_http("root /a;\nroot /b;"),
    in_http("root /a\n\nindex b;"),
    in_http("proxy_pass http://127.0.0.1;"),
    in_http("proxy_connect_timeout 1s; proxy_connect_timeout 1s;"),
    in_http("proxy_set_header a;"),
    in_http("expires 1d; expires off;"),
    in_http("charset off; charset koi8-r;"),
    in_http("proxy_store off; proxy_store off;"),
    in_http("location / {}"),
    in_http("if ($host) {}"),
    in_http("keepalive 2;"),
    in_http("return 200;"),
    in_http("upstream {}"),
    in_http("upstream u;"),
    in_http("upstream u { listen 80; }"),
    in_http("upstream u { server; }"),
    in_http("upstream u { root /; }"),
    in_server("gzip_types;"),
    in_server("index;"),
    in_server("error_page;"),
    in_server("error_page 404;"),
    in_server("limit_except GET {}"),
    in_server("upstream u {}"),
    in_server("map $host $x {}"),
    in_server("charset_map a b {}"),
    in_server("proxy_pass http://127.0.0.1;"),
    in_server("if ($host) { root /; }"),
    in_server("if ($host) { location / {} }"),
    in_server("if ($host) { proxy_pass http://127.0.0.1; }"),
    in_server("if ;"),
    in_server("if {}"),
    in_server("location / { server_name x; }"),
    in_server("location / { listen 80; }"),
    in_server("location / { limit_except {} }"),
    in_server("location / { limit_except GET { root /; } }"),
    in_server("location / { if ($host) { if ($host) { } } }"),
    in_server("location / { if ($host) { alias /; } }"),
    in_server("location / { root /; root /; }"),
    in_server("location / { internal; internal; }"),
    in_server("location / { internal on; }"),
    in_server("location / { return 200 a b; }"),
    in_server("location / { return\n\n200 \"a\" b\n; }"),
    in_server("location / { stub_status {} }"),
    in_server("types;"),
    in_server("types a {}"),
    in_http("map $host $x { a; }"),
    in_http("map $host $x { hostnames a b; }"),
    in_http("map $host $x { include; }"),
    in_http("map $host $x { a b\nc d; }"),
    in_http("map $host {}"),
    in_http("map $host $x;"),
    in_http("geo $x { 127.0.0.1; }"),
    in_http("geo $x { ranges 1 2; }"),
    in_http("geo {}"),
    in_http("types { include; }"),
    in_http("split_clients $host $x { a b; }"),
    in_http("split_clients $host $x { 0% b; }"),
    in_http("split_clients $host $x { 1.255% b; }"),
    in_http("split_clients $host $x { 1.2.5% b; }"),
    in_http("split_clients $host $x { % b; }"),
    in_http("charset_map a b { 80; }"),
    in_http("charset_map a b { 100 80; }"),
    in_http("charset_map a b { g 80; }"),
    in_http("charset_map a {}"),
    in_stream("location / {}"),
    in_stream("server { root /; }"),
    in_stream("server { server {} }"),
    in_stream("sendfile on;"),
    in_stream("resolver 127.0.0.1; resolver 127.0.0.1;"),
    in_stream("upstream u { ip_hash; }"),
    in_stream("upstream u { server; }"),
    in_stream("map $x $y { a; }"),
    in_stream("server { listen 127.0.0.1:18099; proxy_pass 127.0.0.1:1; proxy_pass 127.0.0.1:2; }"),
    in_stream("") + "stream {}\n",
    in_mail("upstream u {}"),
    in_mail("server { protocol imap pop3; }"),
    in_mail("server { location / {} }"),
    in_mail("server_name;"),
    in_mail("resolver 127.0.0.1; resolver off;"),
};

}  // namespace

TEST_CASE("config text: the words of an if are judged as nginx judges them") {
  const std::vector<std::string> conditions{"=",
                                            "($http_a",
                                            "( )",
                                            "()",
                                            "( $http_a",
                                            "$http_a)",
                                            "($http_a b)",
                                            "($http_a = )",
                                            "($http_a = b c)",
                                            "($http_a == b)",
                                            "($http_a ~ '(')",
                                            "($http_a ~* b)",
                                            "(-f $http_a)",
                                            "(!-d /x)",
                                            "(-g /x)",
                                            "(-f)",
                                            "(a)",
                                            "($)",
                                            "($http_a)",
                                            "( $http_a != \"X\" )",
                                            "($http_a !~* ^b$)",
                                            "(!-x /x y)",
                                            "($http_a != \"X\"x)"};
  for (const std::string& condition : conditions) {
    INFO(condition);
    const auto [nginx, ours] = judge({{"nginx.conf", in_server("if " + condition + " { }")}});
    CHECK(ours == nginx);
  }
}

TEST_CASE("config shape: what nginx accepts has no diagnostics") {
  for (const std::string& text : kAccepted) {
    CAPTURE(text);
    const Verdicts verdicts = judge({{"nginx.conf", text}});
    CHECK(verdicts.nginx.empty());
    CHECK(verdicts.ours == verdicts.nginx);
  }
}

TEST_CASE("config shape: what nginx refuses is refused in its words at its line") {
  for (const std::string& text : kRefused) {
    CAPTURE(text);
    const Verdicts verdicts = judge({{"nginx.conf", text}});
    CHECK_FALSE(verdicts.nginx.empty());
    CHECK(verdicts.ours == verdicts.nginx);
  }
}

// Directives that 1.22.1 and the loaded modules have; other releases and modules have more.
struct ReleaseRow {
  std::string text;
  Version accepted_since = {999, 0, 0};
};

const std::vector<ReleaseRow> kOfTheRelease{
    {in_http("upstream u { server 127.0.0.1:1;\nresolver 127.0.0.1; }"), {1, 27, 3}},
    {in_http("upstream u { server 127.0.0.1:1;\nresolver_timeout 1s; }"), {1, 27, 3}},
    {in_http("starttls on;")},
    {in_http("protocol imap;")},
    {in_http("ssl_preread on;")},
    {in_http("server { listen 127.0.0.1:8080; auth_http 127.0.0.1; }")},
    {in_http("geo $x {\nvolatile; }"), {1, 29, 3}},
    {in_stream("server_names_hash_bucket_size 64;"), {1, 25, 5}},
    {in_stream("server_names_hash_max_size 64;"), {1, 25, 5}},
    {in_stream("server {\nserver_name; }")},
    {in_stream("server {\nserver_name a b; }")},
    {in_stream("server { starttls off; }")},
    {in_stream("server { proxy_pass 127.0.0.1:1;\n}")},
    {in_mail("server { starttls; }")},
    {in_mail("auth_http 127.0.0.1:1;\nserver { protocol imap;\n}")},
    {in_mail("ssl_preread on;")},
};

TEST_CASE(
    "config shape: a directive of a later release or an absent module is refused as nginx refuses "
    "it") {
  if (testing::modules_are_missing()) return;
  const Version asked = testing::build_under_test().version;
  for (const ReleaseRow& row : kOfTheRelease) {
    CAPTURE(row.text);
    check_same({{"nginx.conf", row.text}});
    CHECK(judge({{"nginx.conf", row.text}}).nginx.empty() == (asked >= row.accepted_since));
  }
}

}  // namespace mtls::config
