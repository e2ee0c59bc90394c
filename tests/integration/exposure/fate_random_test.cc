// Random guards on subject, issuer, serial and fingerprint: each client gets from nginx what is
// predicted, at every path. MTLS_FATE_SEED and MTLS_FATE_COUNT replace the daily seeds.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "tests/integration/exposure/fate_bench.h"
#include "tests/integration/random/random_dice.h"

namespace mtls::testing {
namespace {

using config::Served;
using config::VerifyClient;

constexpr std::size_t kServersAtOnce = 100;

const std::vector<std::string> kPaths{"/", "/a", "/a/x", "/b", "/c", "/e.html", "/a/f.txt"};

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

class Generator {
 public:
  Generator(std::uint64_t seed, const FateBench& bench)
      : dice_(seed), tag_(std::to_string(seed)), bench_(bench) {}

  GuardedServer server() {
    GuardedServer server;
    maps_ = map("m") + map("n");
    if (dice_.percent(40))
      maps_ += "map $m" + tag_ + "$n" + tag_ + " $k" + tag_ + " { 11 1; ~^0 0; default 1; }\n";
    else
      maps_ += map("k");
    server.mode = dice_.percent(40)   ? VerifyClient::kOn
                  : dice_.percent(60) ? VerifyClient::kOptional
                                      : VerifyClient::kOptionalNoCa;
    server.text = "set $f 0;\n";
    if (dice_.percent(60)) server.text += guards(3);
    if (dice_.percent(35)) server.text += error_page();
    if (dice_.percent(15)) server.text += "recursive_error_pages on;\n";
    server.text += location("/");
    for (const char* name : {"/a", "= /a/x", "/b", "~ ^/b", "^~ /c"}) {
      if (dice_.percent(35)) server.text += location(name);
    }
    server.text += location("@in");
    server.http = maps_;
    return server;
  }

 private:
  std::string property() {
    return dice_.one_of({"ssl_client_s_dn", "ssl_client_s_dn", "ssl_client_i_dn",
                         "ssl_client_fingerprint", "ssl_client_serial", "ssl_client_s_dn_legacy",
                         "ssl_client_i_dn_legacy", "ssl_client_verify", "ssl_client_v_end"});
  }
  // What some client has, or nobody.
  std::string value(const std::string& property) {
    if (property == "ssl_client_verify") {
      return dice_.one_of({"SUCCESS", "NONE", "success", "FAILED:self-signed certificate"});
    }
    if (dice_.percent(15)) return dice_.one_of({"", "CN=nobody", "CN=ada, O=Ours", "CN=ADA"});
    const auto values = bench_.variables_of(dice_.one_of({"ada", "bob", "eve"}));
    return values.at(property);
  }
  std::string pattern() {
    return dice_.one_of({"CN=ada", "^CN=Bob$", "O=Ours", "(?i)cn=bob", ".*", "^$", "SUCCESS",
                         "^[0-9a-f]{40}$", "/CN=ada", "2[0-9]{3} GMT"});
  }
  std::string map(const std::string& name) {
    const std::string source = property();
    std::string text = "map $" + source + " $" + name + tag_ + " {\n";
    std::vector<std::string> keys;
    for (std::size_t left = dice_.between(1, 3); left > 0; --left) {
      const bool is_pattern = dice_.percent(35);
      const std::string key =
          is_pattern ? std::string(dice_.percent(30) ? "~*" : "~") + pattern() : value(source);
      std::string folded = key;
      std::ranges::transform(folded, folded.begin(),
                             [](unsigned char c) { return std::tolower(c); });
      if (std::ranges::find(keys, folded) != keys.end()) continue;
      keys.push_back(folded);
      text += quoted(key) + " " + dice_.one_of({"0", "1", "1", "\"\""}) + ";\n";
    }
    if (dice_.percent(70)) text += std::string("default ") + dice_.one_of({"0", "1"}) + ";\n";
    return text + "}\n";
  }
  std::string condition() {
    if (dice_.percent(35)) {
      const std::string name = dice_.one_of({"$m", "$n", "$k"}) + tag_;
      return dice_.percent(50) ? name : name + dice_.one_of({" = 1", " != 1", " = 0", " = \"\""});
    }
    if (dice_.percent(20))
      return dice_.one_of({"$f", "$f != 1", "$request_method = POST", "$arg_x"});
    if (dice_.percent(25)) return "$ssl_client_verify != SUCCESS";
    const std::string name = property();
    if (dice_.percent(40)) {
      return "$" + name + dice_.one_of({" ~ ", " !~ ", " ~* ", " !~* "}) + quoted(pattern());
    }
    return "$" + name + dice_.one_of({" = ", " != "}) + quoted(value(name));
  }
  std::string action() {
    return dice_.one_of({"return 403;", "return 403;", "return 403;", "return 401;", "return 444;",
                         "return 302 /b;", "set $f 1;", "set $f 1;", "set $f 0;", "break;",
                         "rewrite ^ /b/in last;", "rewrite ^/a /c/in;", "return 200 ok;"});
  }
  std::string guards(std::size_t most) {
    std::string text;
    for (std::size_t left = dice_.between(1, most); left > 0; --left) {
      text += "if (" + condition() + ") { " + action() + " }\n";
    }
    return text;
  }
  std::string error_page() {
    return std::string("error_page ") +
           dice_.one_of({"403", "403 =200", "403 =", "495 496", "495 496 =", "405", "401 =404"}) +
           " " + dice_.one_of({"@in", "/d", "/e.html", "/d", "https://login.test/"}) + ";\n";
  }
  std::string location(const std::string& name) {
    std::string text = "location " + name + " {\n";
    if (dice_.percent(45)) text += guards(2);
    if (dice_.percent(15)) text += error_page();
    if (dice_.percent(8) && name != "@in") text += "internal;\n";
    if (dice_.percent(8))
      text += dice_.one_of({"deny all;\n", "allow all;\n", "satisfy any; deny all;\n"});
    if (dice_.percent(8))
      text +=
          dice_.one_of({"limit_except GET { deny all; }\n", "limit_except POST { deny all; }\n"});
    if (dice_.percent(6))
      text += dice_.one_of({"try_files /none @in;\n", "try_files $uri =404;\n"});
    if (dice_.percent(10)) return text + "return 403;\n}\n";
    return text + (dice_.percent(75)
                       ? std::string("serve ") + dice_.one_of({"A", "B", "C"}) + ";\n}\n"
                       : "files;\n}\n");
  }

  Dice dice_;
  const std::string tag_;
  const FateBench& bench_;
  std::string maps_;
};

struct Tally {
  std::size_t asked = 0;
  std::size_t unknown = 0;
  std::size_t statuses = 0;
  std::size_t unknown_statuses = 0;
};

std::size_t number(const char* variable, std::size_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void compare(FateBench& bench, std::size_t index, Tally& tally) {
  for (const std::string& client : FateBench::clients()) {
    const config::ClientFate fate = bench.fate(index, client, kPaths);
    for (const std::string& path : kPaths) {
      const Got got = bench.nginx_gives(index, client, path);
      INFO(client << " GET " << path << ": nginx " << got.status << " <" << got.content
                  << ">, doubt " << fate.doubt);
      ++tally.asked;
      const Served served = fate.paths.at(path);
      if (served == Served::kUnknown) ++tally.unknown;
      // A missing file is not predicted, nor is a directory's redirect. /e.html has no mark.
      const bool is_missing = got.status == 404 || got.status == 301 || path == "/e.html";
      if (served == Served::kEverywhere) CHECK((!got.content.empty() || is_missing));
      if (served == Served::kNowhere && !fate.shown_after_refusal.contains(path)) {
        CHECK((got.content.empty() || got.content == "ok"));
      }
      if (path != "/") continue;
      ++tally.statuses;
      const auto status = bench.verdict(index, client).http_status;
      if (!status) ++tally.unknown_statuses;
      // A missing file is not predicted: neither here nor where an error_page ends.
      const bool is_missing_file = got.status == 404 && bench.serves_files(index);
      if (status && !is_missing_file) CHECK(*status == got.status);
    }
  }
}

}  // namespace

TEST_CASE("fate: each client gets what the guards of random servers give it") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no " << nginx_under_test());
    return;
  }
  const std::size_t first = number("MTLS_FATE_SEED", 1);
  const std::size_t end = first + number("MTLS_FATE_COUNT", 2 * kServersAtOnce);
  Tally tally;
  for (std::size_t from = first; from < end; from += kServersAtOnce) {
    FateBench bench;
    std::vector<std::string> texts;
    for (std::size_t seed = from; seed < std::min(end, from + kServersAtOnce); ++seed) {
      const GuardedServer server = Generator(seed, bench).server();
      texts.push_back(server.http + std::string(word(server.mode)) + "\n" + server.text);
      bench.add(server);
    }
    REQUIRE(bench.complaint().empty());
    bench.start();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      INFO("seed " << from + i << "\n" << texts[i]);
      compare(bench, i, tally);
    }
  }
  std::cout << "fate: " << tally.asked << " requests, " << tally.unknown << " not decided; "
            << tally.statuses << " statuses, " << tally.unknown_statuses << " not decided\n";
  CHECK(tally.unknown * 100 <= tally.asked * 12);
  CHECK(tally.unknown_statuses * 100 <= tally.statuses * 12);
}

}  // namespace mtls::testing
