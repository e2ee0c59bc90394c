// Directives whose values a function of their own checks, locations, upstreams and lines of data,
// judged by real nginx.
#include "tests/integration/config/config_text_bench.h"
#include "tests/integration/config/nginx_modules.h"

namespace mtls::config {
namespace {

const std::vector<std::string> kMain{"worker_priority x;", "worker_priority -5;",
                                     "worker_priority +5;", "worker_priority --5;"};
const std::vector<std::string> kEvents{"use epoll;", "use nope;", "use EPOLL;"};

const std::vector<std::string> kServer{
    // Locations: words, places, twice.
    "location ~ ^/( { }",
    "location ~^/( { }",
    "location ~* ( { }",
    "location ! /a { }",
    "location ~~ /a { }",
    "location = /a { }\nlocation = /a { }",
    "location /a { }\nlocation /a { }",
    "location /a { }\nlocation = /a { }",
    "location /a { }\nlocation ^~ /a { }",
    "location /a { }\nlocation =/a { }\nlocation\n= /a { }",
    "location ~ /a { }\nlocation ~ /a { }",
    "location @a { return 200; }\nlocation @a { return 200; }",
    "location /b { }\nlocation /a { location /a/b { }\nlocation /a/b { } }\nlocation /b { }",
    "location /b { location /b/a { } }\nlocation /a { }\nlocation /b { }\nlocation /a { }",
    "location /a {\nlocation /b { } }",
    "location /a { location /ab { } }",
    "location /a { location ~ b { } }",
    "location = /a {\nlocation /a/b { } }",
    "location = /a {\nlocation ~ b { } }",
    "location @a {\nlocation /b { } }",
    "location /a {\nlocation @b { } }",
    "location ~ \\.x$ {\nlocation /a { } }",
    "location ~ \\.x$ { location ~ a { } }",
    "location /a { if ($host) { return 200; } limit_except GET { deny all; } }",
    "location /a { limit_except GET FOO { deny all; } }",
    "location /a { limit_except get Propfind { deny all; } }",
    // rewrite and return
    "return abc;",
    "return abc def;",
    "return 999;",
    "return 1000;",
    "return 99 text;",
    "return http://a/;",
    "return http://a/ b;",
    "return $scheme://a/;",
    "return HTTP://a/;",
    "return -1;",
    "rewrite ^/( /b;",
    "rewrite ^/a /b lastly;",
    "rewrite ^/a /b last;",
    "rewrite ^/a '';",
    "rewrite ( '' lastly;",
    // error_page
    "error_page 404 /a;",
    "error_page /a;",
    "error_page 200 /a;",
    "error_page 600 /a;",
    "error_page 499 /a;",
    "error_page 404 x /a;",
    "error_page 404 =200 /a;",
    "error_page 404 = /a;",
    "error_page 404 =x /a;",
    "error_page =200 /a;",
    "error_page 404 500 = 200 /a;",
    // networks
    "allow all;",
    "allow unix:;",
    "allow 10.0.0.0/8;",
    "allow 10.0.0.0/33;",
    "allow 10.0.0/8;",
    "allow 10..0.0;",
    "allow 010.0.0.1;",
    "allow 256.0.0.1;",
    "allow 255.255.255.255;",
    "allow 255.255.255.254;",
    "deny ::1;",
    "deny fe80::/10;",
    "deny ::/129;",
    "deny 2001:db8::x;",
    "deny localhost;",
    // headers and the rest
    "add_header A b always;",
    "add_header A b never;",
    "add_trailer A b never;",
    "expires 1h;",
    "expires -1;",
    "expires +5m;",
    "expires @15h30m;",
    "expires @25h;",
    "expires modified +1h;",
    "expires modified @1h;",
    "expires modified max;",
    "expires changed 1h;",
    "expires max;",
    "expires $host;",
    "expires nope;",
    "limit_rate 1k;",
    "limit_rate $host;",
    "limit_rate x;",
    "limit_rate_after x;",
    "directio 4m;",
    "directio off;",
    "directio on;",
    "aio threads;",
    "aio maybe;",
    "open_file_cache max=10 inactive=1m;",
    "open_file_cache inactive=1m;",
    "open_file_cache max=0;",
    "open_file_cache max=1 x=2;",
    "open_file_cache off;",
    "open_file_cache inactive=1m off;",
};

const std::vector<std::string> kHttp{
    "upstream u {\n}",
    "upstream u {\nzone z 64k;\n}",
    "upstream u { server 127.0.0.1:1; }\nupstream u { server 127.0.0.1:1; }",
    "upstream u { server 127.0.0.1:1; }\nupstream U { server 127.0.0.1:1; }",
    "upstream u { server 127.0.0.1:1; }\nupstream v { server 127.0.0.1:1; }",
    "upstream u { server 127.0.0.1:1 weight=2 max_conns=1 max_fails=0 fail_timeout=1m backup; "
    "server "
    "127.0.0.1:2 down; }",
    "upstream u { server 127.0.0.1:1 wieght=2; }",
    "upstream u { server 127.0.0.1:1 weight=0; }",
    "upstream u { server 127.0.0.1:1 weight=x; }",
    "upstream u { server 127.0.0.1:1 max_fails=x; }",
    "upstream u { server 127.0.0.1:1 fail_timeout=1ms; }",
    "map $host $a { x 1; x 2; }",
    "map $host $a { x 1; X 2; }",
    "map $host $a { x 1; y 1; default 2; }",
    "map $host $a { default 1; default 2; }",
    "map $host $a { '' 1; '' 2; }",
    "map $host $a { \\default 1; default 2; }",
    "map $host $a { \\x 1; x 2; }",
    "map $host $a { ~( 1; }",
    "map $host $a { ~*( 1; }",
    "map $host $a { ~a 1; ~a 2; }",
    "map $host $a { hostnames; a.test 1; a.test 2; }",
    "map $host $a { hostnames; *.a.test 1; b.test 2; }",
    "map $host $a { *.a.test 1; .b.test 2; *.a.test 3; }",
    "geo $a { default 0; 10.0.0.0/8 1; ::1 2; 255.255.255.255 3; }",
    "geo $a { 300.0.0.1 1; }",
    "geo $a { 10.0.0.0/40 1; }",
    "geo $a { delete 10.0.0.x; }",
    "geo $a { proxy 10.0.0.x; }",
    "geo $a { ranges; 10.0.0.1-10.0.0.2 1; }",
    "geo $a { host 1; }",
};

const std::vector<std::string> kStream{
    "server { listen 127.0.0.1:8080; return abc; }",
    "server { listen 127.0.0.1:8080; return 1000; }",
    "server { listen 127.0.0.1:8080; allow 10.0.0/8; return x; }",
    "upstream u {\n}",
    "upstream u { server 127.0.0.1:1; }\nupstream u { server 127.0.0.1:1; }",
    "upstream u { server 127.0.0.1:1 wieght=2; }",
    "map $remote_addr $a { x 1; x 2; }",
    "map $remote_addr $a { default 1; default 2; }",
    "geo $a { 300.0.0.1 1; }",
};

}  // namespace

TEST_CASE("own slots: nginx and we refuse the same values in the same words") {
  if (testing::nginx_is_missing()) return;
  for (const std::string& text : kMain) check_same({{"nginx.conf", text + "\nevents {}\n"}});
  for (const std::string& text : kEvents) check_same({{"nginx.conf", "events { " + text + " }\n"}});
  for (const std::string& text : kServer) check_same({{"nginx.conf", in_server(text)}});
  for (const std::string& text : kHttp) check_same({{"nginx.conf", in_http(text)}});
}

TEST_CASE("own slots: in stream too") {
  if (testing::modules_are_missing()) return;
  const std::string head = testing::load_module("stream") + "events {}\n";
  for (const std::string& text : kStream)
    check_same({{"nginx.conf", head + "stream {\n" + text + "\n}\n"}});
}

}  // namespace mtls::config
