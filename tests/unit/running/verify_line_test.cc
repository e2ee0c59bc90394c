#include "running/verify_line.h"

#include <catch2/catch.hpp>

#include <string>

namespace mtls::running {
namespace {

struct Row {
  const char* text;  // behind the number of the connection
  const char* code;
  const char* reason;
  const char* server;
  bool is_http;
};

std::string info(const std::string& text) {
  return "2026/11/30 23:51:27 [info] 6561#6561: *7 " + text;
}
std::string error(const std::string& text) {
  return "2026/11/30 23:51:27 [error] 6561#6561: *7 " + text;
}

const std::string kVerify = "client SSL certificate verify error: ";

}  // namespace

TEST_CASE("verify line: what nginx writes of a refused client has a code and a server") {
  for (const Row& row : {
           Row{"client SSL certificate verify error: (10:certificate has expired) while reading "
               "client request headers, client: 127.0.0.1, server: a.example, request: \"GET / "
               "HTTP/1.1\", host: \"b.example\"",
               "10", "", "a.example", true},
           Row{"client SSL certificate verify error: (20:unable to get local issuer certificate) "
               "while processing HTTP/2 connection, client: ::1, server: , request: \"GET / "
               "HTTP/2.0\", host: \"x\"",
               "20", "", "", true},
           Row{"client sent no required SSL certificate while reading client request headers, "
               "client: unix:, server: ~^(a|b){1, 2}$, request: \"GET / HTTP/1.0\"",
               "no_cert", "", "~^(a|b){1, 2}$", true},
           Row{"client SSL certificate verify error: certificate revoked while reading client "
               "request headers, client: 1.2.3.4, server: a, request: \"GET / HTTP/1.0\"",
               "ocsp", "certificate revoked", "a", true},
           Row{"client SSL certificate verify error: (18:self-signed certificate) while SSL "
               "handshaking, client: 127.0.0.1, server: 127.0.0.1:8443",
               "18", "", "127.0.0.1:8443", false},
           Row{"client sent no required SSL certificate while SSL handshaking, client: ::1, "
               "server: [::]:443, bytes from/to client:0/0, bytes from/to upstream:0/0",
               "no_cert", "", "[::]:443", false},
           Row{"client sent no required SSL certificate, client: 127.0.0.1 using starttls, server: "
               "0.0.0.0:143, login: \"x, request: \"",
               "no_cert", "", "0.0.0.0:143", false},
           Row{"client sent no required SSL certificate while SSL handshaking, udp client: ::1, "
               "server: [::]:443",
               "no_cert", "", "[::]:443", false},
       }) {
    CAPTURE(row.text);
    const std::string line = info(row.text);
    const auto parsed = parse_verify_line(line);
    REQUIRE(parsed);
    CHECK(*parsed == VerifyLine{.side = VerifySide::kClient,
                                .pid = 6561,
                                .code = row.code,
                                .reason = row.reason,
                                .server = row.server,
                                .is_http = row.is_http});
  }
}

TEST_CASE("verify line: what nginx writes of a refused backend has a code and a server") {
  for (const Row& row :
       {Row{"upstream SSL certificate verify error: (10:certificate has expired) while SSL "
            "handshaking to upstream, client: 127.0.0.1, server: a, request: \"GET / HTTP/1.1\", "
            "upstream: \"https://127.0.0.1:1/\", host: \"a\"",
            "10", "", "a", true},
        Row{"upstream SSL certificate does not match \"b\" while SSL handshaking to upstream, "
            "client: 127.0.0.1, server: 127.0.0.1:1, upstream: \"127.0.0.1:2\", bytes from/to "
            "client:0/0, bytes from/to upstream:0/0",
            "name", "", "127.0.0.1:1", false}}) {
    CAPTURE(row.text);
    const std::string line = error(row.text);
    const auto parsed = parse_verify_line(line);
    REQUIRE(parsed);
    CHECK(*parsed == VerifyLine{.side = VerifySide::kUpstream,
                                .pid = 6561,
                                .code = row.code,
                                .reason = row.reason,
                                .server = row.server,
                                .is_http = row.is_http});
  }
}

TEST_CASE("verify line: what a client chose stands behind the server, and names no other one") {
  const std::string line =
      info(kVerify +
           "(10:certificate has expired) while reading client request headers, client: 127.0.0.1, "
           "server: mine, request: \"GET /, server: victim, request: \"x HTTP/1.1\", host: "
           "\"victim\", referrer: \"client SSL certificate verify error: (20:x), client: 1.1.1.1, "
           "server: victim\"");
  REQUIRE(parse_verify_line(line));
  CHECK(parse_verify_line(line)->server == "mine");
  CHECK(parse_verify_line(line)->code == "10");
}

TEST_CASE("verify line: a line of another kind is none, whatever is quoted in it") {
  const std::string good =
      "(10:certificate has expired) while SSL handshaking, client: 1.1.1.1, "
      "server: 127.0.0.1:1";
  for (const std::string& line :
       {std::string(), std::string("2026/11/30 23:51:27 ["), info(""), info("client"),
        info("open() \"/" + kVerify + good + "\" failed"), error(kVerify + good),
        "2026/11/30 23:51:27 [info] 1#1: " + kVerify + good,
        "2026/11/30 23:51:27 [info] x: *1 " + kVerify + good, " " + info(kVerify + good),
        "x026/11/30 23:51:27 [info] 1#1: *1 " + kVerify + good,
        "2026/11/30 23:51:27 [info] 1#1: * " + kVerify + good, info("x: *1 " + kVerify + good),
        info(kVerify + "10"), info(kVerify + "(x:y)" + good),
        info(kVerify + "(1234567:y) while x, client: 1, server: 2"), info(kVerify + "(10:"),
        info(kVerify + "(10 expired)"), info(kVerify + "something else, client: 1, server: 2"),
        info("upstream SSL certificate verify error: " + good),
        error("upstream SSL certificate does not match \"x"),
        // The disk was full: the rest is another line.
        info(kVerify + "(10:certificate has expired) while re" +
             info("client sent no required SSL certificate, client: 1, server: 2")),
        info(kVerify + "(10:certificate has expired) while x, cli" +
             info("client sent no required SSL certificate, client: 1, server: 2")),
        info(kVerify + "(10:certificate has expired) while x, client: 12" +
             info("client sent no required SSL certificate, client: 1, server: 2"))}) {
    CAPTURE(line);
    CHECK_FALSE(parse_verify_line(line));
  }
  CHECK(parse_verify_line(info(kVerify + good)));
}

TEST_CASE("verify line: no prefix of a line and no line with a byte changed does harm") {
  const std::string line =
      info(kVerify +
           "(10:certificate has expired) while SSL handshaking, client: 1.1.1.1, server: "
           "127.0.0.1:1");
  for (std::size_t size = 0; size < line.size(); ++size) {
    const std::string_view prefix = std::string_view(line).substr(0, size);
    const auto parsed = parse_verify_line(prefix);
    if (parsed) CHECK(parsed->code == "10");
    std::string other = line;
    other[size] = '\0';
    parse_verify_line(other);
  }
}

}  // namespace mtls::running
