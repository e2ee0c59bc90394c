#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "config/include.h"
#include "config/resolve.h"
#include "config/syntax/parser.h"
#include "tests/support/memory_filesystem.h"
#include "tests/support/syntax_tree.h"

namespace mtls::config {
namespace {

using testing::in_one_file;
using testing::is_in_reading_order;
using testing::nginx_text;
using testing::without_places;

constexpr const char* kMain = "/etc/nginx/nginx.conf";
constexpr int kTrees = 500;
constexpr int kSplits = 400;

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool one_in(std::size_t odds) { return below(odds) == 0; }
  template <class List>
  const auto& of(const List& list) {
    return list[below(list.size())];
  }

 private:
  std::mt19937 random_;
};

// Any byte; bytes with a meaning to nginx are more frequent.
std::string random_bytes(Dice& dice) {
  constexpr std::string_view kSpecial = "\\\\\\$$${}{};#\"\"'' \t\r\ntrn)";
  std::string bytes;
  for (std::size_t size = dice.below(12); size > 0; --size) {
    bytes += dice.one_in(2) ? dice.of(kSpecial) : static_cast<char>(dice.below(256));
  }
  return bytes;
}

// A word as parse() returns it: quoted with any byte, unquoted only with bytes that need no quotes.
syntax::Argument random_argument(Dice& dice) {
  syntax::Argument word;
  word.quoted = dice.one_in(2);
  word.text = word.quoted ? random_bytes(dice) : "w" + std::to_string(dice.below(100));
  word.has_variable = word.text.find('$') != std::string::npos;
  return word;
}

std::vector<syntax::Directive> random_tree(Dice& dice, std::size_t depth) {
  std::vector<syntax::Directive> directives(dice.below(4));
  for (syntax::Directive& directive : directives) {
    directive.name = random_bytes(dice);
    directive.args.resize(dice.below(4));
    for (syntax::Argument& word : directive.args) word = random_argument(dice);
    if (depth > 0 && dice.one_in(2)) directive.block = random_tree(dice, depth - 1);
  }
  return directives;
}

// Words and punctuation of nginx, in no order.
std::string random_soup(Dice& dice) {
  constexpr std::array<std::string_view, 24> kPieces{
      "http", "server", "map", "$a",   "${b}", "if",   "(",     ")",
      "{",    "}",      ";",   "\\",   "\"",   "'",    "#",     "\n",
      "\r\n", " ",      "\t",  "\\\"", "\\n",  "\xFF", "--[[ ", "content_by_lua_block {"};
  std::string text;
  for (std::size_t count = dice.below(40); count > 0; --count) text += dice.of(kPieces);
  return text;
}

void check_round_trip(const std::string& text) {
  const syntax::ParsedFile first = syntax::parse(text, base::FileId{0});
  const std::string again = nginx_text(first.directives);
  CAPTURE(text, again);
  const syntax::ParsedFile second = syntax::parse(again, base::FileId{0});
  CHECK(second.diagnostics.empty());
  CHECK(without_places(second.directives) == without_places(first.directives));
  CHECK(nginx_text(second.directives) == again);
}

}  // namespace

TEST_CASE("properties: the text of a tree parses to that tree, with any byte in its words") {
  Dice dice(1);
  for (int i = 0; i < kTrees; ++i) {
    const std::vector<syntax::Directive> tree = random_tree(dice, 4);
    const std::string text = nginx_text(tree);
    CAPTURE(i, text);
    const syntax::ParsedFile parsed = syntax::parse(text, base::FileId{0});
    CHECK(parsed.diagnostics.empty());
    REQUIRE(without_places(parsed.directives) == tree);
  }
}

TEST_CASE(
    "properties: what was read of a broken text stays the same when it is written and read again") {
  Dice dice(2);
  for (int i = 0; i < 20 * kTrees; ++i) check_round_trip(random_soup(dice));
}

TEST_CASE("properties: escapes, variables and Lua survive writing and reading") {
  const std::vector<std::string> texts{R"(a \; \{ \  \\ \" \' \t\r\n;)",
                                       R"(a "b\"c" 'd"e' "\$x" "\\$x" "\\\$x";)",
                                       R"(a $x \$x \\$x ${x} ${{{x} \${x $\{ b$ \\${x} $\\${x};)",
                                       R"(a b"c b'c b}c b#c \#c \}c \"c;)",
                                       R"(a b\\"c b\\ "" '' "\\" "\
" \x\y\$;)",
                                       "content_by_lua_block { if a then b = \"}\" end -- }\n }",
                                       "set_by_lua_block $x{}",
                                       "set_by_lua_block $x \"y\" { return '$\\\\' }",
                                       "x_by_lua_block a b;",
                                       "x_by_lua_block { a } y;",
                                       "map $a $b { \"~^/a{2}\" 1; default ''; }",
                                       "if ($a = \"b\") { return 403; }",
                                       "\"\" ''; '{' '}'; ';' { '#' '\\\\'; }"};
  for (const std::string& text : texts) check_round_trip(text);
}

namespace {

constexpr std::array<std::string_view, 14> kTlsLines{"ssl_certificate s.pem;",
                                                     "ssl_certificate_key s.key;",
                                                     "ssl_client_certificate a.pem;",
                                                     "ssl_client_certificate \"\";",
                                                     "ssl_verify_client on;",
                                                     "ssl_verify_client optional;",
                                                     "ssl_trusted_certificate $t;",
                                                     "ssl_verify_depth 3;",
                                                     "ssl_crl 'a b.crl';",
                                                     "ssl_ciphers HIGH:@SECLEVEL=0;",
                                                     "ssl_verify_client maybe;",
                                                     "ssl_reject_handshake on;",
                                                     "ssl_conf_command A b;",
                                                     "ssl_protocols TLSv1.2 TLSv1.3;"};
constexpr std::array<std::string_view, 9> kServerLines{"listen 443 ssl;",
                                                       "listen 443;",
                                                       "listen 127.0.0.1:8443 ssl default_server;",
                                                       "listen [::]:443 ssl;",
                                                       "listen unix:/s;",
                                                       "listen 443 ssl;",
                                                       "server_name a.test .b.test;",
                                                       "server_name ~^x(?<y>.)$ \"\";",
                                                       "root /srv;"};
constexpr std::array<std::string_view, 6> kHttpServerLines{
    "if ($ssl_client_verify != SUCCESS) { return 403; }",
    "location / { proxy_pass https://b; proxy_ssl_verify on; }",
    "location /a { if ($m) { return 444; } location /a/b { grpc_pass grpcs://b; } }",
    "error_page 403 @open;",
    "location @open { proxy_pass http://b; }",
    "add_header X $ssl_client_verify;"};
constexpr std::array<std::string_view, 6> kHttpLines{
    "map $ssl_client_verify $m { SUCCESS 0; default 1; }",
    "map $x $t { default t.pem; \"~a{2}\" u.pem; }",
    "upstream b { server 127.0.0.1:1; server 127.0.0.1:2 backup; }",
    "split_clients $a $b { 50% x; * y; }",
    "types { text/html html; }",
    "unknown_block x { y { ssl_crl z; } }"};

template <class Lines>
std::string some(Dice& dice, const Lines& lines) {
  std::string text;
  for (std::size_t count = dice.below(4); count > 0; --count) text += std::string(dice.of(lines));
  return text;
}

std::string random_module(Dice& dice, std::string_view module) {
  std::string text = std::string(module) + " { " + some(dice, kTlsLines);
  if (module == "http") text += some(dice, kHttpLines);
  if (module == "mail") text += "auth_http 127.0.0.1:1;";
  for (std::size_t count = dice.below(5); count > 0; --count) {
    text += "server { " + some(dice, kServerLines) + some(dice, kTlsLines);
    if (module == "http") text += some(dice, kHttpServerLines);
    if (module == "stream") text += "proxy_pass 127.0.0.1:1; proxy_ssl on;";
    text += " }";
  }
  return text + " }\n";
}

std::string random_configuration(Dice& dice) {
  std::string text = "events { }\n" + random_module(dice, "http");
  if (dice.one_in(3)) text += random_module(dice, "stream");
  if (dice.one_in(4)) text += random_module(dice, "mail");
  return text;
}

// Moves runs of directives into included files, at any depth, also inside such files.
class Splitter {
 public:
  Splitter(Dice& dice, testing::MemoryFileSystem& disk) : dice_(dice), disk_(disk) {}

  std::vector<syntax::Directive> split(std::vector<syntax::Directive> directives) {
    for (syntax::Directive& directive : directives) {
      const bool is_closed =  // R1.20: no includes inside
          directive.name == "split_clients" || directive.name == "charset_map";
      if (directive.block && !is_closed) directive.block = split(std::move(*directive.block));
    }
    for (std::size_t count = dice_.below(3); count > 0; --count) move_some(directives);
    return directives;
  }

  std::size_t files() const { return files_; }

 private:
  void move_some(std::vector<syntax::Directive>& directives) {
    const std::size_t begin = dice_.below(directives.size() + 1);
    const std::size_t end = begin + dice_.below(directives.size() - begin + 1);
    const auto first = directives.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = directives.begin() + static_cast<std::ptrdiff_t>(end);
    const std::string name = "part/" + std::to_string(++files_) + ".";
    disk_.put("/etc/nginx/" + name + "c", nginx_text({first, last}));
    const auto place = directives.erase(first, last);
    directives.insert(place, include(name + (dice_.one_in(3) ? "[a-z]" : "c")));
  }

  static syntax::Directive include(const std::string& pattern) {
    return {
        .name = "include", .args = {{.text = pattern, .at = {}}}, .block = {}, .at = {}, .end = {}};
  }

  Dice& dice_;
  testing::MemoryFileSystem& disk_;
  std::size_t files_ = 0;
};

syntax::Document load(testing::MemoryFileSystem& disk, const std::string& main_text) {
  disk.put(kMain, main_text);
  return load_document(disk, kMain);
}

// What a Document resolves to, without locations and without gaps in the numbers of complaints.
ResolvedConfig meaning(syntax::Document document, const NginxBuild& build) {
  document.main = without_places(std::move(document.main));
  ResolvedConfig resolved = resolve(document, kMain, build);
  for (syntax::Diagnostic& diagnostic : resolved.diagnostics) diagnostic.when = {};
  return resolved;
}

}  // namespace

TEST_CASE("properties: nothing changes when parts of a text move into included files") {
  Dice dice(3);
  std::size_t files = 0;
  for (int i = 0; i < kSplits; ++i) {
    testing::MemoryFileSystem disk;
    const std::string text = random_configuration(dice);
    const syntax::Document whole = load(disk, text);
    Splitter splitter(dice, disk);
    const std::string main_text = nginx_text(splitter.split(syntax::parse(text, {}).directives));
    const syntax::Document parts = load(disk, main_text);
    files += splitter.files();
    CAPTURE(i, text, main_text);
    REQUIRE(in_one_file(parts) == in_one_file(whole));
    const NginxBuild build{.version = dice.one_in(2) ? Version{1, 22, 1} : Version{1, 31, 0}};
    REQUIRE(meaning(parts, build) == meaning(whole, build));
  }
  CHECK(files > kSplits);  // otherwise nothing was tested
}

TEST_CASE("properties: directives are numbered in reading order, over all files") {
  Dice dice(4);
  for (int i = 0; i < kSplits; ++i) {
    testing::MemoryFileSystem disk;
    Splitter splitter(dice, disk);
    const std::string text = random_configuration(dice);
    const syntax::Document document =
        load(disk, nginx_text(splitter.split(syntax::parse(text, {}).directives)));
    CAPTURE(i, text);
    REQUIRE(is_in_reading_order(document.main));
  }
}

}  // namespace mtls::config
