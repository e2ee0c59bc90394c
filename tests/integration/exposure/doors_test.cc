// Every way past ssl_verify_client on: a listen without TLS, requests that nginx answers before it
// looks at the certificate, and error pages that end in content (R9.21 to R9.23).
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/integration/exposure/enforcement_bench.h"

namespace mtls::testing {
namespace {

using config::Guard;

struct Door {
  std::string text;
  std::string open;  // the backends that are open; "": none
  bool listens_plain = false;
};

// With ssl_verify_client on.
const std::vector<Door> kDoors{
    {"location / { serve A; }", ""},
    {"location / { serve A; }", "A", true},
    {"if ($ssl_client_verify != SUCCESS) { return 403; } location / { serve A; }", "", true},
    {"if ($scheme = http) { return 301 https://$host$request_uri; } location / { serve A; }", "",
     true},
    {"location / { return 301 https://$host$request_uri; } location /a { serve A; }", "A", true},
    {"error_page 496 = @in; location / { serve A; } location @in { serve B; }", "B"},
    {"error_page 400 @in; location / { serve A; } location @in { serve B; }", "B"},
    {"error_page 405 =200 $uri; location / { serve A; }", "A"},
    {"error_page 501 = @in; location / { serve A; } location @in { serve B; }", "B"},
    {"error_page 421 = @in; location / { serve A; } location @in { serve B; }", "B"},
    {"error_page 405 /in/; location / { serve A; } location /in/ { internal; serve B; }", "B"},
    {"error_page 404 = @in; location / { serve A; } location @in { serve B; }", ""},
    {"error_page 495 496 = /; location / { serve A; }", "A"},
    {"error_page 495 496 /e.html; location / { serve A; } location = /e.html { files; }", ""},
    {"error_page 495 496 /e; location / { serve A; } location = /e { files; try_files /e.html "
     "=400; "
     "}",
     ""},
    {"error_page 495 496 /e; location / { serve A; } location = /e { files; rewrite ^ /e.html "
     "break; }",
     ""},
    {"error_page 495 496 @in; location / { serve A; } location @in { files; }", "A F"},
    {"error_page 495 496 @in; location / { serve A; } location @in { files; rewrite ^ /e.html "
     "break; }",
     ""},
    {"error_page 496 /e.html; error_page 418 = @in; recursive_error_pages on; location / { serve "
     "A; "
     "} location = /e.html { return 418; } location @in { serve B; }",
     "B"},
    {"error_page 496 /e.html; error_page 418 = @in; location / { serve A; } location = /e.html { "
     "return 418; } location @in { serve B; }",
     ""},
    {"error_page 497 https://$host$request_uri; location / { serve A; }", ""},
};

}  // namespace

TEST_CASE("enforcement: every door past ssl_verify_client on is found (R9.21 to R9.23)") {
  if (!NginxRunner::available()) return;
  EnforcementBench bench;
  for (const Door& door : kDoors) {
    bench.add({.text = door.text,
               .mode = config::VerifyClient::kOn,
               .listens_plain = door.listens_plain});
  }
  bench.start();
  for (std::size_t i = 0; i < kDoors.size(); ++i) {
    INFO(kDoors[i].text << (kDoors[i].listens_plain ? " and a plain listen" : ""));
    INFO("doubt: " << bench.ours(i).guard_doubt);
    const Contents open = bench.ours_open(i);
    std::string listed;
    for (const std::string& one : open) listed += (listed.empty() ? "" : " ") + one;
    CHECK(listed == kDoors[i].open);
    const Guard expected = kDoors[i].open.empty() ? Guard::kComplete : Guard::kNone;
    CHECK(bench.ours(i).guard == expected);
    CHECK(bench.nginx_serves(i, {"/", "/a", "/a/x", "/f.txt", "/e.html", "/in/", "/e"}) == open);
  }
}

// An error_page to a name keeps the method, so only a backend that answers TRACE shows this door.
TEST_CASE("enforcement: TRACE reaches the backend of a name that error_page 405 names (R9.22)") {
  if (!NginxRunner::available()) return;
  if (access("/usr/bin/python3", X_OK) != 0) {
    WARN("skipped: there is no /usr/bin/python3 to answer TRACE");
    return;
  }
  const std::string port = std::to_string(free_port());
  ChildProcess backend(
      {.argv = {"/usr/bin/python3", "-c",
                "import socket\n"
                "s = socket.create_server(('127.0.0.1', " +
                    port +
                    "))\n"
                    "while True:\n"
                    "  c, _ = s.accept()\n"
                    "  method = c.recv(4000).split(b' ')[0]\n"
                    "  c.sendall(b'HTTP/1.0 200 OK\\r\\n\\r\\ncontent B by ' + method)\n"
                    "  c.close()\n"}});
  EnforcementBench bench;
  const std::size_t index =
      bench.add({.text = "error_page 405 = @in; location / { serve A; } location @in { proxy_pass "
                         "http://127.0.0.1:" +
                         port + "; }",
                 .mode = config::VerifyClient::kOn});
  bench.start();
  const bool answered = eventually(
      std::chrono::seconds{10}, [&] { return bench.nginx_serves(index, {"/"}) == Contents{"B"}; });
  CHECK(answered);
  CHECK(bench.ours(index).guard == Guard::kNone);
  REQUIRE(bench.ours(index).openings.size() == 1);
  CHECK(bench.ours(index).openings.front().method == "TRACE");
  CHECK(bench.ours(index).openings.front().status == 405);
}

}  // namespace mtls::testing
