#include "collectors/collect.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/support/prometheus_reference.h"
#include "tests/unit/audit/audit_fixture.h"
#include "tests/unit/audit/unjudged_client.h"

namespace mtls::collectors {
namespace {

using namespace audit_fixture;

struct NamedFamily {
  std::string name;
  std::string help;
  std::string in_compact = "kAll";
};

/// The families that metric_names.h declares, read from its text: a family that no collector
/// renders, or that the test's host has nothing to say of, cannot hide.
std::vector<NamedFamily> declared_families() {
  constexpr std::string_view kDeclaration = "inline constexpr FamilySpec ";
  std::ifstream in(METRIC_NAMES_HEADER);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::regex literal("\"([^\"]*)\"");
  std::vector<NamedFamily> families;
  for (auto at = text.find(kDeclaration); at != std::string::npos;
       at = text.find(kDeclaration, at + 1)) {
    const std::string body = text.substr(at, text.find("};", at) - at);
    NamedFamily family;
    for (std::sregex_iterator found(body.begin(), body.end(), literal), end; found != end;
         ++found) {
      (family.name.empty() ? family.name : family.help) += (*found)[1].str();
    }
    if (body.find("MTLS \"") != std::string::npos) family.name.insert(0, "nginx_mtls_");
    constexpr std::string_view kKept = "InCompact::";
    if (const auto kept = body.find(kKept); kept != std::string::npos)
      family.in_compact = body.substr(kept + kKept.size());
    families.push_back(family);
  }
  REQUIRE(families.size() > 30);
  return families;
}

/// What --compat.blackbox adds is not in collect().
bool is_collected(const NamedFamily& family) { return family.name != kBlackboxEarliestExpiry.name; }

std::string text_of(Host& host, const audit::Limits& limits = {}) {
  return render(collect(*host.scratch(), limits).families);
}

std::set<std::string> lines_of(const std::string& text, const std::string& prefix) {
  std::set<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(prefix)) lines.insert(line);
  return lines;
}

/// A host that has something to say in every family.
Host talkative() {
  Host host;
  host.conf(http(server("a.test", std::string(kVerifyOn) +
                                      "ssl_crl clients.crl; ssl_trusted_certificate trusted.pem;"
                                      "location / { proxy_pass https://b.test; proxy_ssl_verify on;"
                                      " proxy_ssl_trusted_certificate trusted.pem;"
                                      " proxy_ssl_certificate server.pem;"
                                      " proxy_ssl_certificate_key server.key; }") +
                 server("b.test", kCertificate, "80")));
  host.disk.put(kTrusted, minted().other_root.certificate_pem);
  CertificateSpec renewed = ca_spec("CN=Root A");
  renewed.same_key_as = &minted().root;
  host.disk.put(kBundle, minted().root.certificate_pem +
                             mint_valid(renewed, days{-1}, days{900}).certificate_pem);
  host.disk.put(kCrl, minted().crl(minted().root));
  host.canary(minted().client.certificate_pem);
  return host;
}

/// With an nginx that runs on its configuration.
std::string text_beside_nginx(Host& host) {
  const running::Master master{.process = {.pid = 7},
                               .build = {.conf = kConf},
                               .generation = running::Generation{.number = 1},
                               .load = running::LoadTime{.before_ns = std::int64_t{1} << 62U}};
  const audit::ProbeAnswer answer{
      .id = {.module = config::Module::kHttp, .server = "a.test", .listen = "0.0.0.0:443"},
      .failure = {},
      .ca_names = {},
      .leaf = {}};
  const auto snapshot = audit::build(
      {.policy = host.policy,
       .disk = host.disk,
       .now = kT0,
       .previous = nullptr,
       .changes = {},
       .processes =
           std::make_shared<const running::ProcessView>(running::ProcessView{.masters = {master}}),
       .probe_answers = std::make_shared<const audit::ProbeAnswers>(audit::ProbeAnswers{answer}),
       .changed_at = [](const std::string&) {
         return std::optional(audit::PathTimes{.changed_ns = 1});
       }});
  return render(collect(*snapshot, {}).families);
}

}  // namespace

TEST_CASE(
    "collect: every family of metric_names.h is rendered, with its help and type, and no other") {
  Host host = talkative();
  const std::string text = text_beside_nginx(host);
  std::set<std::string> expected;
  for (const NamedFamily& family : declared_families()) {
    if (is_collected(family)) expected.insert("# HELP " + family.name + " " + family.help);
  }
  CHECK(lines_of(text, "# HELP ") == expected);
  CHECK(lines_of(text, "# TYPE ").size() == expected.size());
}

TEST_CASE("collect: the text is what prometheus-cpp writes, and OpenMetrics too: gauges alone") {
  Host host = talkative();
  const std::string text = text_of(host);
  CHECK(testing::as_prometheus_cpp_writes(text) == text);
  CHECK(text.find(" counter\n") == std::string::npos);
}

TEST_CASE("collect: in compact a family has the series that metric_names.h says, and no other") {
  Host host = talkative();
  const std::string full = text_of(host);
  const std::string compact = text_of(host, {.detail = audit::MetricsDetail::kCompact});
  std::set<std::string> kinds;
  for (const NamedFamily& family : declared_families()) {
    INFO(family.name);
    std::set<std::string> expected;
    for (const std::string& line : lines_of(full, family.name)) {
      const char next = line[family.name.size()];
      if (next != '{' && next != ' ') continue;  // another family
      const bool is_zero = line.ends_with(" 0");
      if (family.in_compact == "kAll" || (family.in_compact == "kNonZero" && !is_zero) ||
          (family.in_compact == "kZero" && is_zero)) {
        expected.insert(line);
      } else {
        kinds.insert(family.in_compact);
      }
    }
    std::set<std::string> kept = lines_of(compact, family.name + "{");
    kept.merge(lines_of(compact, family.name + " "));
    CHECK(kept == expected);
  }
  CHECK(kinds == std::set<std::string>{"kNonZero", "kZero", "kNone"});
  CHECK(lines_of(compact, "# HELP").size() < lines_of(full, "# HELP").size());
}

TEST_CASE("collect: help texts need no escaping in either format") {
  for (const NamedFamily& family : declared_families()) {
    INFO(family.name);
    CHECK(family.help.find_first_of("\\\"\n") == std::string::npos);
    CHECK(family.help.ends_with('.'));
    CHECK(family.name.starts_with("nginx_mtls_") == is_collected(family));
  }
}

TEST_CASE("collect: no two series have the same labels, whatever the configuration says") {
  Host host = talkative();
  host.conf(http(server("a.test", kVerifyOn) + server("a.test", kVerifyOn) +
                 server("a.test a.test", kVerifyOn) + server("\"\"", kVerifyOn) +
                 server("\"\"", kVerifyOn)) +
            "stream { server { listen 8443 ssl; " + std::string(kVerifyOn) + " } }\n");
  host.disk.put(kBundle, minted().root.certificate_pem + minted().root.certificate_pem);
  std::istringstream in(text_of(host));
  std::set<std::string> seen;
  for (std::string line; std::getline(in, line);) {
    INFO(line);
    CHECK(seen.insert(line.substr(0, line.rfind(' '))).second);
  }
}

TEST_CASE("collect: a shadowed block is silent, the speaking one is there") {
  Host host;
  host.conf(http(server("a.test", kVerifyOn) +
                 server("a.test", std::string(kCertificate) + "ssl_verify_client off;")));
  CHECK(lines_of(text_of(host), "nginx_mtls_server_info") ==
        std::set<std::string>{"nginx_mtls_server_info{server=\"a.test\",listen=\"0.0.0.0:443\","
                              "context=\"http\",verify_client=\"on\"} 1"});
}

TEST_CASE("collect: a file with too many certificates has counts and no ca_ series") {
  Host host;
  host.disk.put(kBundle, minted().root.certificate_pem + minted().other_root.certificate_pem +
                             minted().intermediate.certificate_pem);
  const audit::Limits limits{.max_certificates_per_file = 2};
  const std::string text = text_of(host, limits);
  CHECK(lines_of(text, "nginx_mtls_ca_").empty());
  CHECK_THAT(text, Catch::Contains("state=\"omitted\"} 3"));
  CHECK_THAT(text, Catch::Contains("state=\"valid\"} 3"));
  CHECK_THAT(text, Catch::Contains("nginx_mtls_series_omitted 15"));
  CHECK_THAT(text, Catch::Contains("nginx_mtls_bundle_earliest_expiry_timestamp_seconds"));
}

TEST_CASE("collect: a file with more series than max_series_per_file has none of its details") {
  Host host;
  host.conf(http_server(std::string(kVerifyOn) + "ssl_crl clients.crl;"));
  host.disk.put(kBundle, minted().root.certificate_pem + minted().other_root.certificate_pem);
  host.disk.put(kCrl, minted().crl(minted().root) + minted().crl(minted().other_root) +
                          minted().crl(minted().intermediate));
  struct Row {
    std::size_t limit;
    std::size_t of_authorities;  // 2 certificates with 4 series
    std::size_t of_lists;        // 3 lists with 3 series
    std::size_t of_server;       // 2 certificates, and 2 lists of CAs it trusts
  };
  for (const Row& row : {Row{9, 8, 9, 4}, Row{8, 8, 0, 2}, Row{7, 0, 0, 0}}) {
    CAPTURE(row.limit);
    const std::string text = text_of(host, {.max_series_per_file = row.limit});
    CHECK(lines_of(text, "nginx_mtls_ca_not_after").size() * 4 == row.of_authorities);
    CHECK(lines_of(text, "nginx_mtls_crl_").size() == row.of_lists);
    CHECK(lines_of(text, "nginx_mtls_server_ca_info").size() +
              lines_of(text, "nginx_mtls_server_crl_info").size() ==
          row.of_server);
    const std::size_t omitted = 8 + 9 + 4 - row.of_authorities - row.of_lists - row.of_server;
    CHECK_THAT(text, Catch::Contains("nginx_mtls_series_omitted " + std::to_string(omitted)));
  }
}

TEST_CASE("collect: the limit itself is not too many") {
  Host host;
  const audit::Limits limits{.max_certificates_per_file = 1};
  CHECK_THAT(text_of(host, limits), Catch::Contains("nginx_mtls_series_omitted 0"));
  CHECK(lines_of(text_of(host, limits), "nginx_mtls_ca_").size() == 4);
}

TEST_CASE("collect: above max_series the ca_ families and their joins go, and only they") {
  Host host = talkative();
  const auto snapshot = host.scratch();
  const FamilyTexts all = collect(*snapshot, {}).families;
  const std::string text = render(all);
  const std::size_t authorities = lines_of(text, "nginx_mtls_ca_").size() -
                                  lines_of(text, "nginx_mtls_ca_rotation_state").size() +
                                  lines_of(text, "nginx_mtls_server_ca_info").size() +
                                  lines_of(text, "nginx_mtls_server_crl_info").size();
  const std::size_t counted = series(all) - 1;  // series_omitted is about the others
  const Collection whole = collect(*snapshot, {.max_series = counted});
  CHECK(series(whole.families) == series(all));
  CHECK(whole.over_limit == 0);
  const Collection fewer = collect(*snapshot, {.max_series = counted - 1});
  CHECK(fewer.over_limit == authorities);
  CHECK(series(fewer.families) == series(all) - authorities);
  CHECK_THAT(render(fewer.families),
             Catch::Contains("nginx_mtls_series_omitted " + std::to_string(authorities) + "\n"));
}

TEST_CASE("collect: CRL issuers with one common name are told apart by their whole name") {
  const Minted one = testing::mint_root("CN=Same,O=One");
  const Minted two = testing::mint_root("CN=Same,O=Two");
  Host host;
  host.conf(http_server(std::string(kVerifyOn) + "ssl_crl clients.crl;"));
  host.disk.put(kCrl, minted().crl(one) + minted().crl(two) + minted().crl(minted().root));
  const auto lines = lines_of(text_of(host), "nginx_mtls_crl_revoked_certificates");
  CHECK(lines.size() == 3);
  const std::string all = text_of(host);
  CHECK_THAT(all, Catch::Contains("issuer=\"Same\""));
  CHECK_THAT(all, Catch::Contains("issuer=\"Root A\""));
  CHECK_THAT(all, Catch::Contains("issuer=\"O=Two,CN=Same\"") ||
                      Catch::Contains("issuer=\"O=One,CN=Same\""));
}

TEST_CASE("collect: of one issuer's CRLs the newest speaks, in either order") {
  const std::string old_list = minted().crl(minted().root, days{-9}, days{1});
  const std::string new_list = minted().crl(minted().root, days{-1}, days{9});
  for (const std::string& text : {old_list + new_list, new_list + old_list}) {
    Host host;
    host.conf(http_server(std::string(kVerifyOn) + "ssl_crl clients.crl;"));
    host.disk.put(kCrl, text);
    const auto lines = lines_of(text_of(host), "nginx_mtls_crl_next_update_timestamp_seconds");
    REQUIRE(lines.size() == 1);
    CHECK_THAT(*lines.begin(), Catch::EndsWith(" 1894233600"));  // kT0 + 9 days
  }
}

TEST_CASE("collect: of one issuer's CRLs only those that count speak, the first to end (R9.14)") {
  const auto list = [](days until, const std::string& scope, bool delta = false) {
    return testing::mint_crl({.issuer = &minted().root,
                              .this_update = kT0 - days{1},
                              .next_update = kT0 + until,
                              .revoked = {},
                              .scope = scope,
                              .delta = delta});
  };
  const std::string users = "critical,onlyuser:TRUE";
  const std::string authorities = "critical,onlyCA:TRUE";
  const struct {
    std::string lists;
    std::string end;  // "": no series
  } table[] = {
      {list(days{9}, "") + list(days{20}, "", true), " 1894233600"},
      {list(days{20}, "", true) + list(days{9}, ""), " 1894233600"},
      {list(days{9}, users) + list(days{20}, authorities), " 1894233600"},
      {list(days{20}, users) + list(days{9}, authorities), " 1894233600"},
      {list(days{9}, users), ""},
      {list(days{9}, "", true), ""},
  };
  for (const auto& row : table) {
    Host host;
    host.policy.build.openssl = {3, 0, 22};  // passes over deltas
    host.conf(http_server(std::string(kVerifyOn) + "ssl_crl clients.crl;"));
    host.disk.put(kCrl, row.lists);
    const auto lines = lines_of(text_of(host), "nginx_mtls_crl_next_update_timestamp_seconds");
    REQUIRE(lines.size() == (row.end.empty() ? 0 : 1));
    if (!row.end.empty()) CHECK_THAT(*lines.begin(), Catch::EndsWith(row.end));
  }
}

TEST_CASE("collect: what does not exist has no series") {
  const struct {
    std::string name;
    std::function<void(Host&)> change;
    std::string absent;
  } table[] = {
      {"a missing bundle has no info", [](Host& host) { host.disk.remove(kBundle); },
       "nginx_mtls_bundle_info"},
      {"nor CAs", [](Host& host) { host.disk.remove(kBundle); }, "nginx_mtls_ca_"},
      {"a server that asks nobody has no depth",
       [](Host& host) { host.conf(http_server(kCertificate)); }, "nginx_mtls_server_verify_depth"},
      {"an undecidable server is neither enforced nor not",
       [](Host& host) {
         host.conf(http_server(std::string(kCertificate) +
                               "ssl_client_certificate clients.pem; ssl_verify_client optional;"
                               "auth_request /auth;"));
       },
       "nginx_mtls_server_enforced"},
      {"a canary that is refused has no lockout",
       [](Host& host) { host.canary(minted().other_client.certificate_pem); },
       "nginx_mtls_canary_lockout_timestamp_seconds"},
      {"nor one that must be refused",
       [](Host& host) { host.canary(minted().client.certificate_pem, audit::Expect::kReject); },
       "nginx_mtls_canary_lockout_timestamp_seconds"},
      {"a canary that cannot be judged is neither accepted nor not", put_unjudged_client,
       "nginx_mtls_canary_accepted"},
      {"nor has it a code", put_unjudged_client, "nginx_mtls_canary_error_code"},
      {"a configuration never read well has no last success",
       [](Host& host) { host.conf("events {"); },
       "nginx_mtls_config_last_success_timestamp_seconds"},
  };
  for (const auto& row : table) {
    INFO(row.name);
    Host host;
    row.change(host);
    CHECK(lines_of(text_of(host), row.absent).empty());
  }
}

TEST_CASE("collect: findings are counted by rule and server block") {
  Host host;
  host.disk.put(kBundle, minted().intermediate.certificate_pem +
                             testing::mint_intermediate("CN=A2", minted().root).certificate_pem);
  CHECK(lines_of(text_of(host), "nginx_mtls_findings{") ==
        std::set<std::string>{
            "nginx_mtls_findings{rule=\"bundle-missing-root\",severity=\"critical\","
            "server=\"a.test\",listen=\"0.0.0.0:443\"} 2"});
}

TEST_CASE("collect: accepted findings are not counted") {
  Host host;
  host.disk.put(kBundle, minted().intermediate.certificate_pem);
  host.policy.accept = {
      {.rule = FindingKind::kBundleMissingRoot, .reason = "agreed", .settings_file = "/s.yml"}};
  CHECK(lines_of(text_of(host), "nginx_mtls_findings{").empty());
}

}  // namespace mtls::collectors
