#include "config/release/gunzip.h"

#include <catch2/catch.hpp>
#include <string>

namespace mtls::config::release {
namespace {

using namespace std::string_literals;

// printf 'nginx (1.0) x\n' | gzip -9n
const std::string kGzip =
    "\037\213\010\000\000\000\000\000\002\003\313\113\317\314\253\120\320\060\324\063\320\124\250\340\002\000\161\144\017\157\016\000\000\000"s;

}  // namespace

TEST_CASE("gunzip: one whole member within the limit, or nothing") {
  const std::string text = "nginx (1.0) x\n";
  CHECK(gunzip(kGzip, 100) == text);
  CHECK(gunzip(kGzip, text.size()) == text);
  CHECK_FALSE(gunzip(kGzip, text.size() - 1));
  CHECK_FALSE(gunzip(kGzip.substr(0, kGzip.size() - 1), 100));
  CHECK_FALSE(gunzip(kGzip + "x", 100));
  CHECK_FALSE(gunzip("", 100));
  CHECK_FALSE(gunzip(text, 100));
}

}  // namespace mtls::config::release
