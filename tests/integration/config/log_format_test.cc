// Formats of access logs and the parameters behind them, judged by real nginx.
#include "tests/integration/config/config_text_bench.h"
#include "tests/integration/config/nginx_modules.h"

namespace mtls::config {
namespace {

const std::vector<std::string> kInHttp{
    "access_log @/a.log;",
    "access_log @/a.log combined;",
    "access_log @/a.log COMBINED;",
    "access_log @/a.log main;",
    "log_format main '$host'; access_log @/a.log main;",
    "log_format main '$host'; access_log @/a.log Main;",
    "access_log @/a.log main; log_format main '$host';",
    "log_format main '$host'; log_format main '$uri';",
    "log_format main '$host'; log_format Main '$uri'; access_log @/a.log MAIN;",
    "log_format combined '$host';",
    "access_log off;",
    "access_log off main;",
    "access_log off; access_log @/a.log main;",
    "server { listen 127.0.0.1:8081;\nlocation / {\naccess_log @/a.log main; } }",
    "server { listen 127.0.0.1:8081; location / { if ($host) {\naccess_log @/a.log main; } } }",
    "server { listen 127.0.0.1:8081; location / { limit_except GET {\naccess_log @/a.log main; } } "
    "}",
    "access_log syslog:server=127.0.0.1 main;",
    "access_log syslog:server=127.0.0.1 combined buffer=4k;",
    "access_log @/$host.log combined buffer=4k;",
    "access_log @/$host.log combined gzip;",
    "access_log @/a.log combined buffer=4k flush=1s;",
    "access_log @/a.log combined flush=1s;",
    "access_log @/a.log combined flush=1s gzip;",
    "access_log @/a.log combined buffer=0;",
    "access_log @/a.log combined buffer=x;",
    "access_log @/a.log combined buffer=4k flush=0;",
    "access_log @/a.log combined buffer=4k flush=x;",
    "access_log @/a.log combined gzip=9;",
    "access_log @/a.log combined gzip=10;",
    "access_log @/a.log combined gzip=;",
    "access_log @/a.log combined gzipped;",
    "access_log @/a.log combined if=$host;",
    "access_log @/a.log combined unless=$host;",
    "access_log @/a.log buffer=4k;",
};

const std::vector<std::string> kInStream{
    "access_log @/a.log;",
    "access_log off;",
    "access_log @/a.log combined;",
    "log_format main '$remote_addr'; access_log @/a.log main;",
    "log_format combined '$remote_addr'; access_log @/a.log combined buffer=4k;",
    "log_format main '$remote_addr'; log_format main '$remote_addr';",
};

}  // namespace

TEST_CASE("log formats: an access log names one that is known by then") {
  if (testing::nginx_is_missing()) return;
  for (const std::string& text : kInHttp) check_same({{"nginx.conf", in_http(text)}});
}

TEST_CASE("log formats: those of stream are others") {
  if (testing::modules_are_missing()) return;
  const std::string head = testing::load_module("stream") + "events {}\n";
  for (const std::string& text : kInStream) {
    check_same({{"nginx.conf", head + "stream {\n" + text + "\n}\n"}});
    check_same(
        {{"nginx.conf", head + "http { log_format main '$host'; }\nstream {\n" + text + "\n}\n"}});
  }
}

}  // namespace mtls::config
