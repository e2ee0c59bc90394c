#include "pki/ssl/handshake.h"

#include <catch2/catch.hpp>

namespace mtls::pki::ssl {

TEST_CASE("handshake: the client begins, and names the server only where it is told a name") {
  for (const std::string sni : {"", "a.example"}) {
    CAPTURE(sni);
    ClientHandshake handshake(sni);
    CHECK(handshake.to_send().empty());
    handshake.take("");
    const std::string hello = handshake.to_send();
    CHECK(hello.starts_with("\x16\x03\x01"));  // a record of the handshake
    CHECK((hello.find("a.example") != std::string::npos) == !sni.empty());
    CHECK(handshake.to_send().empty());
    CHECK(handshake.state() == ClientHandshake::State::kUnderWay);
  }
}

TEST_CASE("handshake: a server that speaks no TLS, or refuses, is a failure with OpenSSL's words") {
  using Row = std::pair<std::string, std::string>;
  for (const auto& [answer, words] :
       {Row{"HTTP/1.1 400 Bad Request\r\n\r\n", "wrong version number"},
        Row{std::string("\x15\x03\x03\x00\x02\x02\x28", 7), "handshake failure"}}) {
    ClientHandshake handshake("a.example");
    handshake.take("");
    handshake.take(answer);
    CHECK(handshake.state() == ClientHandshake::State::kFailed);
    CHECK_THAT(handshake.failure(), Catch::Contains(words));
    CHECK_FALSE(handshake.greeting().asks);
    handshake.take("more");
    CHECK(handshake.state() == ClientHandshake::State::kFailed);
  }
}

TEST_CASE("handshake: an answer may come in any pieces") {
  ClientHandshake handshake("");
  handshake.take("");
  for (const char byte : std::string("\x15\x03\x03\x00\x02\x02", 6)) {
    handshake.take({&byte, 1});
    CHECK(handshake.state() == ClientHandshake::State::kUnderWay);
  }
  handshake.take("\x28");
  CHECK(handshake.state() == ClientHandshake::State::kFailed);
}

}  // namespace mtls::pki::ssl
