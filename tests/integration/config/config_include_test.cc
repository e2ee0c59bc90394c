// Configurations of several files, judged by real nginx.
#include <sys/stat.h>

#include "tests/integration/config/config_text_bench.h"

namespace mtls::config {

TEST_CASE("config text: included files are judged in the context that includes them") {
  const std::string main = in_http("include conf.d/*.conf;\ninclude none/*.conf;");
  const std::vector<Tree> trees{
      {{"nginx.conf", main}, {"conf.d/a.conf", "server { listen 8080; }\n"}},
      {{"nginx.conf", main}, {"conf.d/.hidden.conf", "}"}, {"conf.d/a.conf", ""}},
      {{"nginx.conf", main}, {"conf.d/a.conf", "\n}\n"}},
      {{"nginx.conf", main}, {"conf.d/a.conf", "server {\n"}},
      {{"nginx.conf", main}, {"conf.d/B.conf", "server"}, {"conf.d/a.conf", "}"}},
      {{"nginx.conf", main},
       {"conf.d/a.conf", "include b.inc;\n"},
       {"b.inc", "server { ssl_crl; }"}},
      {{"nginx.conf", main}, {"conf.d/a.conf", "\ninclude conf.d/b.inc;\n"}, {"b.inc", ""}},
      {{"nginx.conf", in_http("map $host $x {\ninclude m;\n}")}, {"m", "a b;\nssl_crl x;\n"}},
      {{"nginx.conf", in_http("map $host $x {\ninclude m;\n}")}, {"m", "a b;\na {\n}\n"}},
      {{"nginx.conf", in_http("upstream u {\ninclude m;\n}")}, {"m", "server 127.0.0.1:1;\n"}},
      {{"nginx.conf", "include e;\ninclude e;\n"}, {"e", "events {}\n"}},
  };
  for (const Tree& tree : trees) check_same(tree);
}

TEST_CASE("config text: a device is an empty file, whatever path leads to it") {
  const TemporaryDirectory directory;
  daemon::system::Disk disk;
  fs::create_symlink("/dev/null", directory.path() + "/link.conf");
  std::ofstream(directory.path() + "/nginx.conf") << "events {}\ninclude link.conf;\n"
                                                  << "include l*.conf;\ninclude /dev/zero;\n";
  CHECK(nginx_says(directory.path()).empty());
  CHECK(we_say(disk, directory.path() + "/nginx.conf").empty());
}

TEST_CASE("config text: nobody can open a socket") {
  const TemporaryDirectory directory;
  daemon::system::Disk disk;
  REQUIRE(::mknod((directory.path() + "/socket").c_str(), S_IFSOCK | 0600, 0) == 0);
  std::ofstream(directory.path() + "/nginx.conf") << "events {}\ninclude s*;\n";
  const std::string said = nginx_says(directory.path());
  CHECK(said.find("(6: No such device or address)") != std::string::npos);
  CHECK(we_say(disk, directory.path() + "/nginx.conf") == said);
}

TEST_CASE("config text: a path that is not a readable file is refused as nginx refuses it") {
  const std::vector<Tree> trees{
      {{"nginx.conf", in_http("include \"\";")}},
      {{"nginx.conf", in_http("include sub;")}, {"sub/a", ""}},
      {{"nginx.conf", in_http("include s*;")}, {"sub/a", ""}},
      {{"nginx.conf", in_http("include /dev/null;")}},
      {{"nginx.conf", in_http("include missing[.conf;")}},
      {{"nginx.conf", in_http("include $host.conf;")}},
      {{"nginx.conf", in_http("include {a,b}.conf;")}, {"a.conf", ""}, {"b.conf", ""}},
      {{"nginx.conf", in_http("include ~/a.conf;")}},
      {{"nginx.conf", in_http("include nginx.conf;")}},
      {{"nginx.conf", in_http("geo $x { include missing; }")}},
      {{"nginx.conf", in_http("geo $x {\ninclude n*;\n}")}, {"nets", "127.0.0.1 a;\n"}},
      {{"nginx.conf", in_http("geo $x {\ninclude missing/*;\n}")}},
      {{"nginx.conf", in_http("geo $x {\ninclude s*;\n}")}, {"sub/a", ""}},
      {{"nginx.conf", in_http("geo $x {\ninclude nets;\n}")}, {"nets", "127.0.0.1 a;\n10.0.0.0/8"}},
      {{"nginx.conf", in_http("types { include a b; }")}},
      {{"nginx.conf", in_http("types {\ninclude t;\n}")}, {"t", "a/b c;\nx {\n}"}},
      {{"nginx.conf", in_http("split_clients $host $x { include missing; }")}},
      {{"nginx.conf", in_http("charset_map a b { include missing; }")}},
      {{"nginx.conf", in_server("include a;\ninclude a;")}, {"a", "root /x;"}},
  };
  for (const Tree& tree : trees) check_same(tree);
}

}  // namespace mtls::config
