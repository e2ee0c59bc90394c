#include "reports/fix/edits.h"

#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::reports::fix {
namespace {

using namespace audit_fixture;

// The configuration with the edit for the first finding of the kind; "": there is none.
std::string mended(const std::string& conf, FindingKind kind) {
  Host host;
  host.conf(conf);
  const auto snapshot = host.scratch();
  const Assessment assessment{.snapshot = *snapshot};
  for (const audit::Finding& finding : findings_of(*snapshot)) {
    if (finding.kind != kind) continue;
    const auto edit = edit_for(assessment, finding, [&](const std::string& path) -> std::string {
      return std::string(host.disk.read(path, 1U << 20U)->text());
    });
    return edit ? applied(*edit, conf) : "no edit";
  }
  return "";
}

TEST_CASE("edits: a pattern for the old names gets the variable that has them") {
  const auto map = [](const char* name, const char* rows) {
    return http("map " + std::string(name) + " $user {" + rows + "}\n");
  };
  const char* rows = " default -; ~/CN=(?<cn>[^/]+) $cn; ~/OU=x y; ";
  CHECK(mended(map("$ssl_client_s_dn", rows), FindingKind::kLegacyDnRegex) ==
        map("$ssl_client_s_dn_legacy", rows));
  CHECK(mended(map("\"${ssl_client_i_dn}\"", rows), FindingKind::kLegacyDnRegex) ==
        map("\"${ssl_client_i_dn_legacy}\"", rows));
  // Another pattern of the map is for the new names.
  CHECK(mended(map("$ssl_client_s_dn", " ~/CN=a x; ~CN=b y; "), FindingKind::kLegacyDnRegex) ==
        "no edit");
  const auto condition = [](const char* name) {
    return http(server(
        "a.test", std::string(kVerifyOn) + " if (" + name + " ~ \"/CN=mallory\") { return 403; }"));
  };
  CHECK(mended(condition("$ssl_client_s_dn"), FindingKind::kLegacyDnRegex) ==
        condition("$ssl_client_s_dn_legacy"));
}

std::string two_ways(const std::string& verify, const std::string& value, const std::string& more,
                     const std::string& outside = "") {
  return http(server("a.test", verify + outside + "\nlocation /a/ {\n  proxy_set_header X-DN " +
                                   value +
                                   ";\n  proxy_pass http://b;\n}\nlocation /b/ {\n  proxy_pass "
                                   "http://b;\n" +
                                   more + "}\n"));
}

TEST_CASE("edits: a header that a client may forge is set as elsewhere, or cleared") {
  constexpr auto kKind = FindingKind::kIdentityHeaderSpoofable;
  const std::string optional =
      std::string(kCertificate) + "ssl_client_certificate clients.pem; ssl_verify_client optional;";
  const std::string no_ca = std::string(kCertificate) +
                            "ssl_client_certificate clients.pem; ssl_verify_client optional_no_ca;";
  const std::string dn = "$ssl_client_s_dn";
  const std::string same = "  proxy_set_header X-DN $ssl_client_s_dn;\n";
  const std::string none = "  proxy_set_header X-DN \"\";\n";
  for (const std::string& verify : {std::string(kVerifyOn), optional})
    CHECK(mended(two_ways(verify, dn, ""), kKind) == two_ways(verify, dn, same));
  // The certificate may have failed; the value may be anything.
  CHECK(mended(two_ways(no_ca, dn, ""), kKind) == two_ways(no_ca, dn, none));
  CHECK(mended(two_ways(kVerifyOn, "\"u:$ssl_client_s_dn\"", ""), kKind) ==
        two_ways(kVerifyOn, "\"u:$ssl_client_s_dn\"", none));
}

TEST_CASE("edits: headers that a location has from outside stay with its first own one") {
  constexpr auto kKind = FindingKind::kIdentityHeaderSpoofable;
  const std::string outside = "\nproxy_set_header Host $host;\nproxy_set_header X-A a;";
  CHECK(mended(two_ways(kVerifyOn, "$ssl_client_s_dn", "", outside), kKind) ==
        two_ways(kVerifyOn, "$ssl_client_s_dn",
                 "  proxy_set_header Host $host;\n  proxy_set_header X-A a;\n"
                 "  proxy_set_header X-DN $ssl_client_s_dn;\n",
                 outside));
  const std::string own = "  proxy_set_header X-B b;\n";
  CHECK(mended(two_ways(kVerifyOn, "$ssl_client_s_dn", own, outside), kKind) ==
        two_ways(kVerifyOn, "$ssl_client_s_dn", "  proxy_set_header X-DN $ssl_client_s_dn;\n" + own,
                 outside));
}

}  // namespace
}  // namespace mtls::reports::fix
