// The text of a configuration as real nginx judges it: the same first complaint at the same place,
// or none from both.
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "config/include.h"
#include "config/resolve.h"
#include "tests/support/memory_filesystem.h"

namespace mtls::config {
namespace {

namespace fs = std::filesystem;

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "config-text-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { fs::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Contents by name; `@` in them stands for the directory.
using Tree = std::map<std::string, std::string>;

std::string with_directory(std::string text, const std::string& directory) {
  for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@', at)) {
    text.replace(at, 1, directory);
  }
  return text;
}

// The first complaint with its ` in FILE:LINE`, "" when nginx accepts.
std::string nginx_says(const std::string& directory) {
  const std::string command = "/usr/sbin/nginx -t -q -p " + directory + "/ -c " + directory +
                              "/nginx.conf -g 'pid " + directory + "/pid; error_log stderr;' 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  std::array<char, 4096> chunk{};
  for (std::size_t n = 0; (n = fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    output.append(chunk.data(), n);
  }
  if (pclose(pipe) == 0) return "";
  for (const std::string level : {"[emerg] ", "[crit] "}) {
    const std::size_t at = output.find(level);
    if (at == std::string::npos) continue;
    std::string line = output.substr(at, output.find('\n', at) - at);
    return line.substr(line.find(": ") + 2);  // behind PID#TID
  }
  return "nginx failed without a word: " + output;
}

std::string printed(const Diagnostic& diagnostic, const Document& document) {
  if (!diagnostic.at) return diagnostic.message;
  return diagnostic.message + " in " + document.path_of(diagnostic.at->file) + ":" +
         std::to_string(diagnostic.at->line);
}

// Ours, in nginx's order: of complaints with a line the topmost, then those of the merge.
std::string we_say(testing::MemoryFileSystem& disk, const std::string& main_path) {
  const Document document = load_document(disk, main_path);
  const NginxBuild build{.version = {1, 22, 1}, .openssl = {3, 0, 0}, .prefix = "/usr/share/nginx"};
  auto all = document.diagnostics;
  const auto more = resolve(document, main_path, build).diagnostics;
  all.insert(all.end(), more.begin(), more.end());
  if (all.empty()) return "";
  const Diagnostic* first = &all.front();
  for (const Diagnostic& other : all) {
    const bool is_above = other.at && first->at && other.at->file == first->at->file &&
                          other.at->line < first->at->line;
    if (is_above) first = &other;
  }
  return printed(*first, document);
}

struct Verdicts {
  std::string nginx;
  std::string ours;
};

Verdicts judge(const Tree& tree) {
  const TemporaryDirectory directory;
  testing::MemoryFileSystem disk;
  for (const auto& [name, content] : tree) {
    const std::string path = directory.path() + "/" + name;
    const std::string text = with_directory(content, directory.path());
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
    disk.put(path, text);
  }
  return {nginx_says(directory.path()), we_say(disk, directory.path() + "/nginx.conf")};
}

std::string in_http(const std::string& text) { return "events {}\nhttp {\n" + text + "\n}\n"; }
std::string in_server(const std::string& text) {
  return in_http("server {\nlisten 127.0.0.1:8080;\n" + text + "\n}");
}
std::string run(std::size_t count) { return std::string(count, 'a'); }

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
    CHECK_FALSE(verdicts.nginx.empty());
    CHECK(verdicts.ours == verdicts.nginx);
  }
}

TEST_CASE("config text: included files are judged where they stand") {
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
  for (const Tree& tree : trees) {
    CAPTURE(tree);
    const Verdicts verdicts = judge(tree);
    CHECK(verdicts.ours == verdicts.nginx);
  }
}

}  // namespace mtls::config
