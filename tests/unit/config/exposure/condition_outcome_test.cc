#include "config/exposure/condition_outcome.h"

#include <catch2/catch.hpp>

#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

std::optional<bool> holds(const std::string& words, exposure::RequestState request,
                          const std::string& http = "") {
  const auto parsed = syntax::parse("http { " + http + " server { if (" + words + ") { } } }", {});
  const syntax::Directive& block = parsed.directives.at(0);
  const exposure::Variables variables(block);
  return exposure::outcome_of(grammar::Condition(block.block->back().block->at(0)), variables,
                              request);
}

exposure::RequestState nobody(exposure::Known uri = "/a") {
  exposure::RequestState request;
  request.verify = "NONE";
  request.host = "a.test";
  request.uri = request.sent_uri = std::move(uri);
  return request;
}

}  // namespace

TEST_CASE(
    "conditions: an if is decided as far as the values of a client without SUCCESS are known") {
  struct Case {
    const char* words;
    std::optional<bool> outcome;
  };
  const std::vector<Case> cases{
      {"$ssl_client_verify != SUCCESS", true},
      {" $ssl_client_verify = \"NONE\" ", true},
      {"$SSL_client_Verify = NONE", true},
      {"$ssl_client_verify ~ ^SUC", false},
      {"$ssl_client_verify !~* none", false},
      {"$ssl_client_verify ~ (", std::nullopt},
      {"$ssl_client_verify", true},
      {"$ssl_client_serial", false},
      {"$uri = /a", true},
      {"$request_uri ~ ^/b", false},
      {"$scheme = https", true},
      {"$http_x", std::nullopt},
      {"$remote_addr = 1.2.3.4", std::nullopt},
      {"-f $request_filename", std::nullopt},
      {"!-e /x", std::nullopt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.words);
    CHECK(holds(c.words, nobody()) == c.outcome);
  }
}

TEST_CASE("conditions: 0 and the empty text are false") {
  for (const char* value : {"\"\"", "0"}) {
    const std::string map = std::string("map $ssl_client_verify $v { default ") + value + "; }";
    CHECK(holds("$v", nobody(), map) == false);
  }
  CHECK(holds("$v", nobody(), "map $ssl_client_verify $v { default 00; }") == true);
}

TEST_CASE("conditions: an unnamed path equals no path of the configuration") {
  exposure::RequestState request = nobody(std::nullopt);
  CHECK(holds("$uri = /x", request) == std::nullopt);
  request.is_unnamed = true;
  CHECK(holds("$uri = /x", request) == false);
  CHECK(holds("$uri != /x", request) == true);
  CHECK(holds("$uri ~ ^/x", request) == std::nullopt);
  CHECK(holds("$v", request, "map $uri $v { /x 1; default 0; }") == false);
  CHECK(holds("$v", request, "map $uri $v { ~x 1; default 0; }") == std::nullopt);
  CHECK(holds("$v", request, "map $uri $v { ~x 1; default 2; }") == true);
}

}  // namespace mtls::config
