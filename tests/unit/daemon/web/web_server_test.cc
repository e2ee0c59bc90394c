// What the HTTP server answers over real sockets.
#include <fcntl.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "daemon/web/server.h"
#include "tests/support/gunzip.h"
#include "tests/support/wire/http_client.h"
#include "tests/unit/daemon/web/test_site.h"

using namespace mtls;
using namespace std::string_literals;
using testing::HttpAnswer;
using testing::HttpConnection;
using testing::TestServer;

namespace {

const std::string kScrape = "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n";

std::string with_fields(const std::string& fields) {
  return "GET /metrics HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

std::string repeated(const std::string& text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("web: a page is sent with its parts in order and with safety headers") {
  TestServer web;
  const HttpAnswer answer = testing::get(web.port, "/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.body == "up 1\ndown 0\n");
  CHECK(answer.headers.at("content-type") == "text/plain; version=0.0.4");
  CHECK(answer.headers.at("content-length") == "12");
  CHECK(answer.headers.at("x-content-type-options") == "nosniff");
  CHECK(answer.headers.at("cache-control") == "no-store");
  CHECK(answer.headers.at("connection") == "close");
  CHECK(answer.headers.at("date").ends_with(" GMT"));
  CHECK_FALSE(answer.headers.contains("server"));
  CHECK_FALSE(answer.headers.contains("content-security-policy"));
}

TEST_CASE("web: only HTML carries a content security policy, its own or one that allows nothing") {
  TestServer web;
  const HttpAnswer plain = testing::get(web.port, "/");
  CHECK(plain.headers.at("content-security-policy") == "default-src 'none'");
  CHECK_FALSE(plain.headers.contains("refresh"));
  const HttpAnswer own = testing::get(web.port, "/refreshing?a=b&c?d");
  CHECK(own.headers.at("content-security-policy") == "default-src 'self'");
  CHECK(own.headers.at("refresh") == "7");
}

TEST_CASE("web: a page is told what follows the first question mark") {
  TestServer web;
  CHECK(testing::get(web.port, "/query?a=b&c?d").body == "a=b&c?d");
  CHECK(testing::get(web.port, "/query?").body.empty());
  CHECK(testing::get(web.port, "/query").body.empty());
}

TEST_CASE("web: a page that another thread makes is sent when it is there") {
  TestServer web;
  const HttpAnswer answer = testing::get(web.port, "/later");
  CHECK(answer.status == 200);
  CHECK(answer.body == "up 1\n");
}

TEST_CASE("N8: web: paths are exact, the query is cut off") {
  struct Row {
    const char* target;
    int status;
  };
  const Row row = GENERATE(values<Row>({{"/metrics", 200},
                                        {"/metrics?a=/b?c", 200},
                                        {"/empty", 200},
                                        {"/-/ready", 503},
                                        {"/metricsfoo", 404},
                                        {"/metrics/", 404},
                                        {"//metrics", 404},
                                        {"/Metrics", 404},
                                        {"/metrics%00", 404},
                                        {"/..", 404},
                                        {"/\xC3\xA9", 404},
                                        {"/?", 200}}));
  TestServer web;
  CAPTURE(row.target);
  CHECK(testing::get(web.port, row.target).status == row.status);
}

TEST_CASE("N9: web: HEAD gets the headers of GET and no body") {
  TestServer web;
  for (const std::string path : {"/metrics", "/nothing"}) {
    CAPTURE(path);
    HttpConnection connection(web.port);
    connection.send("HEAD " + path + " HTTP/1.1\r\nHost: h\r\n\r\n" + kScrape);
    HttpAnswer head = connection.receive_answer("HEAD");
    CHECK(connection.receive_answer().body == "up 1\ndown 0\n");  // nothing in between
    HttpAnswer get = testing::get(web.port, path);
    for (HttpAnswer* answer : {&head, &get}) {
      answer->headers.erase("date");
      answer->headers.erase("connection");
    }
    CHECK(head.status == get.status);
    CHECK(head.headers == get.headers);
  }
}

TEST_CASE(
    "web: a page with deflated parts is sent as gzip to clients that accept it, HEAD included") {
  TestServer web;
  const HttpAnswer plain = testing::get(web.port, "/packed");
  CHECK(plain.body == "packed 1\nup 1\n");
  CHECK_FALSE(plain.headers.contains("content-encoding"));
  HttpAnswer packed =
      testing::get(web.port, "/packed", {"Accept-Encoding: br", "Accept-Encoding: gzip"});
  CHECK(packed.headers["content-encoding"] == "gzip");
  CHECK(packed.headers["vary"] == "Accept, Accept-Encoding");
  CHECK(testing::gunzip(packed.body) == plain.body);
  CHECK(testing::get(web.port, "/metrics", {"Accept-Encoding: gzip"}).body == "up 1\ndown 0\n");

  HttpConnection connection(web.port);
  connection.send("HEAD /packed HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
  HttpAnswer head = connection.receive_answer("HEAD");
  CHECK(head.headers["content-length"] == std::to_string(packed.body.size()));
  CHECK(head.headers["content-encoding"] == "gzip");
}

TEST_CASE("web: the site learns what the client accepts, from all Accept fields") {
  TestServer web;
  CHECK(testing::get(web.port, "/packed", {"Accept: a/b;q=1", "accept: c/d"})
            .headers.at("content-type") == "a/b;q=1, c/d");
}

TEST_CASE("web: a path that accepts POST accepts it without a body, and no other method") {
  struct Row {
    std::string request;
    int status;
    std::string allow;
  };
  const std::string post = "POST /-/reload HTTP/1.1\r\nHost: h\r\n";
  const std::vector<Row> rows{
      {post + "\r\n", 200, ""},
      {post + "Content-Length: 0\r\n\r\n", 200, ""},
      {post + "Content-Length: 1\r\n\r\nx", 413, ""},
      {post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413, ""},
      {"POST /-/reload?a HTTP/1.1\r\nHost: h\r\n\r\n", 200, ""},
      {"GET /-/reload HTTP/1.1\r\nHost: h\r\n\r\n", 405, "POST"},
      {"HEAD /-/reload HTTP/1.1\r\nHost: h\r\n\r\n", 405, "POST"},
      {"POST /-/reload/ HTTP/1.1\r\nHost: h\r\n\r\n", 405, "GET, HEAD"},
  };
  TestServer web;
  for (const Row& row : rows) {
    CAPTURE(row.request);
    HttpConnection connection(web.port);
    connection.send(row.request);
    HttpAnswer answer = connection.receive_answer(row.request.substr(0, 4));
    CHECK(answer.status == row.status);
    CHECK(answer.headers["allow"] == row.allow);
  }
  CHECK(web.site.posts == 3);
}

TEST_CASE("web: HEAD gets no body with a refusal either") {
  TestServer web;
  HttpConnection connection(web.port);
  connection.send("HEAD /metrics HTTP/1.1\r\n\r\n");
  CHECK(connection.receive_answer("HEAD").status == 400);
  CHECK(connection.receive_some().empty());
}

TEST_CASE("web: a refused body is taken in, so that no reset overtakes the answer") {
  TestServer web;
  HttpConnection connection(web.port);
  connection.send(with_fields("Content-Length: 100000\r\n") + std::string(100'000, 'x'));
  CHECK(connection.receive_answer().status == 413);
  CHECK(connection.closed_by_peer());
  CHECK(connection.send("x"));  // after a reset this would be EPIPE
}

TEST_CASE("web: an error says its status and nothing about the request") {
  TestServer web;
  const HttpAnswer answer = testing::get(web.port, "/secret/path");
  CHECK(answer.body == "404 Not Found\n");
  CHECK(answer.headers.at("content-type") == "text/plain; charset=utf-8");
}

TEST_CASE("web: methods other than GET and HEAD are 405 with Allow, and the connection closes") {
  const std::string request = GENERATE(values<std::string>(
      {"POST /metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
       "PUT /metrics HTTP/1.1\r\nHost: h\r\n\r\n", "DELETE /nothing HTTP/1.1\r\nHost: h\r\n\r\n",
       "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n",
       "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", "FROB / HTTP/1.1\r\nHost: h\r\n\r\n"}));
  CAPTURE(request);
  TestServer web;
  HttpConnection connection(web.port);
  connection.send(request);
  HttpAnswer answer = connection.receive_answer();
  CHECK(answer.status == 405);
  CHECK(answer.headers["allow"] == "GET, HEAD");
  CHECK(connection.closed_by_peer());
}

TEST_CASE(
    "N7 and N10: web: anything but a sound request without a body is refused and the connection "
    "closed") {
  struct Row {
    std::string request;
    int status;
  };
  const std::string tls_hello = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s;
  const std::string nul = "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"s;
  const std::vector<Row> rows{
      // length of a body
      {with_fields("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
      {with_fields("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
      {with_fields("Content-Length: 0\r\nContent-Length: 0\r\n"), 400},
      {with_fields("Content-Length: -1\r\n"), 400},
      {with_fields("Content-Length: +5\r\n"), 400},
      {with_fields("Content-Length: 0x10\r\n"), 400},
      {with_fields("Content-Length: 100000000000000000000\r\n"), 400},
      {with_fields("Content-Length: 5, 5\r\n"), 400},
      {with_fields("Content-Length: 100000000\r\n"), 413},
      {with_fields("Content-Length: 5\r\n") + "hello", 413},
      {with_fields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
      {with_fields("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
      {with_fields("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n", 413},
      {with_fields("Transfer-Encoding: gzip\r\n"), 400},
      {with_fields("Transfer-Encoding: xchunked\r\n"), 400},
      {with_fields("Transfer-Encoding: gzip, chunked\r\n"), 400},
      {with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"GET /metrics HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      // grammar
      {"GET /metrics HTTP/1.1\nHost: h\n\n", 400},
      {"GET /metrics HTTP/1.1\rHost: h\r\r", 400},
      {with_fields("TE : chunked\r\n"), 400},
      {with_fields("X: a\r\n b\r\n"), 400},
      {with_fields("X: a\r\n\tb\r\n"), 400},
      {with_fields("X: \0\r\n"s), 400},
      {"GET  /metrics HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"\r\n" + kScrape, 400},
      {nul, 400},
      {tls_hello, 400},
      // Host
      {"GET /metrics HTTP/1.1\r\n\r\n", 400},
      {"GET /metrics HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400},
      {"GET /metrics HTTP/1.0\r\nHost: h\r\nHost: h\r\n\r\n", 400},
      // version
      {"GET /metrics\r\n", 400},
      {"GET /metrics HTTP/1.2\r\nHost: h\r\n\r\n", 400},
      {"GET /metrics HTTP/2.0\r\nHost: h\r\n\r\n", 400},
      {"GET /metrics HTTP/9.9\r\nHost: h\r\n\r\n", 400},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      // target
      {"GET http://h/metrics HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET metrics HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      // size
      {with_fields("X: " + std::string(9000, 'a') + "\r\n"), 431},
      {with_fields("X: " + std::string(65536, 'a') + "\r\n"), 431},
      {with_fields(repeated("a:\r\n", 1100)), 431},
      {with_fields(repeated("X: a\r\n", 200)), 431},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 431},
  };
  TestServer web;
  for (const Row& row : rows) {
    CAPTURE(row.request.substr(0, 120));
    HttpConnection connection(web.port);
    connection.send(row.request);
    CHECK(connection.receive_answer().status == row.status);
    CHECK(connection.closed_by_peer());
  }
  CHECK(testing::get(web.port, "/metrics").status == 200);
}

TEST_CASE("web: requests that a scraper may send are answered") {
  const std::string request = GENERATE(values<std::string>(
      {with_fields("Content-Length: 0\r\n"), with_fields("Expect: 100-continue\r\n"),
       with_fields("Connection: Upgrade\r\nUpgrade: h2c\r\n"), with_fields("X: \r\n"),
       "GET /metrics HTTP/1.1\r\nHost:\r\n\r\n", "GET /metrics HTTP/1.0\r\n\r\n",
       with_fields("X: " + std::string(7000, 'a') + "\r\n"),
       with_fields(repeated("X: a\r\n", 90))}));
  CAPTURE(request.substr(0, 120));
  TestServer web;
  CHECK(testing::ask(web.port, request).status == 200);
}

TEST_CASE("web: the connection is kept alive as the version and the Connection header say") {
  struct Row {
    std::string request;
    bool kept;
    std::string connection;  // header of the answer, "" = none
  };
  const std::vector<Row> rows{
      {kScrape, true, ""},
      {"GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n", true, ""},
      {with_fields("Connection: close\r\n"), false, "close"},
      {"GET /metrics HTTP/1.0\r\n\r\n", false, "close"},
      {"GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, "keep-alive"},
  };
  TestServer web;
  for (const Row& row : rows) {
    CAPTURE(row.request);
    HttpConnection connection(web.port);
    connection.send(row.request);
    HttpAnswer answer = connection.receive_answer();
    CHECK(answer.headers["connection"] == row.connection);
    connection.send(kScrape);
    CHECK((connection.receive_answer().status == 200) == row.kept);
  }
}

TEST_CASE("N11: web: ten pipelined requests get ten answers, also when the client stops sending") {
  TestServer web;
  HttpConnection connection(web.port);
  connection.send(repeated(kScrape, 10));
  connection.half_close();
  for (int i = 0; i < 10; ++i) CHECK(connection.receive_answer().status == 200);
  CHECK(connection.closed_by_peer());
}

TEST_CASE("web: a request may come in as many pieces as it has bytes") {
  TestServer web;
  HttpConnection connection(web.port);
  for (const char byte : kScrape) connection.send(std::string(1, byte));
  CHECK(connection.receive_answer().status == 200);
}

TEST_CASE("web: an answer of many parts larger than every buffer arrives whole") {
  TestServer web;
  CHECK(testing::get(web.port, "/big").body == std::string(testing::kBigBytes, 'x'));
}

TEST_CASE("web: every answered status is counted") {
  TestServer web;
  testing::get(web.port, "/metrics");
  testing::get(web.port, "/metrics");
  testing::get(web.port, "/nothing");
  testing::ask(web.port, "junk\r\n\r\n");
  {
    HttpConnection silent(web.port);
  }
  CHECK(web.counts.snapshot() == std::map<int, std::uint64_t>{{200, 2}, {400, 1}, {404, 1}});
}

TEST_CASE("web: no socket of the server is inherited by a program it might start") {
  const auto open_to_children = [] {
    int sockets = 0;
    for (int fd = 0; fd < 256; ++fd) {
      const int flags = ::fcntl(fd, F_GETFD);
      int type = 0;
      socklen_t size = sizeof type;
      const bool socket = ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
      if (socket && flags >= 0 && (flags & FD_CLOEXEC) == 0) ++sockets;
    }
    return sockets;
  };
  const int before = open_to_children();
  TestServer web;
  HttpConnection connection(web.port);
  connection.send(kScrape);
  CHECK(connection.receive_answer().status == 200);
  CHECK(open_to_children() == before);
}
