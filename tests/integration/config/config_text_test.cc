// The text of a configuration, judged by real nginx: both have the same first complaint at the same
// location, or neither has one.
#include "tests/integration/config/config_text_bench.h"

namespace mtls::config {
namespace {

const std::vector<std::string> kAccepted{
    "events {}\n",
    "events\n{\n}",
    "\"events\" {}",
    "events {} # no newline at the end",
    "\r\nevents {\r\n}\r\n",
    "events {}\n#" + run(4094) + "\n",
    in_http("# a \"comment { with ; things }"),
    in_http("log_format x '$host{';"),
    in_server("return 200 a}b;"),
    in_server("return 200 a#b;"),
    in_server("return 200 a\\;b;"),
    in_server("return 200 a\\ b;"),
    in_server("return 200 a\"b;"),
    in_server("return 200 ${host}x;"),
    in_server("return 200\n# between\n\"x\ny\";"),
    in_server("return 200 " + run(4095) + ";"),
    in_server("return 200 \"" + run(4094) + "\";"),
    in_server("if ($host != \"X\"){ return 403; }"),
    in_server("if ( $host ) { return 403; }"),
    in_server("ssl_verify_client ON;"),
    in_server("ssl_verify_client on; ssl_client_certificate /nonexistent;"),
    in_server("ssl_verify_depth 0;"),
    in_server("ssl_verify_depth 999999999999;"),
    in_server("ssl_protocols TLSv1.2; ssl_protocols tlsv1.3;"),
    in_server("ssl_session_cache none; ssl_session_cache off;"),
    in_server("ssl_conf_command MinProtocol TLSv1.2; ssl_conf_command Options X;"),
    in_server("server_name \"\" _ .a.example *.b.example c.example.* ~^x$ $hostname;"),
    in_server("listen 8081 ssl; ssl_reject_handshake on;"),
    in_http("server { listen 8080-8082; listen [::1]:8080; listen *:8083; listen 127.0.0.1; }"),
    in_http("server { listen unix:@/s; listen localhost:8080 default_server bind backlog=5; }"),
    in_http("server { listen 8080 default; } server { listen *:8080; }"),
    in_http("server { }"),
    in_http("map $host $x { default 1; ssl_verify_client on; \"a{2}\" 2; ~^\\d+$ \"\"; }"),
    in_http("geo $x { default 1; 127.0.0.0/8 2; }"),
    in_http("types { text/html html; }"),
    in_http("split_clients $host $x { 50% a; * b; }"),
    in_http("upstream u { server 127.0.0.1:1; }"),
};

const std::vector<std::string> kRefused{
    "",
    "# nothing\n",
    "\xEF\xBB\xBF"
    "events {}\n}",
    "events {}\n;",
    "events {}\n;;",
    "events {};",
    "events {}\n}",
    "events {\n",
    "events {}\nhttp {\n",
    "events {}\nhttp\n",
    "events {}\nhttp ;",
    "events {}\nevents {}",
    "events {}\n{",
    "events {}\nhttp x {}",
    "events {}\nuser \"root",
    "events {}\nuser root",
    "events {}\nuser \"root\"x;",
    "events {}\nuser \"root\"#x;",
    "events {}\nuser root }",
    "events {}\n#" + run(4095) + "\nuser root;\n",
    "events {}\n\nuser 'a" + run(5000) + "\n';",
    "events {\nhttp {}\n}",
    in_server("return 200\n\n" + run(4096) + ";"),
    in_server("return 200 " + run(4095) + " ;"),
    in_server("return 200 \"" + run(4095) + "\";"),
    in_server("return 200 \"" + run(4094) + "\" ;"),
    in_server("location { location / {} }"),
    in_server("server { }"),
    in_server("location"),
    in_server("location / { location"),
    in_server("location ;"),
    in_server("location { }"),
    in_server("if ($host) { if ($host) { } }"),
    in_server("limit_except GET { }"),
    in_server("include;"),
    in_server("include a b;"),
    in_server("include {}"),
    in_server("include missing.conf;"),
    in_server("include sub/../missing.conf\n\n;"),
    // Among the addresses of a port the one with socket options comes first, the wildcard last.
    in_http("server { listen 8080; listen 127.0.0.1:8080; } "
            "server { listen 8080; listen 127.0.0.1:8080; server_name a*b; }"),
    in_http("server { listen 127.0.0.1:8080; listen 127.0.0.2:8080 bind; } "
            "server { listen 127.0.0.1:8080; listen 127.0.0.2:8080; server_name a*b; }"),
    in_http("server { listen [::]:8080 backlog=5; listen [::1]:8080; } "
            "server { listen [::1]:8080; listen [::]:8080; server_name a*b; }"),
    in_server("ssl_verify_client yes;"),
    in_server("ssl_verify_client on on;"),
    in_server("ssl_verify_client;"),
    in_server("ssl_verify_client on {"),
    in_server("ssl_verify_client on;\nssl_verify_client\noff\n;"),
    in_server("ssl_verify_client on\nssl_verify_depth 2;"),
    in_server("ssl_verify_depth -1;"),
    in_server("ssl_verify_depth 99999999999999999999;"),
    in_server("ssl_verify_depth \"\";"),
    in_server("ssl_client_certificate a; ssl_client_certificate b;"),
    in_server("ssl_crl \"\"; ssl_crl \"\";"),
    in_server("ssl_protocols TLSv9;"),
    in_server("ssl_conf_command A;"),
    in_server("ssl_reject_handshake maybe;"),
    in_server("ssl_stapling 1;"),
    in_server("location / { ssl_verify_client on; }"),
    in_server("if ($host) { ssl_crl x; }"),
    in_server("http2 on;"),
    in_server("ssl_certificate_cache off;"),
    in_server("server_name;"),
    in_server("server_name *a;"),
    in_server("server_name a .;"),
    in_server("server_name ~;"),
    in_server("listen 0;"),
    in_server("listen 65536;"),
    in_server("listen 90-80;"),
    in_server("listen :80;"),
    in_server("listen a/b;"),
    in_server("listen [::1;"),
    in_server("listen [::1]x;"),
    in_server("listen [zz]:80;"),
    in_server("listen unix:;"),
    in_server("listen 80 zork;"),
    in_server("listen 80 quic;"),
    in_server("listen 80 backlog=x;"),
    in_server("listen 80 rcvbuf=x;"),
    in_server("listen 80 fastopen=x;"),
    in_server("listen 80 so_keepalive=x;"),
    in_server("listen 127.0.0.1:8080;"),
    in_server("ssl on; # deprecated"),
    in_server("ssl_certificate /x;"),
    in_server("ssl_reject_handshake on; ssl_verify_client on;"),
    in_server("ssl_reject_handshake on; ssl_verify_client on; ssl_client_certificate \"\";"),
    in_http("listen 80;"),
    in_http("ssl_verify_client on;\nserver { ssl_reject_handshake on; }"),
    in_http("server { listen 80 default; }\nserver { listen *:80 default_server; }"),
    in_http("server { listen 80 bind; }\nserver { listen 80 bind; }"),
    in_http("server { listen 80; }\nserver { listen 8443 ssl; }"),
    in_http("server { listen 8443 ssl; ssl_reject_handshake on; }\nserver { listen 8443; }"),
    in_http("map $host $x { a { } }"),
    in_http("map $host $x { a b; "),
    in_http("map $host { a b; }"),
    in_http("types { a"),
    in_http("upstream u { server a { } }"),
    in_http("http { }"),
    "events {}\nssl_verify_client on;\n",
};

}  // namespace

TEST_CASE("config text: what nginx accepts has no diagnostics") {
  for (const std::string& text : kAccepted) {
    CAPTURE(text.substr(0, 200));
    const Verdicts verdicts = judge({{"nginx.conf", text}});
    CHECK(verdicts.nginx.empty());
    CHECK(verdicts.ours == verdicts.nginx);
  }
}

TEST_CASE("config text: what nginx refuses is refused in its words at its line") {
  for (const std::string& text : kRefused) {
    CAPTURE(text.substr(0, 200));
    const Verdicts verdicts = judge({{"nginx.conf", text}});
    if (testing::tables_are_of(testing::build_under_test())) CHECK_FALSE(verdicts.nginx.empty());
    CHECK(verdicts.ours == verdicts.nginx);
  }
}

}  // namespace mtls::config
