#include "reports/causes.h"

#include <catch2/catch.hpp>

#include "audit/rules/registry.h"

namespace mtls::reports {
namespace {

using audit::FindingKind;
using audit::Severity;

Issue issue(FindingKind kind, const std::string& server, const std::string& message) {
  const audit::rules::Rule& rule = audit::rules::rule_of(kind);
  Issue one;
  one.kind = kind;
  one.severity = rule.severity;
  one.rule = rule.id;
  one.server = server;
  one.message = message;
  one.meaning = rule.meaning;
  one.remedy = rule.remedy;
  one.effect = rule.effect;
  return one;
}

Issue of_file(FindingKind kind, const std::string& server, const std::string& path,
              const std::string& message, std::uint32_t line = 1) {
  Issue one = issue(kind, server, message);
  one.path = path;
  one.position = FilePosition{"/n.conf", line, 1};
  return one;
}

Issue at_line(FindingKind kind, const std::string& server, std::uint32_t line,
              const std::string& message) {
  Issue one = issue(kind, server, message);
  one.position = FilePosition{"/n.conf", line, 1};
  return one;
}

using Servers = std::vector<std::string>;

TEST_CASE("causes: one file that several server blocks use is one, with all places") {
  const std::vector<Issue> issues{of_file(FindingKind::kCaExpired, "a", "/ca.pem", "A expired", 3),
                                  of_file(FindingKind::kCaExpired, "b", "/ca.pem", "A expired", 9),
                                  of_file(FindingKind::kCaExpired, "b", "/ca.pem", "B expired", 9),
                                  of_file(FindingKind::kCaExpired, "b", "/other.pem", "A expired")};
  const auto causes = causes_of(issues);
  REQUIRE(causes.size() == 2);
  CHECK(causes[0].servers == Servers{"a", "b"});
  CHECK(causes[0].positions.size() == 2);
  REQUIRE(causes[0].parts.size() == 2);
  CHECK(causes[0].parts[0].message == "A expired");
  CHECK(causes[0].parts[0].servers == Servers{"a", "b"});
  CHECK(causes[0].parts[1].servers == Servers{"b"});
  CHECK(causes[0].issues.size() == 3);
  CHECK(causes[1].first().path == "/other.pem");
}

TEST_CASE("causes: without a file the same words or the same place are one") {
  const FindingKind header = FindingKind::kIdentityHeaderSpoofable;
  const std::vector<Issue> issues{at_line(header, "a", 5, "lacks x-dn"),
                                  at_line(header, "a", 5, "lacks x-serial"),
                                  at_line(header, "a", 8, "lacks x-dn elsewhere"),
                                  at_line(FindingKind::kDepthBelowTwo, "a", 2, "depth is 1"),
                                  at_line(FindingKind::kDepthBelowTwo, "b", 6, "depth is 1")};
  const auto causes = causes_of(issues);
  REQUIRE(causes.size() == 3);
  CHECK(causes[0].parts.size() == 2);
  CHECK(causes[0].positions.size() == 1);
  CHECK(causes[1].positions.front().line == 8);
  CHECK(causes[2].servers == Servers{"a", "b"});
}

TEST_CASE("causes: another severity or remedy is another cause") {
  std::vector<Issue> issues{of_file(FindingKind::kCrlOutOfScope, "a", "/crl", "x"),
                            of_file(FindingKind::kCrlOutOfScope, "b", "/crl", "x"),
                            of_file(FindingKind::kCrlOutOfScope, "c", "/crl", "x")};
  issues[1].severity = Severity::kInfo;
  issues[2].remedy = "Another.";
  CHECK(causes_of(issues).size() == 3);
}

TEST_CASE("causes: the worst first, then what concerns more, then by place, whatever comes first") {
  const std::vector<Issue> issues{
      at_line(FindingKind::kServerTokensOn, "a", 1, "info"),
      at_line(FindingKind::kVerifyOptionalUnguarded, "a", 9, "one server, behind"),
      at_line(FindingKind::kVerifyOptionalUnguarded, "a", 4, "one server, before"),
      of_file(FindingKind::kCrlStale, "a", "/crl", "two servers", 20),
      of_file(FindingKind::kCrlStale, "b", "/crl", "two servers", 30),
      issue(FindingKind::kCanaryUnreadable, "", "the whole host")};
  std::vector<std::string_view> order;
  for (const Cause& cause : causes_of(issues)) order.push_back(cause.first().message);
  CHECK(order == std::vector<std::string_view>{"two servers", "one server, before",
                                               "one server, behind", "the whole host", "info"});
}

TEST_CASE("causes: refusals keep nginx's order, and take in what rules say of their file or line") {
  const std::vector<Issue> issues{
      of_file(FindingKind::kNginxRefusesConfig, "", "/z.pem", "cannot load z", 7),
      of_file(FindingKind::kNginxRefusesConfig, "", "", "no CA", 3),
      of_file(FindingKind::kBundleEmpty, "a", "/z.pem", "holds nothing", 7),
      of_file(FindingKind::kBundleEmpty, "b", "/y.pem", "holds nothing", 8),
      at_line(FindingKind::kNoTrustSource, "c", 3, "without a CA")};
  const auto causes = causes_of(issues);
  REQUIRE(causes.size() == 3);
  CHECK(causes[0].first().message == "cannot load z");
  CHECK(causes[0].servers == Servers{"a"});
  CHECK(causes[0].parts.size() == 2);
  CHECK(causes[0].remedy == audit::rules::rule_of(FindingKind::kBundleEmpty).remedy);
  CHECK(causes[1].servers == Servers{"c"});
  CHECK(causes[2].first().path == "/y.pem");
}

TEST_CASE("causes: ten thousand server blocks share one, none of them twice") {
  std::vector<Issue> issues;
  for (int i = 0; i < 10'000; ++i) {
    const std::string server = std::to_string(i / 2);
    issues.push_back(of_file(FindingKind::kCaExpired, server, "/ca.pem", "A expired"));
  }
  const auto causes = causes_of(issues);
  REQUIRE(causes.size() == 1);
  CHECK(causes.front().servers.size() == 5'000);
  CHECK(causes_of({}).empty());
}

}  // namespace
}  // namespace mtls::reports
