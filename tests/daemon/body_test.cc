#include "daemon/web/body.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/gunzip.h"

using namespace mtls::daemon;

namespace {

std::string joined(const BodyBytes& body) {
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

TEST_CASE("body: parts sent as they are stand in order") {
  CHECK(joined(plain_body({body_part("a"), deflated_body_part("b"), body_part("")})) == "ab");
}

TEST_CASE("body: parts deflated beforehand and parts that are not are one gzip member") {
  const std::string repeated(3'000'000, 'x');
  const std::string random = noise(200'000);
  const std::vector<std::vector<Part>> bodies{
      {},
      {deflated_body_part("")},
      {deflated_body_part("a")},
      {body_part("a"), body_part("b")},
      {deflated_body_part(random)},
      {deflated_body_part(repeated), body_part(random), deflated_body_part(""), body_part("end")}};
  for (const std::vector<Part>& parts : bodies) {
    CHECK(mtls::testing::gunzip(joined(gzip_body(parts))) == joined(plain_body(parts)));
  }
}

TEST_CASE("body: what is deflated already is not deflated again") {
  const Part part = deflated_body_part("text");
  CHECK(gzip_body({part}).at(1).get() == &part->deflated->bytes);
}
