// Which clients are let in: passwords, headers, the rate limit, and a web-config.yml that changes.
#include "daemon/web/auth/access_gate.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "daemon/web/auth/basic_auth.h"
#include "tests/support/wire/http_client.h"
#include "tests/unit/daemon/web/web_scene.h"

namespace mtls::daemon::testing {
namespace {

using mtls::testing::HttpAnswer;
using mtls::testing::HttpConnection;

std::string as(const std::string& user, const std::string& password) {
  return "Authorization: Basic " + base64(user + ":" + password);
}

HttpAnswer ask(const GuardedServer& server, const std::string& path,
               const std::vector<std::string>& headers = {}) {
  return mtls::testing::get(server.web.port, path, headers);
}

TEST_CASE("auth: the Authorization header is read as Go reads it") {
  using Row = std::pair<std::string, std::optional<std::pair<std::string, std::string>>>;
  const std::vector<Row> rows{
      {"Basic " + base64("a:b"), {{"a", "b"}}},
      {"bAsIc " + base64("a:b"), {{"a", "b"}}},
      {"Basic " + base64("a:b:c"), {{"a", "b:c"}}},
      {"Basic " + base64(":"), {{"", ""}}},
      {"Basic " + base64("a:\xff"), {{"a", "\xff"}}},
      {"Basic " + base64("user:pass"), {{"user", "pass"}}},
      {"", std::nullopt},
      {"Basic", std::nullopt},
      {"Basic " + base64("nobody"), std::nullopt},
      {"Basic", std::nullopt},
      {"Basic  " + base64("a:b"), std::nullopt},
      {"Basic " + base64("a:b") + " ", std::nullopt},
      {"Bearer " + base64("a:b"), std::nullopt},
      {"Basic YTpi=", std::nullopt},
      {"Basic YTp", std::nullopt},
      {"Basic YT==pi", std::nullopt},
      {"Basic ====", std::nullopt},
      {"Basic YT-_", std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.first);
    const auto credentials = web::auth::parse_basic_auth(row.first);
    REQUIRE(credentials.has_value() == row.second.has_value());
    if (!credentials) continue;
    CHECK(credentials->user == row.second->first);
    CHECK(std::string(credentials->password.begin(), credentials->password.end()) ==
          row.second->second);
  }
}

TEST_CASE("auth: a password fits its hash and no other") {
  const auto fits = [](const std::string& password, const std::string& hash) {
    return web::auth::password_fits(
        {.user = "", .hash = hash, .password = {password.begin(), password.end()}});
  };
  const std::string hash = bcrypt_hash("secret");
  CHECK(fits("secret", hash));
  CHECK_FALSE(fits("Secret", hash));
  CHECK_FALSE(fits("", hash));
  CHECK_FALSE(fits(std::string("secret\0x", 8), hash));
  CHECK(fits("", bcrypt_hash("")));
}

TEST_CASE("auth: every path asks for the password, unknown ones and POST too") {
  const WebFiles files;
  files.config(users("alice", "secret"));
  const GuardedServer server(files);
  for (const std::string path : {"/metrics", "/", "/-/healthy", "/nothing"}) {
    CAPTURE(path);
    const HttpAnswer refused = ask(server, path);
    CHECK(refused.status == 401);
    CHECK(refused.headers.at("www-authenticate") == "Basic realm=\"nginx-mtls-exporter\"");
    CHECK(refused.body == "401 Unauthorized\n");
    CHECK(ask(server, path, {as("alice", "wrong")}).status == 401);
    CHECK(ask(server, path, {as("bob", "secret")}).status == 401);
    CHECK(ask(server, path, {as("alice", "secret"), as("alice", "secret")}).status == 401);
  }
  CHECK(ask(server, "/metrics", {as("alice", "secret")}).status == 200);
  CHECK(ask(server, "/nothing", {as("alice", "secret")}).status == 404);
  const auto post = [&](const std::string& fields) {
    return mtls::testing::ask(server.web.port, "POST /-/reload HTTP/1.1\r\nHost: h\r\n" + fields +
                                                   "Content-Length: 0\r\n\r\n")
        .status;
  };
  CHECK(post("") == 401);
  CHECK(server.web.site.posts == 0);
  CHECK(post(as("alice", "secret") + "\r\n") == 200);
  CHECK(server.web.site.posts == 1);
}

TEST_CASE("auth: a connection is kept alive by the right password alone") {
  const WebFiles files;
  files.config(users("alice", "secret"));
  const GuardedServer server(files);
  HttpConnection connection(server.web.port);
  const std::string right =
      "GET /metrics HTTP/1.1\r\nHost: h\r\n" + as("alice", "secret") + "\r\n\r\n";
  for (int i = 0; i < 3; ++i) {
    connection.send(right);
    CHECK(connection.receive_answer().status == 200);
  }
  connection.send(kScrape);
  CHECK(connection.receive_answer().status == 401);
  CHECK(connection.closed_by_peer());
}

TEST_CASE("auth: a slow hash delays only the client that asks for it") {
  const WebFiles files;
  const std::string slow = "$2b$16$" + std::string(53, 'a');  // seconds
  files.config(users("alice", "secret") + "  slow: " + slow + "\n");
  const GuardedServer server(files);
  REQUIRE(ask(server, "/metrics", {as("alice", "secret")}).status == 200);
  std::vector<HttpConnection> waiting;
  for (std::size_t i = 0; i < web::auth::PasswordCheck::kMaxOpen + 4; ++i) {
    waiting.emplace_back(server.web.port);
    waiting.back().send("GET / HTTP/1.1\r\nHost: h\r\n" + as("slow", std::to_string(i)) +
                        "\r\n\r\n");
  }
  CHECK(waiting.back().receive_answer().status == 503);                   // the queue is full
  CHECK(ask(server, "/metrics", {as("alice", "secret")}).status == 200);  // remembered
  CHECK(ask(server, "/metrics").status == 401);
  CHECK(ask(server, "/metrics", {as("alice", "other")}).status == 503);
}

TEST_CASE("auth: stopping does not wait for a slow hash") {
  const WebFiles files;
  files.config("basic_auth_users:\n  slow: $2b$18$" + std::string(53, 'a') + "\n");
  GuardedServer server(files);
  HttpConnection waiting(server.web.port);
  waiting.send("GET / HTTP/1.1\r\nHost: h\r\n" + as("slow", "x") + "\r\n\r\n");
  REQUIRE(ask(server, "/").status == 401);  // the web thread has seen both
  const auto begin = std::chrono::steady_clock::now();
  server.web.server->stop();
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("headers: the configured ones are sent with every answer and replace ours") {
  const WebFiles files;
  files.config(
      "http_server_config:\n  headers:\n    X-Frame-Options: deny\n"
      "    Content-Security-Policy: default-src 'self'\n    X-XSS-Protection: ''\n" +
      users("alice", "secret"));
  const GuardedServer server(files);
  for (const auto& headers : {std::vector<std::string>{}, {as("alice", "secret")}}) {
    HttpAnswer answer = ask(server, "/", headers);
    CHECK(answer.headers["x-frame-options"] == "deny");
    CHECK(answer.headers["content-security-policy"] == "default-src 'self'");
    CHECK(answer.headers["x-content-type-options"] == "nosniff");
    CHECK_FALSE(answer.headers.contains("x-xss-protection"));
  }
}

TEST_CASE("rate limit: a bucket gives its burst, then one token each interval") {
  const web::auth::TokenBucket::Time start{};
  web::auth::TokenBucket bucket({.interval = 100ms, .burst = 2}, start);
  struct Row {
    milliseconds at;
    bool given;
  };
  const std::vector<Row> rows{{0ms, true},    {0ms, true},    {0ms, false},
                              {99ms, false},  {101ms, true},  {102ms, false},
                              {5000ms, true}, {5000ms, true}, {5000ms, false}};
  for (const Row& row : rows) {
    CAPTURE(row.at.count());
    CHECK(bucket.take(start + row.at) == row.given);
  }
  web::auth::TokenBucket closed({.interval = 1ms, .burst = 0}, start);
  CHECK_FALSE(closed.take(start + 1h));
}

TEST_CASE("rate limit: a request beyond it gets 429, before any password and without headers") {
  const WebFiles files;
  files.config("rate_limit: {interval: 1h, burst: 2}\n" + users("alice", "secret") +
               "http_server_config: {headers: {X-Frame-Options: deny}}\n");
  const GuardedServer server(files);
  CHECK(ask(server, "/metrics").status == 401);
  CHECK(ask(server, "/metrics", {as("alice", "secret")}).status == 200);
  HttpAnswer beyond = ask(server, "/metrics", {as("alice", "secret")});
  CHECK(beyond.status == 429);
  CHECK_FALSE(beyond.headers.contains("x-frame-options"));
  files.config("rate_limit: {interval: 1h, burst: 1}\n");  // another limit, a full bucket
  CHECK(ask(server, "/metrics").status == 200);
  CHECK(ask(server, "/metrics").status == 429);
  files.config("");
  CHECK(ask(server, "/metrics").status == 200);
}

TEST_CASE("web-config: a change counts from the next request on; a broken file answers 500") {
  const WebFiles files;
  files.config(users("alice", "secret"));
  const GuardedServer server(files);
  const auto alice = [&] { return ask(server, "/metrics", {as("alice", "secret")}).status; };
  CHECK(alice() == 200);
  files.config(users("alice", "changed"));
  CHECK(alice() == 401);
  files.config("basic_auth_user: {}\n");
  CHECK(alice() == 500);
  CHECK(ask(server, "/nothing").status == 500);
  run_in(files.dir, "rm w.yml");
  CHECK(alice() == 500);
  files.config("");
  CHECK(ask(server, "/metrics").status == 200);
}

TEST_CASE("web-config: TLS is not switched on or off, nor made worse, while running") {
  const WebFiles files;
  files.config("");
  const GuardedServer plain(files);
  files.config(kPair);
  CHECK(ask(plain, "/metrics").status == 500);
  const GuardedServer secure(files);
  CHECK(secure.scrape() == 200);
  files.config("");
  CHECK(secure.scrape() == 500);
  CHECK(ask(plain, "/metrics").status == 200);
  files.config(kPair +
               "  client_ca_file: no.pem\n  client_auth_type: RequireAndVerifyClientCert\n");
  CHECK(secure.scrape() == 500);  // not served by the laxer settings from before
  files.config(verifying("RequireAndVerifyClientCert"));
  CHECK(secure.scrape() == 0);
  CHECK(secure.scrape(with_certificate(files.scraper)) == 200);
}

TEST_CASE("web-config: certificate and key may be inside the file, unless every user may read it") {
  const WebFiles files;
  const Minted pair = mint_now(named("inline"));
  const auto block = [](std::string pem) {
    std::string lines = "|\n";
    for (std::size_t end = 0; (end = pem.find('\n')) != std::string::npos; pem.erase(0, end + 1)) {
      lines += "    " + pem.substr(0, end + 1);
    }
    return lines;
  };
  const std::string path =
      files.config("tls_server_config:\n  cert: " + block(pair.certificate_pem) +
                   "  key: " + block(pair.key_pem));
  system::Disk disk;
  run_in(files.dir, "chmod 644 w.yml");
  CHECK_FALSE(web::auth::LiveWebConfig::open(disk, path));
  run_in(files.dir, "chmod 600 w.yml");
  const GuardedServer server(files);
  CHECK(TlsConnection(server.web.port).server_subject() == "CN=inline");
}

}  // namespace
}  // namespace mtls::daemon::testing
