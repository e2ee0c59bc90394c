#include "config/include.h"
#include "config/conf_path.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "tests/support/memory_filesystem.h"

namespace mtls::config {
namespace {

using base::ErrorCode;
using Texts = std::vector<std::string>;

constexpr const char* kMain = "/etc/nginx/nginx.conf";

std::string shown(const std::vector<syntax::Directive>& directives) {
  std::string out;
  for (const syntax::Directive& directive : directives) {
    out += directive.name;
    for (const syntax::Argument& argument : directive.args) out += " " + argument.text;
    out += directive.block ? "{" + shown(*directive.block) + "}" : ";";
  }
  return out;
}

Texts said(const syntax::Document& document) {
  Texts out;
  for (const syntax::Diagnostic& diagnostic : document.diagnostics) {
    out.push_back(diagnostic.message);
    if (!diagnostic.at) continue;
    out.back() +=
        " in " + document.path_of(diagnostic.at->file) + ":" + std::to_string(diagnostic.at->line);
  }
  return out;
}

testing::MemoryFileSystem disk_of(const std::map<std::string, std::string>& files) {
  testing::MemoryFileSystem disk;
  for (const auto& [path, text] : files) disk.put("/etc/nginx/" + path, text);
  return disk;
}

}  // namespace

TEST_CASE("include: files replace the include, sorted by bytes, without hidden ones") {
  auto disk = disk_of({{"nginx.conf", "events {} http { include c/*.conf; z; }"},
                       {"c/a.conf", "a;"},
                       {"c/B.conf", "b;"},
                       {"c/10.conf", "ten;"},
                       {"c/9.conf", "nine;"},
                       {"c/.h.conf", "hidden;"},
                       {"c/a.conf~", "backup;"}});
  const syntax::Document document = load_document(disk, kMain);
  CHECK(shown(document.main) == "events{}http{ten;nine;b;a;z;}");
  CHECK(said(document).empty());
  CHECK(document.files == Texts{kMain, "/etc/nginx/c/10.conf", "/etc/nginx/c/9.conf",
                                "/etc/nginx/c/B.conf", "/etc/nginx/c/a.conf"});
  CHECK(document.path_of(document.main[1].block->at(2).at.file) == "/etc/nginx/c/B.conf");
}

TEST_CASE("include: relative paths start at the directory of the main file, at any depth") {
  auto disk = disk_of({{"nginx.conf", "events {} include c/a;"},
                       {"c/a", "include c/b; include /etc/nginx/c/b;"},
                       {"c/b", "b;"}});
  const syntax::Document document = load_document(disk, kMain);
  CHECK(shown(document.main) == "events{}b;b;");
  CHECK(document.files.size() == 3);
  CHECK(full_path("a/../b", kMain) == "/etc/nginx/a/../b");
  CHECK(full_path("/a", kMain) == "/a");
  CHECK(full_path("", kMain) == "/etc/nginx/");
}

TEST_CASE("include: a file that cannot be read is nginx's complaint, and the rest is still read") {
  struct Case {
    std::string include;
    ErrorCode fault;
    std::string expected;
  };
  const std::string at = " in /etc/nginx/nginx.conf:2";
  const std::vector<Case> cases{
      {"x", ErrorCode::kMissing,
       "open() \"/etc/nginx/x\" failed (2: No such file or directory)" + at},
      {"x", ErrorCode::kPermission, "open() \"/etc/nginx/x\" failed (13: Permission denied)" + at},
      {"x", ErrorCode::kLoop,
       "open() \"/etc/nginx/x\" failed (40: Too many levels of symbolic links)" + at},
      {"x", ErrorCode::kSocket,
       "open() \"/etc/nginx/x\" failed (6: No such device or address)" + at},
      {"x", ErrorCode::kFifo,
       "open() \"/etc/nginx/x\" waits until somebody writes into this FIFO" + at},
      {"x", ErrorCode::kNotRegular, "pread() \"/etc/nginx/x\" failed (21: Is a directory)"},
      {"x", ErrorCode::kTooLarge, "\"/etc/nginx/x\" cannot be read: /etc/nginx/x: too_large" + at},
      {"[x]", ErrorCode::kPermission,
       "open() \"/etc/nginx/x\" failed (13: Permission denied)" + at},
  };
  for (const Case& c : cases) {
    CAPTURE(c.expected);
    auto disk = disk_of({{"nginx.conf", "events {} include\n" + c.include + "; z;"}, {"x", "x;"}});
    disk.fault("/etc/nginx/x", c.fault);
    disk.fault("/etc/nginx/x/.", c.fault);  // what is not regular is a directory
    const syntax::Document document = load_document(disk, kMain);
    CHECK(said(document) == Texts{c.expected});
    CHECK(document.diagnostics[0].code == c.fault);
    CHECK(shown(document.main) == "events{}z;");
  }
}

TEST_CASE("include: a device is an empty file") {
  auto disk = disk_of({{"nginx.conf", "events {} include null; z;"}});
  disk.fault("/etc/nginx/null", ErrorCode::kNotRegular);
  const syntax::Document document = load_document(disk, kMain);
  CHECK(said(document).empty());
  CHECK(shown(document.main) == "events{}z;");
}

TEST_CASE("include: a pattern without a match is silent, and braces and tildes make no pattern") {
  auto disk = disk_of({{"nginx.conf", "events {} include n/*; include n/?; include n[a]/b;"}});
  CHECK(said(load_document(disk, kMain)).empty());
  auto other = disk_of({{"nginx.conf", "events {} include \"{a,b}\"; include ~/a; include $x;"}});
  CHECK(said(load_document(other, kMain)).size() == 3);
}

TEST_CASE("include: a missing main file and one without events are refused") {
  testing::MemoryFileSystem disk;
  CHECK(said(load_document(disk, kMain)) ==
        Texts{"open() \"/etc/nginx/nginx.conf\" failed (2: No such file or directory)"});
  for (const std::string text : {"", "# nothing\n", "http {}"}) {
    disk.put(kMain, text);
    CHECK(said(load_document(disk, kMain)) == Texts{"no \"events\" section in configuration"});
  }
}

TEST_CASE("include: a file inside itself is a cycle, the same file twice in a row is not") {
  auto disk = disk_of({{"nginx.conf", "events {} include a; include a;"}, {"a", "x;"}});
  CHECK(said(load_document(disk, kMain)).empty());
  CHECK(disk.reads().at("/etc/nginx/a") == 2);
  disk.put("/etc/nginx/a", "x;\ninclude b;");
  disk.put("/etc/nginx/b", "include *;");
  const syntax::Document document = load_document(disk, kMain);
  REQUIRE_FALSE(document.diagnostics.empty());
  CHECK(document.diagnostics[0].code == ErrorCode::kInclude);
  CHECK(said(document)[0] ==
        "include of \"/etc/nginx/a\": the file includes itself in /etc/nginx/b:1");
}

TEST_CASE("include: depth, number and size of files are limited") {
  auto disk = disk_of({{"nginx.conf", "events {}\ninclude a; z;"},
                       {"a", "include b;"},
                       {"b", "include c;"},
                       {"c", "x;"}});
  struct Case {
    IncludeLimits limits;
    std::string complaint;
  };
  const std::vector<Case> cases{
      {{.max_depth = 3}, ""},
      {{.max_depth = 2}, "include of \"/etc/nginx/c\": nested too deep in /etc/nginx/b:1"},
      {{.max_files = 3}, "include of \"/etc/nginx/c\": more than 3 files in /etc/nginx/b:1"},
      {{.max_directives = 4},
       "include of \"/etc/nginx/c\": more than 4 directives in /etc/nginx/b:1"},
      {{.max_total_bytes = 40},
       "include of \"/etc/nginx/c\": more than 40 bytes in /etc/nginx/b:1"},
      {{.max_file_bytes = 10},
       "\"/etc/nginx/nginx.conf\" cannot be read: /etc/nginx/nginx.conf: too large"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.complaint);
    CHECK(said(load_document(disk, kMain, {.build = {}, .globals = {}, .limits = c.limits})) ==
          (c.complaint.empty() ? Texts{} : Texts{c.complaint}));
  }
}

TEST_CASE("include: inside map, geo, types and upstream it includes, in split_clients it is data") {
  for (const std::string block : {"map $a $b", "geo $a", "types", "upstream u", "zork"}) {
    auto disk = disk_of(
        {{"nginx.conf", "events {} http { " + block + " { include d; } }"}, {"d", "server x;"}});
    const syntax::Document document = load_document(disk, kMain);
    CHECK(shown(document.main) == "events{}http{" + block + "{server x;}}");
    CHECK(said(document) ==
          (block == "geo $a" ? Texts{"invalid network \"server\" in /etc/nginx/d:1"} : Texts{}));
  }
  auto disk = disk_of({{"nginx.conf", "events {} http { split_clients $a $b { include 50%; } }"}});
  CHECK(shown(load_document(disk, kMain).main) ==
        "events{}http{split_clients $a $b{include 50%;}}");
}

TEST_CASE("include: context and shape of known directives are judged across files") {
  struct Case {
    std::string included;  // into a server block
    std::string complaint;
  };
  const std::vector<Case> cases{
      {"zork; zork { a { b; } server; }", ""},
      {"server {\n}", "\"server\" directive is not allowed here in /etc/nginx/i:1"},
      {"\nhttp\n{ }", "\"http\" directive is not allowed here in /etc/nginx/i:3"},
      {"location\n/\n;", "directive \"location\" has no opening \"{\" in /etc/nginx/i:3"},
      {"ssl_crl x {\n}", "directive \"ssl_crl\" is not terminated by \";\" in /etc/nginx/i:1"},
      {"location { }", "invalid number of arguments in \"location\" directive in /etc/nginx/i:1"},
      {"include;", "invalid number of arguments in \"include\" directive in /etc/nginx/i:1"},
      {"include { }", "directive \"include\" is not terminated by \";\" in /etc/nginx/i:1"},
      {"\n}", "unexpected \"}\" in /etc/nginx/i:2"},
      {"\xEF\xBB\xBFx;", "unknown directive \"\xEF\xBB\xBFx\" in /etc/nginx/i:1"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.included);
    auto disk =
        disk_of({{"nginx.conf", "events {} http { server { include i; } }"}, {"i", c.included}});
    CHECK(said(load_document(disk, kMain)) == (c.complaint.empty() ? Texts{} : Texts{c.complaint}));
  }
}

TEST_CASE("include: events, http, stream and mail may occur only once") {
  for (const std::string name : {"events", "http", "stream", "mail"}) {
    auto disk = disk_of({{"nginx.conf", "events {} " + name + "{}\n" + name + "\n{}"}});
    CHECK(said(load_document(disk, kMain)).back() ==
          "\"" + name + "\" directive is duplicate in /etc/nginx/nginx.conf:3");
  }
}

TEST_CASE("include: the notes of an included file come once, however often it is included") {
  auto disk = disk_of({{"nginx.conf",
                        "events {}\n# mtls-exporter: main\nhttp {\n server { include s; }\n"
                        " server { include s; }\n}\n"},
                       {"s", "listen 80; # mtls-exporter: inside\n"}});
  const std::vector<syntax::Note> notes = load_document(disk, kMain).notes;
  REQUIRE(notes.size() == 2);
  CHECK(notes[0] == syntax::Note{"main", {base::FileId{0}, 2, 1}, 3});
  CHECK(notes[1] == syntax::Note{"inside", {base::FileId{1}, 1, 12}, 1});
}

}  // namespace mtls::config
