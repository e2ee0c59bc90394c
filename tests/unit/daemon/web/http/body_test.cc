#include "daemon/web/http/body.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/gunzip.h"

using namespace mtls::daemon;

namespace {

std::string joined_bytes(const web::http::BodyBytes& body) {
  std::string bytes;
  for (const auto& part : body) bytes += *part;
  return bytes;
}

std::string noise(std::size_t size) {
  std::mt19937 random(1);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

}  // namespace

TEST_CASE("body: plain parts are sent in order") {
  CHECK(joined_bytes(
            web::http::plain_body({web::http::body_part("a"), web::http::deflated_body_part("b"),
                                   web::http::body_part("")})) == "ab");
}

TEST_CASE("body: parts deflated beforehand and others become one gzip member") {
  const std::string repeated(3'000'000, 'x');
  const std::string random = noise(200'000);
  const std::vector<std::vector<web::http::Part>> bodies{
      {},
      {web::http::deflated_body_part("")},
      {web::http::deflated_body_part("a")},
      {web::http::body_part("a"), web::http::body_part("b")},
      {web::http::deflated_body_part(random)},
      {web::http::deflated_body_part(repeated), web::http::body_part(random),
       web::http::deflated_body_part(""), web::http::body_part("end")},
      {web::http::joined_part({})},
      {web::http::joined_part({web::http::deflated_body_part("a"),
                               web::http::joined_part({web::http::deflated_body_part(random),
                                                       web::http::deflated_body_part("b")})}),
       web::http::body_part("end")},
      {web::http::joined_part({web::http::deflated_body_part("a"), web::http::body_part("b")})},
      {web::http::joined_part({web::http::joined_small_part(
          {web::http::deflated_body_part(random), web::http::deflated_body_part("b")})})}};
  for (const std::vector<web::http::Part>& parts : bodies) {
    CHECK(mtls::testing::gunzip(joined_bytes(gzip_body(parts))) ==
          joined_bytes(web::http::plain_body(parts)));
  }
}

TEST_CASE("body: a part that is deflated already is not deflated again") {
  const web::http::Part part = web::http::deflated_body_part("text");
  CHECK(web::http::gzip_body({part}).at(1) == part->deflated);
}

TEST_CASE("body: a joined part copies no text and knows its size") {
  const auto text = std::make_shared<const std::string>("text");
  const web::http::Part leaf = web::http::deflated_body_parts({{text}}).front();
  const web::http::Part joined = web::http::joined_part({leaf, leaf});
  CHECK(joined->size == 8);
  CHECK(web::http::plain_body({joined}) == web::http::BodyBytes{text, text});
  const web::http::Part both = web::http::deflated_body_parts({{text, text}}).front();
  CHECK(both->size == 8);
  CHECK(web::http::plain_body({both}) == web::http::BodyBytes{text, text});
  CHECK(web::http::gzip_body({both}).size() == 3);
  CHECK(mtls::testing::gunzip(joined_bytes(web::http::gzip_body({both}))) == "texttext");
  CHECK(web::http::gzip_body({joined}).size() == 4);  // header, two, trailer
  CHECK(web::http::gzip_body({web::http::joined_small_part({leaf, leaf})}).size() == 3);
}
