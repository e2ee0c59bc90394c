#include "audit/finding_list.h"

#include <catch2/catch.hpp>

namespace mtls::audit {
namespace {

FindingList::Part part(const std::vector<std::string>& details) {
  std::vector<Finding> findings;
  for (const std::string& detail : details) findings.push_back({.detail = detail});
  return std::make_shared<const std::vector<Finding>>(std::move(findings));
}

FindingList list(const std::vector<FindingList::Part>& parts) {
  FindingList all;
  for (const auto& one : parts) all.append(one);
  return all;
}

std::string text(const FindingList& all) {
  std::string text;
  for (const Finding& finding : all) text += finding.detail;
  return text;
}

}  // namespace

TEST_CASE("finding list: it is walked through as one list, and empty parts are none") {
  const FindingList all = list({part({}), part({"a", "b"}), part({}), part({"c"}), nullptr});
  CHECK(text(all) == "abc");
  CHECK(all.size() == 3);
  CHECK(all.parts().size() == 2);
  CHECK(all.front().detail == "a");
  CHECK(list({part({})}).empty());
  CHECK(FindingList().begin() == FindingList().end());
}

TEST_CASE("finding list: two are equal when their findings are, whatever their parts") {
  CHECK(list({part({"a", "b"}), part({"c"})}) == list({part({"a"}), part({"b", "c"})}));
  CHECK(list({part({"a"}), part({"b"})}) == list({part({"a", "b"})}));
  CHECK(list({part({"a"}), part({"b"})}) == list({part({"a"}), part({"b"})}));
  CHECK_FALSE(list({part({"a"}), part({"b"})}) == list({part({"a"}), part({"c"})}));
  CHECK_FALSE(list({part({"a"}), part({"b", "c"})}) == list({part({"a", "c"}), part({"c"})}));
  CHECK_FALSE(list({part({"a"})}) == FindingList());
}

TEST_CASE("finding list: what two lists share is left out of both") {
  const auto a = part({"a"});
  const auto b = part({"b"});
  const auto c = part({"c"});
  using Parts = std::vector<FindingList::Part>;
  CHECK(list({a, b}).without_parts_of(list({a, c})) == Parts{b});
  CHECK(list({a, b}).without_parts_of(list({a, b, c})).empty());
  CHECK(list({a, b, c}).without_parts_of(list({a, b})) == Parts{c});
  FindingList replaced = list({a, b});
  replaced.replace(1, {{.detail = "x"}});
  CHECK(text(replaced) == "ax");
  CHECK(list({a, b}).without_parts_of(replaced) == Parts{b});
}

}  // namespace mtls::audit
