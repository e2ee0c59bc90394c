// Reports of a host in memory, read back: what stands at which place of the JSON.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reports/assessment.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::reports::fixture {

using Json = nlohmann::ordered_json;

struct Place {
  std::string pointer;  // RFC 6901
  Json expected;
};

inline void check_places(const Json& document, const std::vector<Place>& places) {
  for (const Place& place : places) {
    CAPTURE(place.pointer);
    const Json::json_pointer pointer(place.pointer);
    REQUIRE(document.contains(pointer));
    CHECK(document.at(pointer) == place.expected);
  }
}

inline std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

}  // namespace mtls::reports::fixture
