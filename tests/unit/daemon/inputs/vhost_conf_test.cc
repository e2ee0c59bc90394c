#include "daemon/inputs/vhost_conf.h"

#include <catch2/catch.hpp>

#include "tests/support/memory_filesystem.h"

namespace mtls::daemon::inputs {

TEST_CASE("vhost conf: server blocks alone get the block around them in which nginx takes them") {
  struct Row {
    const char* text;
    const char* around;  // what the main file that is made up holds; nullptr: none is
  };
  constexpr const char* kPath = "/etc/nginx/sites-available/a";
  for (const Row& row : {
           Row{"server { listen 80; location / { return 204; } }", "http { include"},
           Row{"map $a $b { default 1; } server { listen 80; }", "http { include"},
           Row{"server { listen 443 ssl; ssl_verify_client on; ssl_client_certificate a; }",
               "http { ssl_certificate $ssl_server_name.pem;"},
           Row{"server { listen 80; proxy_pass 127.0.0.1:81; }", "stream { include"},
           Row{"server { listen 143; protocol imap; }", "mail { include"},
           Row{"server { listen 80; nonsense; }", "http { include"},
           // A variable of a module that is not here: nginx's http all the same.
           Row{"server { listen 80; location / { proxy_set_header A $voms_user; proxy_set_header "
               "B $voms_vo; proxy_set_header C $voms_fqans; proxy_pass http://127.0.0.1:81; } }",
               "http { include"},
           // nginx.conf defines the formats of the logs.
           Row{"log_format own x; server { listen 80; access_log a main; access_log b combined; "
               "location / { access_log c own; } }",
               "http { log_format \"main\" -; include"},
           Row{"server { listen 80; proxy_pass 127.0.0.1:81; access_log a tcp; }",
               "stream { log_format \"tcp\" -; include"},
           Row{"server { listen 80; proxy_pass 127.0.0.1:81; access_log a combined; }",
               "stream { log_format \"combined\" -; include"},
           Row{"http { server { listen 80; } }", nullptr},
           Row{"events {} stream { server { listen 80; } }", nullptr},
           Row{"events {} server { listen 80; }", nullptr},
           Row{"location / { return 204; }", nullptr},
           Row{"user www;", nullptr},
           Row{"", nullptr},
       }) {
    CAPTURE(row.text);
    testing::MemoryFileSystem disk;
    disk.put(kPath, row.text);
    const auto conf = vhost_conf(disk, kPath, {});
    REQUIRE(conf.has_value() == (row.around != nullptr));
    if (conf) {
      CHECK_THAT(conf->text, Catch::Contains(row.around) && Catch::Contains(kPath));
      CHECK(conf->path == "/etc/nginx/sites-available/(around a)");
    }
  }
}

TEST_CASE("vhost conf: relative paths begin where the host's nginx.conf is") {
  testing::MemoryFileSystem disk;
  disk.put("/etc/nginx/nginx.conf", "events {}");
  disk.put("/etc/nginx/sites-available/a", "server { listen 80; }");
  const auto conf = vhost_conf(disk, "/etc/nginx/sites-available/a", {});
  REQUIRE(conf);
  CHECK(conf->path == "/etc/nginx/(around a)");
  CHECK_FALSE(vhost_conf(disk, "/etc/nginx/none", {}));
}

}  // namespace mtls::daemon::inputs
