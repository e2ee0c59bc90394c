#include "base/nearest_name.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace mtls::base {

TEST_CASE("nearest name: the longer a name, the more edits; the first of equals is taken") {
  struct Row {
    const char* text;
    const char* found;  // "" = none
  };
  const std::vector<std::string> names{"keys", "crl-stale", "crl-stall", "ca-expires-soon"};
  for (const Row& row :
       {Row{"kyes", ""}, Row{"crl-stale", "crl-stale"}, Row{"crl-stal", "crl-stale"},
        Row{"crl-satle", "crl-stale"}, Row{"crl-sattle", ""},
        Row{"ca-expire-son", "ca-expires-soon"}, Row{"ca-expir-son", ""}, Row{"", ""}}) {
    CAPTURE(row.text);
    NearestName nearest(row.text);
    for (const std::string& name : names) nearest.offer(name);
    CHECK(nearest.found().value_or("") == row.found);
  }
}

TEST_CASE("nearest name: 64 bytes are compared, more are not") {
  const std::string longest(64, 'a');
  const std::string too_long(65, 'a');
  NearestName nearest(longest);
  nearest.offer(too_long);
  CHECK_FALSE(nearest.found());
  nearest.offer(std::string_view(longest).substr(1));
  CHECK(nearest.found()->size() == 63);
  NearestName none(too_long);
  none.offer(longest);
  CHECK_FALSE(none.found());
}

}  // namespace mtls::base
