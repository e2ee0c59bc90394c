// Random texts of rewrite, `if`, location, error_page and map: never a wrong "complete", never a
// wrong opening. MTLS_ENFORCEMENT_SEED and MTLS_ENFORCEMENT_COUNT replace the daily seeds.
#include <algorithm>
#include <catch2/catch.hpp>
#include <iostream>

#include "tests/integration/exposure/enforcement_bench.h"
#include "tests/integration/number_from.h"
#include "tests/integration/random/random_dice.h"

namespace mtls::testing {
namespace {

using config::Guard;
using config::VerifyClient;

constexpr std::size_t kServersAtOnce = 150;

const std::string kMaps =
    "map $ssl_client_verify $bad { SUCCESS 0; default 1; }\n"
    "map $ssl_client_verify $none { NONE yes; }\n"
    "map \"$bad:$uri\" $deny { ~^1:/a 0; ~^1: 1; default 0; }\n"
    "map $uri $open { /c 1; ~\\.php$ 1; default 0; }\n"
    "map $bad $page { 1 @app; default /b; }\n";

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : dice_(seed) {}

  std::string server() {
    std::string text = dice_.percent(50) ? rewrites(3) : "";
    if (dice_.percent(35)) text += refusal();
    if (dice_.percent(40)) text += error_page();
    if (dice_.percent(15)) text += "recursive_error_pages on;\n";
    text += location("/");
    for (const char* name : {"/a", "= /a/x", "/b", "~ \\.php$", "~ ^/b/x", "^~ /d", "= /c"}) {
      if (dice_.percent(40)) text += location(name);
    }
    return text + location("@app");
  }

 private:
  std::string refusal() {
    return std::string("if (") +
           dice_.one_of({"$ssl_client_verify != SUCCESS", "$bad", "$ssl_client_verify !~ ^SUCCESS",
                         "$ssl_client_verify ~ \"^(NONE|FAILED)\"", "$deny"}) +
           ") { return 403; }\n";
  }
  std::string condition() {
    return dice_.one_of({"$ssl_client_verify != SUCCESS", "$ssl_client_verify != SUCCESS",
                         "$ssl_client_verify = NONE", "$ssl_client_verify = SUCCESS",
                         "$ssl_client_verify !~ ^SUCCESS", "$ssl_client_verify ~ FAILED",
                         "$ssl_client_s_dn = \"\"", "$bad", "$bad = 0", "$none", "$deny", "$open",
                         "$uri = /c", "$uri ~ ^/a", "$f", "$g != 1", "$arg_x", "$request_uri ~ ^/b",
                         "$arg_x = 1"});
  }
  std::string action() {
    return dice_.one_of({"return 403;", "return 403;", "return 403;", "return 444;", "return 404;",
                         "return 200 ok;", "return 302 /b;", "break;", "set $f 1;", "set $f 0;",
                         "set $g 1;", "rewrite ^ /b last;", "rewrite ^/a /b;",
                         "rewrite ^ /c break;", "rewrite ^/(.*)$ /d/$1 last;",
                         "rewrite \\.php$ /a;"});
  }
  std::string rewrites(std::size_t most) {
    std::string text;
    for (std::size_t left = dice_.between(1, most); left > 0; --left) {
      if (dice_.percent(75)) {
        text += "if (" + condition() + ") { " + action() + " }\n";
      } else {
        text += dice_.one_of(
            {"set $f 0;", "set $g 1;", "set $f $bad;", "rewrite ^/a /b;", "rewrite ^/b /c last;"});
        text += "\n";
      }
    }
    return text;
  }
  std::string error_page() {
    return std::string("error_page ") +
           dice_.one_of({"403", "403 404", "404", "495", "302", "403 = "}) + " " +
           dice_.one_of({"@app", "/b", "/c", "/e.html", "https://x.test/", "$page"}) + ";\n";
  }
  std::string serve() { return std::string("serve ") + dice_.one_of({"A", "B", "C", "D"}) + ";\n"; }
  std::string location(const std::string& name) {
    std::string text = "location " + name + " {\n";
    if (dice_.percent(30)) text += rewrites(2);
    if (dice_.percent(55)) text += refusal();
    if (dice_.percent(20)) text += "if (" + condition() + ") { " + serve() + " }\n";
    if (dice_.percent(10)) text += error_page();
    if (dice_.percent(8) && name != "@app") text += "internal;\n";
    if (dice_.percent(8))
      text += dice_.one_of({"deny all;\n", "allow all;\n", "allow 10.0.0.1; deny all;\n"});
    if (dice_.percent(8))
      text += dice_.one_of({"try_files /none @app;\n", "try_files /none =404;\n"});
    if (dice_.percent(15)) text += "return 403;\n";
    if (dice_.percent(15) && (name == "/a" || name == "/b")) text += location(name + "/x");
    return text + serve() + "}\n";
  }

  Dice dice_;
};

struct Tally {
  std::size_t complete = 0;
  std::size_t none = 0;
  std::size_t unknown = 0;
  std::size_t unlisted = 0;  // servers where nginx serves more than the certain openings
};

void compare(const EnforcementBench& bench, std::size_t index, const std::string& text,
             Tally& tally) {
  const config::TlsContext& ours = bench.ours(index);
  std::set<std::string> paths{"/",      "/a",      "/a/",    "/a/x",   "/a/x/y", "/b",
                              "/b/",    "/c",      "/b/x",   "/b/x/z", "/d",     "/d/a",
                              "/x.php", "/e.html", "/a.php", "/d.php"};
  for (const config::Opening& opening : ours.openings) {
    if (!opening.path.empty()) paths.insert(opening.path);
  }
  if (text.find("$arg_x") != std::string::npos) {
    for (const std::string& path : std::set<std::string>(paths)) paths.insert(path + "?x=1");
  }
  const Contents really = bench.nginx_serves(index, paths);
  const Contents open = bench.ours_open(index);
  CAPTURE(ours.guard_doubt, really, open);
  if (ours.guard == Guard::kComplete) {
    ++tally.complete;
    CHECK(really == Contents{});
  } else if (ours.guard == Guard::kNone) {
    ++tally.none;
    CHECK(std::includes(really.begin(), really.end(), open.begin(), open.end()));
    if (really != open) ++tally.unlisted;
  } else {
    ++tally.unknown;
  }
}

}  // namespace

TEST_CASE("enforcement: of random servers none is called complete or open unless nginx agrees") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no " << nginx_under_test());
    return;
  }
  const std::size_t first = number_from("MTLS_ENFORCEMENT_SEED", 1);
  const std::size_t end = first + number_from("MTLS_ENFORCEMENT_COUNT", kServersAtOnce);
  Tally tally;
  for (std::size_t from = first; from < end; from += kServersAtOnce) {
    const std::size_t to = std::min(end, from + kServersAtOnce);
    EnforcementBench bench;
    bench.add({.text = "set $f 0; set $g 0; return 404;", .http = kMaps});
    std::vector<std::string> texts{""};
    for (std::size_t seed = from; seed < to; ++seed) {
      texts.push_back(Generator(seed).server());
      bench.add({.text = texts.back(),
                 .mode = seed % 2 == 0 ? VerifyClient::kOptional : VerifyClient::kOptionalNoCa});
    }
    bench.start();
    for (std::size_t i = 1; i < texts.size(); ++i) {
      INFO("seed " << from + i - 1 << "\n" << texts[i]);
      compare(bench, i, texts[i], tally);
    }
  }
  std::cout << "enforcement: " << tally.complete << " complete, " << tally.none << " open ("
            << tally.unlisted << " of them at more places than are sure), " << tally.unknown
            << " undecidable\n";
}

}  // namespace mtls::testing
