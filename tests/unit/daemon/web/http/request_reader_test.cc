// When a head is complete, and what is known before.
#include "daemon/web/http/request_reader.h"

#include <catch2/catch.hpp>
#include <string>

using namespace mtls::daemon;
using State = web::http::RequestReader::State;

namespace {

constexpr std::size_t kMaxBytes = 8192;
const std::string kHead = "HEAD /metrics?a=b HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n";

}  // namespace

TEST_CASE("request: a head is complete with its empty line, whatever pieces it comes in") {
  web::http::RequestReader reader(kMaxBytes);
  for (std::size_t n = 1; n < kHead.size(); ++n) {
    CAPTURE(n);
    REQUIRE(reader.read(kHead.substr(0, n)) == State::kIncomplete);
  }
  REQUIRE(reader.read(kHead) == State::kComplete);
  CHECK(reader.size() == kHead.size());
  CHECK(reader.head().method() == boost::beast::http::verb::head);
  CHECK(reader.head().target() == "/metrics?a=b");
  CHECK(reader.head()["accept"] == "*/*");
}

TEST_CASE("request: bytes after the head are left for the next request") {
  web::http::RequestReader reader(kMaxBytes);
  REQUIRE(reader.read(kHead + "GET / HTTP") == State::kComplete);
  CHECK(reader.size() == kHead.size());
}

TEST_CASE("request: bytes that can never become a head are refused before its end") {
  for (const char* begin : {"\x16\x03\x01", "GET / HTTP/1.2\r\n", "G\rET", "SSH-2.0-x\r\n",
                            "GET / HTTP/1.1\nHost: h\n\n"}) {
    CAPTURE(begin);
    web::http::RequestReader reader(kMaxBytes);
    CHECK(reader.read(begin) == State::kRefused);
    CHECK(reader.status() == 400);
    web::http::RequestReader slow(kMaxBytes);
    const std::string_view text(begin);
    State state = State::kIncomplete;
    for (std::size_t n = 1; n <= text.size() && state == State::kIncomplete; ++n) {
      state = slow.read(text.substr(0, n));
    }
    CHECK(state == State::kRefused);
  }
}

TEST_CASE("request: a head may be as long as its limit, but not one byte longer") {
  const std::string begin = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
  for (const std::size_t size : {kMaxBytes, kMaxBytes + 1}) {
    web::http::RequestReader reader(kMaxBytes);
    const std::string head = begin + std::string(size - begin.size() - 4, 'a') + "\r\n\r\n";
    const bool fits = size == kMaxBytes;
    CHECK(reader.read(head) == (fits ? State::kComplete : State::kRefused));
    if (!fits) CHECK(reader.status() == 431);
  }
}

TEST_CASE("request: the understood part of a refused head is known, so that HEAD gets no body") {
  web::http::RequestReader reader(kMaxBytes);
  REQUIRE(reader.read("HEAD / HTTP/1.1\r\n\r\n") == State::kRefused);
  CHECK(reader.head().method() == boost::beast::http::verb::head);
}
