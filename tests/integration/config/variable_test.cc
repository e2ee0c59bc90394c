// Variables as real nginx looks them up (R2.41): which words it compiles, which names exist, and
// which of several missing names it reports.
#include "tests/integration/config/config_text_bench.h"
#include "tests/integration/config/nginx_modules.h"

namespace mtls::config {
namespace {

std::string in_location(const std::string& text) {
  return in_server("location / {\n" + text + "\n}");
}
std::string in_stream(const std::string& text) {
  return testing::load_module("stream") + "events {}\nstream {\n" + text + "\n}\n";
}
std::string in_stream_server(const std::string& text) {
  return in_stream("server { listen 127.0.0.1:18099;\nproxy_pass 127.0.0.1:1;\n" + text + "\n}");
}

// `$nobody` is in a word that nginx compiles. `$Nobody` is the same name.
const std::vector<std::string> kCompiled{
    in_location("alias /x$nobody;"),
    in_location("root /x${nobody}y;"),
    in_location("error_page 404 = /x$nobody;"),
    in_location("limit_rate $nobody;"),
    in_location("limit_rate_after $nobody;"),
    in_location("try_files $uri /$nobody =404;"),
    in_location("add_header A \"a $Nobody\" always;"),
    in_location("add_trailer A $nobody;"),
    in_location("auth_basic $nobody;"),
    in_location("auth_basic_user_file /x$nobody;"),
    in_location("auth_request_set $a $nobody;"),
    in_location("expires $nobody;"),
    in_location("expires modified $nobody;"),
    in_location("index a b$nobody;"),
    in_location("secure_link $nobody;"),
    in_location("secure_link_md5 $nobody;"),
    in_location("set $a $nobody;"),
    in_location("sub_filter $nobody b;"),
    in_location("sub_filter a $nobody;"),
    in_location("charset $nobody;"),
    in_location("rewrite ^ /$nobody last;"),
    in_location("return 200 $nobody;"),
    in_location("return 301 $scheme://$nobody;"),
    in_location("return $scheme://$nobody;"),
    in_location("if ($nobody) { return 200; }"),
    in_location("if ($host = $nobody) { return 200; }"),
    in_location("if ( $host != \"$nobody\" ) { return 200; }"),
    in_location("if (-f /x$nobody) { return 200; }"),
    in_location("if (${host}) { return 200; }"),  // the name is `{host}`
    in_location("if ($arg-x) { return 200; }"),
    in_location("access_log /dev/null$nobody;"),
    in_location("access_log /dev/null combined if=$nobody;"),
    in_location("fastcgi_pass $nobody;"),
    in_location("fastcgi_cache_key $nobody;"),
    in_location("fastcgi_no_cache $host $nobody;"),
    in_location("fastcgi_cache_bypass $nobody;"),
    in_location("fastcgi_cache a$nobody;"),
    in_location("fastcgi_bind $nobody;"),
    in_location("fastcgi_store /x$nobody;"),
    in_location("fastcgi_param A $nobody;"),
    in_location("fastcgi_param A $nobody if_not_empty;"),
    in_location("scgi_pass $nobody;"),
    in_location("scgi_param A $nobody;"),
    in_location("scgi_cache_key $nobody;"),
    in_location("uwsgi_pass $nobody;"),
    in_location("uwsgi_param A $nobody;"),
    in_location("uwsgi_cache_key $nobody;"),
    in_location("uwsgi_ssl_name $nobody;"),
    in_location("uwsgi_ssl_certificate $nobody;"),
    in_location("uwsgi_ssl_certificate_key $nobody;"),
    in_location("grpc_pass $nobody;"),
    in_location("grpc_bind $nobody;"),
    in_location("grpc_set_header A $nobody;"),
    in_location("grpc_ssl_name $nobody;"),
    in_location("grpc_ssl_certificate $nobody;"),
    in_location("memcached_pass 127.0.0.1:1;"),  // needs $memcached_key
    in_location("memcached_bind $nobody;"),
    in_location("proxy_pass http://$nobody;"),
    in_location("proxy_bind $nobody;"),
    in_location("proxy_bind $nobody transparent;"),
    in_location("proxy_cache_key $nobody;"),
    in_location("proxy_cache a$nobody;"),
    in_location("proxy_no_cache $nobody;"),
    in_location("proxy_cache_bypass $nobody;"),
    in_location("proxy_method $nobody;"),
    in_location("proxy_store /x$nobody;"),
    in_location("proxy_set_header A $nobody;"),
    in_location("proxy_set_header Host $nobody;"),
    in_location("proxy_set_body $nobody;"),
    in_location("proxy_ssl_name $nobody;"),
    in_location("proxy_ssl_certificate $nobody;"),
    in_location("proxy_ssl_certificate_key $nobody;"),
    in_location("proxy_pass http://127.0.0.1:1; proxy_redirect $nobody /;"),
    in_location("proxy_redirect / $nobody;"),
    in_location("proxy_redirect ~^/(?<rest>.*)$ /$rest$nobody;"),
    in_location("proxy_cookie_domain a $nobody;"),
    in_location("proxy_cookie_domain ~a(?<tail>.*)$ $tail$nobody;"),
    in_location("proxy_cookie_path $nobody b;"),
    in_location("proxy_cookie_flags $nobody secure;"),
    in_http("log_format a '$1';"),  // not a capture here
    in_http("log_format a escape=json '$nobody';"),
    in_http("map $nobody $x { a b; }"),
    in_http("map $host $x { a b; c $nobody; }"),
    in_http("geo $nobody $x { default a; }"),
    in_http("split_clients $nobody $x { * a; }"),
    in_http("limit_req_zone $nobody zone=a:1m rate=1r/s;"),
    in_http("limit_conn_zone $nobody zone=a:1m;"),
    in_http("upstream u { server 127.0.0.1:1; hash $nobody consistent; }"),
    in_http("proxy_set_header A $nobody;\nserver { listen 127.0.0.1:8080; }"),
    in_stream_server("proxy_bind $nobody;"),
    in_stream_server("proxy_ssl_name $host;"),
    in_stream_server("proxy_ssl_certificate $nobody;"),
    in_stream_server("proxy_ssl_certificate_key $nobody;"),
    in_stream_server("proxy_upload_rate $nobody;"),
    in_stream_server("proxy_download_rate $nobody;"),
    in_stream("log_format a b; access_log /dev/null$nobody a;"),
    in_stream("server { listen 127.0.0.1:18099; return $nobody; }"),
    in_stream("server { listen 127.0.0.1:18099; proxy_pass $nobody:1; }"),
    in_stream("server { listen 127.0.0.1:18099; return a; set $a $nobody; }"),
    in_stream("map $nobody $x { a b; }"),
    in_stream("map $protocol $x { a $nobody; }"),
    in_stream("geo $nobody $x { default a; }"),
    in_stream("split_clients $nobody $x { * a; }"),
    in_stream("limit_conn_zone $nobody zone=a:1m;"),
    in_stream("log_format a '$nobody';"),
    in_stream("upstream u { server 127.0.0.1:1; hash $nobody; }"),
};

const std::vector<std::string> kAccepted{
    in_location("add_header A \"$1 costs 5\";"),
    in_location("add_header $nobody b;"),
    in_location("rewrite ^/(?<first>[^$]+)$nobody /$first;"),
    in_location("if ($uri ~ \"^/(?<page>.)$\") { return 200 $page; }"),
    in_location("if ($http_x_never = $arg_x$cookie_y) { return 200; }"),
    in_location("add_header A $sent_http_x$sent_trailer_y$upstream_http_z$upstream_cookie_a;"),
    in_location("set $A 1; return 200 $a;"),
    in_location("set $memcached_key $uri; memcached_pass 127.0.0.1:1;"),
    in_location("valid_referers none a; if ($invalid_referer) { return 403; }"),
    in_location("auth_request_set $who $upstream_http_who; add_header A $who;"),
    in_location("proxy_cookie_domain ~nobody$ b;"),
    in_location("proxy_pass $scheme://$host$request_uri;"),
    in_location("access_log syslog:server=127.0.0.1:1,tag=a combined if=$host;"),
    in_server("server_name ~^(?<sub>.+)\\.x$;\nreturn 200 $sub;"),
    in_server("location ~ ^/(?P<user>\\w+) { return 200 $user; }"),
    in_http("proxy_set_header A $nobody;\n"
            "server { listen 127.0.0.1:8080; proxy_set_header A b; }"),
    in_http("proxy_set_header A $nobody;"),
    in_http("map $host $x { \"~^(?'tail'.*)$\" $tail; }\nserver { return 200 $x; "
            "listen 127.0.0.1:8080; }"),
    in_http("geo $x { default a$nobody; }\nlog_format a $x;"),
    in_http("split_clients $host $x { * a$nobody; }\nlog_format a $x;"),
    in_http("log_format a '$pipe$msec$request_length$http2$ssl_client_verify$realip_remote_addr"
            "$gzip_ratio$uid_got$uid_set$uid_reset$slice_range$secure_link$secure_link_expires"
            "$connections_active$invalid_referer$proxy_add_x_forwarded_for$fastcgi_path_info$limit_"
            "req_status"
            "$limit_conn_status$msie$date_local$tcpinfo_rtt$request_id$connection_time"
            "$ssl_curve$ssl_alpn_protocol$upstream_cache_status$ssl_early_data$proxy_host';"),
    in_stream_server("proxy_ssl_name $ssl_preread_server_name;"),
    in_stream("map $ssl_server_name $x { a b; }\nlog_format a "
              "'$x$session_time$upstream_addr$realip_remote_port$limit_conn_status$protocol';"),
};

const std::vector<std::string> kNotThere{
    in_http("log_format a '$http3';"),  // depends on the release, and is not built in
    in_http("log_format a '$ssl_sigalg';"),    in_http("log_format a '$is_request_port';"),
    in_http("log_format a '$geoip_city';"),    in_http("log_format a '$proxy_protocol_tlv_alpn';"),
    in_stream("log_format a '$server_name';"), in_stream("log_format a '$ssl_early_data';"),
    in_stream("log_format a '$http_x';"),
};

const std::vector<std::string> kUnreadable{
    in_location("add_header A\n$;"),
    in_location("add_header A \"a $ b\";"),
    in_location("add_header A \"${host\";"),
    in_location("add_header A \"${ho st}\";"),
    in_location("return 200 \"${}\";"),
    in_location("root /x$;"),
    in_location("proxy_set_header A $;"),
    in_location("fastcgi_param A ${host;"),
    in_server("ssl_certificate \"$pair of $\"; ssl_certificate_key k;"),
    in_http("server { listen 127.0.0.1:8080; }\nproxy_set_body \"$ \";"),
    in_location("set a b;"),
    in_location("set $ b;"),
    in_http("map $host x { a b; }"),
    in_http("map $ $x { a b; }"),
    in_http("map $host $x {\na b;\nc \"$\";\n}"),
    in_http("geo x { default a; }"),
    in_http("geo x $y { default a; }"),
    in_http("split_clients $host x { * a; }"),
    in_http("log_format a\n'b $ c';"),
    in_http("log_format a '${host';"),
    in_stream("map $protocol x { a b; }"),
    in_stream("log_format a '$';"),
};

// Which of several is reported: in reading order, and what nginx merges after what it reads.
const std::vector<std::string> kFirst{
    in_http("server { listen 127.0.0.1:8080; proxy_set_header A $one; return 200 $two; }"),
    in_http("server { listen 127.0.0.1:8080; return 200 $one$two; }\nlog_format a $three;"),
    in_http("server { listen 127.0.0.1:8080; grpc_set_header A $one; proxy_set_body $two; }"),
    in_http("server { listen 127.0.0.1:8080; location / { fastcgi_param A $one; } }\n"
            "server { listen 127.0.0.1:8081; fastcgi_param A $two; uwsgi_param A $three; }"),
    in_http("server { listen 127.0.0.1:8080; location / { proxy_set_header A $one; }\n"
            "proxy_set_header A $two; }\nproxy_set_header A $three;"),
    in_http("server { listen 127.0.0.1:8080; proxy_set_header A $one; }\n"
            "server { listen 127.0.0.1:8081; }\nproxy_set_header A $two;"),
    in_server("ssl_certificate $one; ssl_certificate_key $two; proxy_set_header A $three;"),
    in_server("ssl_certificate x; ssl_certificate_key $two; ssl_certificate $three;\n"
              "ssl_certificate_key y;"),
    in_server("ssl_certificate $one;"),
    in_server("ssl_certificate $one; ssl_certificate_key k; location / { return 200 $two; }"),
};

void check_all(const std::vector<std::string>& texts, const std::string& expect) {
  for (const std::string& text : texts) {
    CAPTURE(text);
    const Verdicts verdicts = judge({{"nginx.conf", text}});
    CHECK(verdicts.ours == verdicts.nginx);
    if (!testing::tables_are_of(testing::build_under_test())) continue;
    CHECK(verdicts.nginx.empty() == expect.empty());
    CHECK(verdicts.nginx.find(expect) != std::string::npos);
  }
}

TEST_CASE("variables: an undefined name is refused wherever nginx compiles the word") {
  if (testing::modules_are_missing()) return;
  check_all(kCompiled, "unknown \"");
}

TEST_CASE(
    "variables: what modules and the configuration define is accepted, and so is plain text") {
  if (testing::modules_are_missing()) return;
  check_all(kAccepted, "");
}

TEST_CASE("variables: a variable of a later release or of an absent module is unknown") {
  if (testing::modules_are_missing()) return;
  check_all(kNotThere, "unknown \"");
}

TEST_CASE("variables: a word that cannot be compiled is refused at its line") {
  if (testing::modules_are_missing()) return;
  check_all(kUnreadable, " in /");
}

TEST_CASE("variables: of several unknown ones the first that nginx meets is reported") {
  if (testing::modules_are_missing()) return;
  for (const std::string& text : kFirst) check_same({{"nginx.conf", text}});
}

}  // namespace
}  // namespace mtls::config
