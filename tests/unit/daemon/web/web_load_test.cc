// The HTTP server under rude clients: clients that wait, drip, do not read or hang up must not
// delay a scrape.
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "daemon/web/server.h"
#include "tests/support/child_process.h"
#include "tests/support/sanitizers.h"
#include "tests/support/wire/http_client.h"
#include "tests/support/wire/http_load.h"
#include "tests/unit/daemon/web/test_site.h"

using namespace mtls;
using namespace std::chrono_literals;
using testing::HttpConnection;
using testing::TestServer;
using Clock = std::chrono::steady_clock;

namespace {

const std::string kScrape = "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n";

std::vector<HttpConnection> connect(std::uint16_t port, std::size_t count,
                                    const std::string& first_bytes = "") {
  std::vector<HttpConnection> connections;
  connections.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    connections.emplace_back(port).send(first_bytes);
  }
  return connections;
}

// A scrape on a connection of its own has 1 s, whatever others do.
void check_scrape_is_answered(std::uint16_t port) {
  const auto start = Clock::now();
  CHECK(testing::get(port, "/metrics").status == 200);
  CHECK(Clock::now() - start < 1s);
}

}  // namespace

TEST_CASE(
    "web load: 1,000 idle or dripping clients do not delay a scrape, whether evicted or held") {
  testing::allow_many_descriptors();
  mtls::daemon::web::WebOptions options;
  options.max_connections = GENERATE(as<std::size_t>{}, 512, 4096);
  const std::string first_bytes = GENERATE(as<std::string>{}, "", "GET /met");
  TestServer web(options);
  const std::vector<HttpConnection> rude = connect(web.port, 1000, first_bytes);
  for (int i = 0; i < 10; ++i) check_scrape_is_answered(web.port);
}

TEST_CASE("N6: web load: a connection that says nothing holds less than 1.5 KiB") {
  testing::allow_many_descriptors();
  constexpr std::size_t kClients = 3000;
  mtls::daemon::web::WebOptions options;
  options.max_connections = options.max_connections_per_peer = 2 * kClients;
  TestServer web(options);
  check_scrape_is_answered(web.port);
  std::vector<HttpConnection> idle;
  idle.reserve(kClients);
  const std::size_t before = testing::resident_kib(::getpid());
  for (std::size_t i = 0; i < kClients; ++i) idle.emplace_back(web.port);
  check_scrape_is_answered(web.port);  // so all of them are accepted by now
  const std::size_t grown = testing::resident_kib(::getpid()) - before;
  CAPTURE(grown);
  if (testing::kSanitized) {
    WARN("not asked: a sanitizer's memory is not the server's");
  } else {
    CHECK(grown * 1024 < kClients * 1536);
  }
}

TEST_CASE("web load: beyond the limit the connection that has waited longest is closed") {
  mtls::daemon::web::WebOptions options;
  options.max_connections = 2;
  options.eviction_grace = 0ms;
  TestServer web(options);
  HttpConnection first(web.port);
  first.send(kScrape);
  CHECK(first.receive_answer().status == 200);
  HttpConnection second(web.port);
  second.send(kScrape);
  CHECK(second.receive_answer().status == 200);
  HttpConnection third(web.port);
  CHECK(first.closed_by_peer());
  second.send(kScrape);
  CHECK(second.receive_answer().status == 200);
}

TEST_CASE("web load: 1,000 scrapes at once are all answered although the limit is 512") {
  testing::allow_many_descriptors();
  TestServer web;
  std::vector<HttpConnection> burst = connect(web.port, 1000, kScrape);
  int answered = 0;
  for (HttpConnection& connection : burst) {
    if (connection.receive_answer().status == 200) ++answered;
  }
  CHECK(answered == 1000);
  CHECK(web.counts.snapshot() == std::map<int, std::uint64_t>{{200, 1000}});
}

TEST_CASE(
    "N3: web load: a head that drips in gets 408 at its deadline, counted from its first byte") {
  mtls::daemon::web::WebOptions options;
  options.head_deadline = 300ms;
  TestServer web(options);
  HttpConnection connection(web.port);
  std::this_thread::sleep_for(400ms);  // idle is something else
  const auto start = Clock::now();
  while (Clock::now() - start < 200ms) {
    CHECK(connection.send("G"));
    std::this_thread::sleep_for(20ms);
  }
  CHECK(connection.receive_answer().status == 408);
  CHECK(connection.closed_by_peer());
  CHECK(Clock::now() - start >= 290ms);
  CHECK(Clock::now() - start < 2s);
  CHECK(web.counts.snapshot() == std::map<int, std::uint64_t>{{408, 1}});
}

TEST_CASE("web load: an idle connection is closed at its deadline, before and between requests") {
  mtls::daemon::web::WebOptions options;
  options.idle_deadline = 300ms;
  TestServer web(options);
  const std::string request = GENERATE(as<std::string>{}, "", kScrape);
  HttpConnection connection(web.port);
  connection.send(request);
  if (!request.empty()) CHECK(connection.receive_answer().status == 200);
  const auto start = Clock::now();
  CHECK(connection.closed_by_peer());
  CHECK(Clock::now() - start >= 250ms);
  CHECK(Clock::now() - start < 2s);
}

TEST_CASE(
    "N4: web load: slow readers of a large answer delay nobody and are cut off at the deadline") {
  mtls::daemon::web::WebOptions options;
  options.write_deadline = 500ms;
  TestServer web(options);
  std::vector<HttpConnection> slow;
  for (int i = 0; i < 20; ++i) {
    slow.emplace_back(web.port, 5s, 4096).send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  check_scrape_is_answered(web.port);
  std::this_thread::sleep_for(700ms);
  for (HttpConnection& connection : slow) CHECK(connection.receive_answer().status == 0);
}

TEST_CASE("web load: a slow reader that keeps reading is cut off at the deadline too") {
  mtls::daemon::web::WebOptions options;
  options.write_deadline = 300ms;
  TestServer web(options);
  HttpConnection connection(web.port, 5s, 4096);
  connection.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
  std::size_t received = 0;
  for (std::string bytes; !(bytes = connection.receive_some(1000)).empty();) {
    received += bytes.size();
    std::this_thread::sleep_for(1ms);
  }
  CHECK(received > 0);
  CHECK(received < testing::kBigBytes);
}

TEST_CASE("N11: web load: clients that pipeline and hang up without reading do no harm") {
  TestServer web;
  std::string requests;
  for (int i = 0; i < 10; ++i) requests += "GET /big HTTP/1.1\r\nHost: h\r\n\r\n";
  for (int i = 0; i < 200; ++i) {
    HttpConnection connection(web.port);
    connection.send(requests);
    if (i % 2 == 0) connection.reset();
  }
  check_scrape_is_answered(web.port);
}

TEST_CASE(
    "F12: web load: without file descriptors the server waits, and it answers once there are "
    "some") {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few{.rlim_cur = 256, .rlim_max = before.rlim_max};
  TestServer web;
  ::setrlimit(RLIMIT_NOFILE, &few);
  HttpConnection connection(web.port);
  CHECK(connection.connected());
  connection.send(kScrape);
  CHECK(connection.receive_answer().status == 200);

  std::vector<int> hoard;
  for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) hoard.push_back(fd);
  REQUIRE_FALSE(hoard.empty());
  ::close(hoard.back());
  hoard.pop_back();
  HttpConnection starved(web.port);  // takes the last one
  REQUIRE(starved.connected());
  starved.send(kScrape);
  connection.send(kScrape);
  CHECK(connection.receive_answer().status == 200);  // the loop does not hang
  for (const int fd : hoard) ::close(fd);
  CHECK(starved.receive_answer().status == 200);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_CASE(
    "web load: a request beyond --web.max-requests gets 503, and later ones are answered again") {
  mtls::daemon::web::WebOptions options;
  options.max_requests = 1;
  TestServer web(options);
  {
    HttpConnection stuck(web.port, 10s, 4096);
    stuck.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(stuck.receive_some(1) == "H");
    CHECK(testing::get(web.port, "/metrics").status == 503);
  }
  CHECK(testing::eventually(5s, [&] { return testing::get(web.port, "/metrics").status == 200; }));
}

TEST_CASE("F13: web load: an answer that gets no memory ends its connection and no other") {
  TestServer web;
  HttpConnection kept(web.port);
  kept.send(kScrape);
  CHECK(kept.receive_answer().status == 200);
  for (int i = 0; i < 3; ++i) CHECK(testing::get(web.port, "/no-memory").status == 0);
  kept.send(kScrape);
  CHECK(kept.receive_answer().status == 200);
  check_scrape_is_answered(web.port);
}

TEST_CASE("web stop: idle connections are closed at once") {
  TestServer web;
  std::vector<HttpConnection> idle = connect(web.port, 5);
  check_scrape_is_answered(web.port);
  const auto start = Clock::now();
  web.server->stop();
  CHECK(Clock::now() - start < 1s);
  for (HttpConnection& connection : idle) CHECK(connection.closed_by_peer());
  CHECK_FALSE(HttpConnection(web.port).connected());
  web.server->stop();
}

TEST_CASE(
    "web stop: an answer under way is finished, but a client that does not read is not waited "
    "for") {
  TestServer web;
  HttpConnection reading(web.port, 10s, 4096);
  HttpConnection stuck(web.port, 10s, 4096);
  for (HttpConnection* connection : {&reading, &stuck}) {
    connection->send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  REQUIRE(reading.receive_some(1) == "H");
  REQUIRE(stuck.receive_some(1) == "H");
  std::chrono::nanoseconds took{};
  std::thread stopper([&] {
    const auto start = Clock::now();
    web.server->stop();
    took = Clock::now() - start;
  });
  std::size_t received = 1;
  for (std::string bytes; !(bytes = reading.receive_some()).empty();) received += bytes.size();
  stopper.join();
  CHECK(received > testing::kBigBytes);
  CHECK(took >= 1400ms);
  CHECK(took < 2s);
}
