// Every alert of alerts/*.yml and every metric family of the code is known to explain.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "catalogue/names.h"
#include "reports/explain.h"

namespace mtls::reports {
namespace {

using Catch::Contains;
using Catch::StartsWith;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What the first group of `pattern` is, with `prefix` before it, in the files of `folder` below
/// the source tree.
std::set<std::string> names_in(const std::string& folder, const std::string& pattern,
                               const std::string& prefix = "") {
  std::set<std::string> names;
  const std::regex regex(pattern);
  for (const auto& file : std::filesystem::recursive_directory_iterator(SOURCES + ("/" + folder))) {
    const std::string kind = file.path().extension();
    if (kind != ".yml" && kind != ".h" && kind != ".cc") continue;
    const std::string text = text_of(file.path());
    for (std::sregex_iterator found(text.begin(), text.end(), regex), end; found != end; ++found) {
      names.insert(prefix + (*found)[1].str());
    }
  }
  return names;
}

void check_known(const std::set<std::string>& names, const std::string& more) {
  for (const std::string& name : names) {
    CAPTURE(name);
    const Explanation said = explain(name);
    CHECK(said.unknown.empty());
    CHECK_THAT(said.text, StartsWith(name + " (") && Contains("\n  meaning: ") &&
                              Contains("\n  more: " + more));
    for (const char* markdown : {"**", "`", "]("}) CHECK_THAT(said.text, !Contains(markdown));
  }
}

TEST_CASE("explain: every alert is known, in the words of the runbook") {
  const auto alerts = names_in("alerts", "alert: *(\\w+)");
  REQUIRE(alerts.size() > 10);
  check_known(alerts, "alerts/runbook.md#nginx");
  CHECK_THAT(explain("NginxMtlsNotEnforced").text, Contains("\n  fix: "));
  CHECK_THAT(explain("NginxMtlsCanaryRejected").text,
             Contains("\n    | 23 | ") && !Contains("---"));
}

TEST_CASE("explain: every metric family of the code is known, in the words of docs/metrics.md") {
  auto families = names_in("collectors", "\\{\\s*MTLS \"(\\w+)\"", "nginx_mtls_");
  const auto others = names_in("collectors", "\"(probe_\\w+)\"");
  const auto own = names_in("daemon/app", "\"(nginx_mtls_\\w*[a-z])\"");
  REQUIRE(families.size() > 30);
  REQUIRE_FALSE(others.empty());
  REQUIRE(own.size() > 10);
  families.insert(others.begin(), others.end());
  families.insert(own.begin(), own.end());
  check_known(families, "docs/metrics.md#");
}

TEST_CASE("explain: a name is known inside a line, and findings beside it") {
  const std::string ends = "NginxClientCABundleExpiryCritical";
  struct Row {
    std::string line;
    std::vector<std::string> names;
  };
  for (const Row& row : {
           Row{"[FIRING:1] " + ends + " (a.test 0.0.0.0:443)", {ends + " (alert)\n"}},
           Row{"ALERTS{alertname=\"" + ends + "\",alertstate=\"firing\"} 1", {ends + " (alert)\n"}},
           Row{"nginx_mtls_server_enforced{server=\"a\",listen=\"0.0.0.0:443\"} 0",
               {"nginx_mtls_server_enforced (gauge 0/1)\n"}},
           Row{"# TYPE nginx_mtls_exporter_watch_events counter",
               {"nginx_mtls_exporter_watch_events_total (counter)\n"}},
           Row{"nginx_mtls_findings{rule=\"ca-expired\",severity=\"critical\"} 1",
               {"nginx_mtls_findings (gauge)\n", "\nca-expired (critical)\n"}},
           Row{"nginx_mtls_ca_not_after_timestamp_seconds * on (path) nginx_mtls_ca_info",
               {"nginx_mtls_ca_not_after_timestamp_seconds (gauge)\n",
                "\nnginx_mtls_ca_info (gauge, 1)\n"}},
       }) {
    CAPTURE(row.line);
    const Explanation said = explain(row.line);
    CHECK(said.unknown.empty());
    for (const std::string& name : row.names) CHECK_THAT(said.text, Contains(name));
  }
}

TEST_CASE("explain: names that nobody has, and parts of names, are not known") {
  for (const char* line :
       {"NginxMtlsNoSuchAlert", "NginxMtls", "nginx_mtls_no_such_family", "nginx_mtls_",
        "nginx_mtls", "my_nginx_mtls_server_enforced", "nginx_mtls_server_enforced_total",
        "Runbook", "Rotation", "the finding ca-expired appeared"}) {
    CAPTURE(line);
    CHECK(explain(line).text.empty());
    CHECK_FALSE(explain(line).unknown.empty());
  }
}

TEST_CASE("explain: what the documents say of a name is complete") {
  for (const catalogue::NamedThing& thing : catalogue::named_things()) {
    CAPTURE(thing.name);
    CHECK_FALSE(thing.kind.empty());
    CHECK_FALSE(thing.fields.empty());
    for (const catalogue::NamedField& field : thing.fields) {
      CHECK_FALSE(field.name.empty());
      CHECK_FALSE(field.text.empty());
      CHECK(field.text != "as above");
    }
  }
}

}  // namespace
}  // namespace mtls::reports
