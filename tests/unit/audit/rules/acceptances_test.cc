// Findings that somebody lives with: what acceptances of the settings and of comments cover, until
// when, and what is said about those that cover nothing.
#include <catch2/catch.hpp>

#include "tests/unit/audit/rules/finding_cases.h"

namespace mtls::audit_fixture {
namespace {

using enum audit::FindingKind;
using audit::AcceptSetting;
using std::chrono::seconds;

AcceptSetting accepting(FindingKind rule) {
  return {.rule = rule, .reason = "agreed", .settings_file = "/etc/s.yml", .line = 7};
}

// Line 4 has a server block with `server_tokens on` in line 6.
std::string with_tokens(const std::string& above_server, const std::string& above_tokens,
                        const std::string& behind_tokens = "") {
  return "error_log error.log info; events { }\nhttp { ssl_verify_depth 2;\n" + above_server +
         "\nserver { listen 443 ssl; server_name a.test; " + kVerifyOn + "\n" + above_tokens +
         "\nserver_tokens on;" + behind_tokens + "\n}\n}\n";
}

std::vector<audit::Finding> of_kind(const audit::Snapshot& snapshot, FindingKind kind) {
  std::vector<audit::Finding> found;
  for (const audit::Finding& finding : snapshot.findings) {
    if (finding.kind == kind) found.push_back(finding);
  }
  return found;
}

// Why the one finding of the kind is accepted; "": it is not.
std::string reason_for(Host& host, FindingKind kind, base::sys_seconds now = kT0) {
  const auto found = of_kind(*host.scratch(now), kind);
  REQUIRE(found.size() == 1);
  return found.front().accepted ? found.front().accepted->reason : "";
}

std::string said(Host& host, FindingKind kind, base::sys_seconds now = kT0) {
  std::string all;
  for (const audit::Finding& finding : of_kind(*host.scratch(now), kind))
    all += (all.empty() ? "" : " | ") + finding.detail;
  return all;
}

void tokens(Host& host, const std::string& above, const std::string& behind = "") {
  host.conf(with_tokens("", above, behind));
}

}  // namespace

std::vector<Case> acceptance_cases() {
  const auto comment = [](const std::string& text) {
    return [=](Host& host) { tokens(host, "# mtls-exporter: " + text); };
  };
  const auto setting = [](FindingKind rule) {
    return [=](Host& host) {
      tokens(host, "");
      host.policy.accept = {accepting(rule)};
    };
  };
  return {
      {kAcceptanceInvalid, Effect::kFires, "no such rule", comment("accept server-tokens yes")},
      {kAcceptanceInvalid, Effect::kFires, "no reason", comment("accept server-tokens-on")},
      {kAcceptanceInvalid, Effect::kFires, "not accept", comment("ignore server-tokens-on why")},
      {kAcceptanceInvalid, Effect::kFires, "no rule", comment("accept")},
      {kAcceptanceInvalid, Effect::kFires, "what is said about acceptances",
       comment("accept acceptance-unused why")},
      {kAcceptanceInvalid, Effect::kSilent, "a rule and a reason",
       comment("accept server-tokens-on the load balancer hides it")},
      {kAcceptanceUnused, Effect::kFires, "a comment: no such finding",
       comment("accept weak-ciphers why")},
      {kAcceptanceUnused, Effect::kSilent, "a comment at the finding",
       comment("accept server-tokens-on why")},
      {kAcceptanceUnused, Effect::kFires, "the settings: no such finding", setting(kWeakCiphers)},
      {kAcceptanceUnused, Effect::kSilent, "the settings: there is one", setting(kServerTokensOn)},
      {kAcceptanceUnused, Effect::kSilent, "it is disabled",
       [=](Host& host) {
         setting(kWeakCiphers)(host);
         host.policy.rules.disabled = {kAcceptanceUnused};
       }},
  };
}

TEST_CASE("acceptances: a comment covers the findings of its rule at its directive or block") {
  struct Row {
    const char* name;
    std::string conf;
    const char* reason;
  };
  const std::string accept = "# mtls-exporter: accept server-tokens-on ";
  for (const Row& row : std::vector<Row>{
           {"above", with_tokens("", accept + "one  two "), "one  two"},
           {"behind", with_tokens("", "", accept + "b"), "b"},
           {"the first of two", with_tokens("", accept + "a", accept + "b"), "a"},
           {"above the block", with_tokens(accept + "c", ""), "c"},
           {"another rule", with_tokens("", "# mtls-exporter: accept weak-key d"), ""},
           {"a line between", with_tokens("", accept + "e\n"), ""},
       }) {
    INFO(row.name);
    Host host;
    host.conf(row.conf);
    CHECK(reason_for(host, kServerTokensOn) == row.reason);
  }
}

TEST_CASE("acceptances: a comment at a block's opening line covers findings about the block") {
  Host host;
  host.disk.put(kBundle, minted().root.certificate_pem + minted().root.certificate_pem);
  const std::string accept = "# mtls-exporter: accept canary-rejected known";
  host.canary(minted().other_client.certificate_pem);
  host.conf(http(accept + "\n" + server("a.test", kVerifyOn)));
  CHECK(reason_for(host, kCanaryRejected) == "known");
  CHECK(reason_for(host, kDuplicateCertificate).empty());
}

TEST_CASE("acceptances: a comment in an included file counts there") {
  Host host;
  host.conf(http("include sites/*;"));
  host.disk.put(
      "/etc/nginx/sites/a",
      server("a.test", std::string(kVerifyOn) + "\nserver_tokens on; # mtls-exporter: accept "
                                                "server-tokens-on inside\n"));
  CHECK(reason_for(host, kServerTokensOn) == "inside");
  CHECK(said(host, kAcceptanceUnused).empty());
}

TEST_CASE("acceptances: an entry of the settings covers by rule, server and path") {
  struct Row {
    const char* name;
    AcceptSetting entry;
    bool covers;
  };
  const auto entry = [](const std::string& server, const std::string& path) {
    AcceptSetting made = accepting(kPrivateKeyInBundle);
    made.server = server;
    made.path = path;
    return made;
  };
  for (const Row& row : std::vector<Row>{
           {"any", entry("", ""), true},
           {"the server", entry("a.test", ""), true},
           {"a glob over it", entry("*.test", ""), true},
           {"another server", entry("b.*", ""), false},
           {"the file", entry("", kBundle), true},
           {"a glob over directories", entry("a*", "/etc/*.pem"), true},
           {"another file", entry("", "/etc/nginx/other.pem"), false},
           {"the configuration file, where the finding has a path", entry("", kConf), false},
           {"another rule", accepting(kDuplicateCertificate), false},
       }) {
    INFO(row.name);
    Host host;
    host.disk.put(kBundle, minted().root.certificate_pem + minted().root.key_pem);
    host.policy.accept = {row.entry};
    CHECK(reason_for(host, kPrivateKeyInBundle) == (row.covers ? "agreed" : ""));
    CHECK(said(host, kAcceptanceUnused).empty() == row.covers);
  }
}

TEST_CASE("acceptances: path means the configuration file where a finding has no other") {
  Host host;
  tokens(host, "");
  host.policy.accept = {accepting(kServerTokensOn)};
  host.policy.accept.front().path = "/etc/nginx/nginx.*";
  CHECK(reason_for(host, kServerTokensOn) == "agreed");
  host.policy.accept.front().path = kBundle;
  CHECK(reason_for(host, kServerTokensOn).empty());
}

TEST_CASE("acceptances: until is the first instant that counts again, and the daemon wakes there") {
  Host host;
  tokens(host, "");
  host.policy.accept = {accepting(kServerTokensOn)};
  host.policy.accept.front().until = kT0 + days{3};
  const auto before = host.scratch();
  CHECK(before->next_change_at == kT0 + days{3});
  CHECK(of_kind(*before, kServerTokensOn).front().accepted ==
        audit::Acceptance{.reason = "agreed", .until = kT0 + days{3}});
  CHECK(reason_for(host, kServerTokensOn, kT0 + days{3} - seconds{1}) == "agreed");
  CHECK(reason_for(host, kServerTokensOn, kT0 + days{3}).empty());
  const auto after =
      host.after(before, {.paths = {}, .settled = {}, .horizon = true}, kT0 + days{3});
  CHECK(after->servers.front() == before->servers.front());
  CHECK(after->findings == host.scratch(kT0 + days{3})->findings);
  CHECK(said(host, kAcceptanceUnused, kT0 + days{3}) ==
        "policy.accept, /etc/s.yml:7: server-tokens-on has been accepted until "
        "2030-01-04T00:00:00Z");
}

TEST_CASE("acceptances: a changed setting needs no other change") {
  Host host;
  tokens(host, "");
  const auto before = host.scratch();
  host.policy.accept = {accepting(kServerTokensOn)};
  const auto after = host.after(before, {});
  CHECK(after->findings == host.scratch()->findings);
  CHECK(of_kind(*after, kServerTokensOn).front().accepted);
}

TEST_CASE("acceptances: one that covers nothing says where it is and why") {
  Host host;
  host.policy.accept = {accepting(kWeakKey)};
  const auto found = of_kind(*host.scratch(), kAcceptanceUnused);
  REQUIRE(found.size() == 1);
  CHECK(found.front().detail ==
        "policy.accept, /etc/s.yml:7: there is no finding weak-key that this entry matches");
  CHECK(found.front().path == "/etc/s.yml");
  CHECK(found.front().severity == audit::Severity::kInfo);
  host.policy.accept.clear();
  host.conf(with_tokens("# mtls-exporter: accept weak-key a", "",
                        "\n} # mtls-exporter: accept weak-key b\nserver {listen 81;"));
  CHECK(said(host, kAcceptanceUnused) ==
        "there is no finding weak-key whose place is line 4 | "
        "there is no finding weak-key at this place: a block ends here");
  CHECK(of_kind(*host.scratch(), kAcceptanceUnused).front().at->line == 3);
}

TEST_CASE("acceptances: a comment that is not understood says where and why") {
  struct Row {
    const char* text;
    const char* why;
  };
  for (const Row& row : {
           Row{"accept server_tokens_no x",
               "no rule is named \"server_tokens_no\"; did you mean \"server-tokens-on\"?"},
           Row{"accept nothing-like-it x", "no rule is named \"nothing-like-it\""},
           Row{"accept server-tokens-on",
               "the reason is missing: write \"mtls-exporter: accept server-tokens-on reason\""},
           Row{"accept", "the comment must be \"mtls-exporter: accept RULE reason\""},
           Row{"", "the comment must be \"mtls-exporter: accept RULE reason\""},
           Row{"acceptance-unused", "the comment must be \"mtls-exporter: accept RULE reason\""},
           Row{"accept acceptance-unused x", "acceptance-unused cannot be accepted"},
       }) {
    CAPTURE(row.text);
    Host host;
    tokens(host, std::string("# mtls-exporter: ") + row.text);
    CHECK(said(host, kAcceptanceInvalid) == row.why);
    CHECK(of_kind(*host.scratch(), kAcceptanceInvalid).front().at->line == 5);
    CHECK(said(host, kAcceptanceUnused).empty());
    CHECK(reason_for(host, kServerTokensOn).empty());
  }
}

TEST_CASE("acceptances: a reason is made safe") {
  Host host;
  tokens(host, "# mtls-exporter: accept server-tokens-on \x1B[31mred\xff");
  CHECK(reason_for(host, kServerTokensOn) == "\\x1B[31mred\\xFF");
}

}  // namespace mtls::audit_fixture
