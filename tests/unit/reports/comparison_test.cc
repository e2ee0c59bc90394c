#include "reports/comparison.h"

#include "audit/rules/registry.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;

using Snapshot = std::shared_ptr<const audit::Snapshot>;

Comparison compared(const Snapshot& before, const Snapshot& now) {
  return compare({.snapshot = *before}, {.snapshot = *now});
}

std::vector<std::string> rules(const std::vector<Issue>& issues) {
  std::vector<std::string> all;
  for (const Issue& issue : issues) all.emplace_back(issue.rule);
  return all;
}

std::string optional_server(const std::string& name) {
  return server(name, std::string(kCertificate) +
                          " ssl_client_certificate clients.pem; ssl_verify_client optional;");
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("comparison: the same host is the same, wherever its lines and its files are") {
  Host host;
  host.conf(http(optional_server("a.test")));
  const Snapshot before = host.scratch();
  REQUIRE_FALSE(before->findings.empty());
  host.conf("# one line more\n# and another\n" + http(optional_server("a.test")));
  const Comparison moved_lines = compared(before, host.scratch());
  CHECK(rules(moved_lines.worse).empty());
  CHECK(rules(moved_lines.better).empty());
  CHECK(moved_lines.same == before->findings.size());

  Host elsewhere;
  elsewhere.policy.nginx_conf = "/srv/checkout/nginx.conf";
  for (const char* file : {"clients.pem", "server.pem", "server.key"}) {
    const auto content = host.disk.read(std::string("/etc/nginx/") + file, 100'000);
    elsewhere.disk.put(std::string("/srv/checkout/") + file, std::string(content->text()));
  }
  elsewhere.disk.put("/srv/checkout/nginx.conf", http(optional_server("a.test")));
  const Comparison moved = compared(before, elsewhere.scratch());
  CHECK(rules(moved.worse).empty());
  CHECK(rules(moved.better).empty());
}

TEST_CASE("comparison: what is new is worse, what is gone is better") {
  Host host;
  const Snapshot good = host.scratch();
  host.conf(http(optional_server("a.test")));
  const Snapshot open = host.scratch();
  const Comparison worse = compared(good, open);
  CHECK_THAT(rules(worse.worse), Catch::VectorContains(std::string("verify-optional-unguarded")));
  CHECK(worse.better.empty());
  CHECK(is_worse(worse, audit::Severity::kCritical));
  const Comparison better = compared(open, good);
  CHECK(rules(better.better) == rules(worse.worse));
  CHECK_FALSE(is_worse(better, audit::Severity::kInfo));
  // One more of the same rule is new, the other is not.
  host.conf(http(optional_server("a.test") + optional_server("b.test")));
  const Comparison two = compared(open, host.scratch());
  REQUIRE(std::ranges::count(rules(two.worse), "verify-optional-unguarded") == 1);
  CHECK(two.worse.front().server == "http/b.test/0.0.0.0:443");
  CHECK(two.new_servers == Names{"http/b.test/0.0.0.0:443"});
  CHECK(compared(host.scratch(), open).gone_servers == Names{"http/b.test/0.0.0.0:443"});
}

TEST_CASE("comparison: a finding that counts for more is worse, one that counts for less is not") {
  Host host;
  host.conf(http(optional_server("a.test")));
  const Snapshot critical = host.scratch();
  host.policy.rules.severities[audit::FindingKind::kVerifyOptionalUnguarded] =
      audit::Severity::kInfo;
  const Snapshot info = host.scratch();
  CHECK(rules(compared(info, critical).worse) == Names{"verify-optional-unguarded"});
  CHECK(compared(info, critical).better.empty());
  CHECK(compared(critical, info).worse.empty());
}

TEST_CASE("comparison: a server block that asks for no certificate any more is worse") {
  Host host;
  const Snapshot asks = host.scratch();
  host.conf(http(server("a.test", kCertificate)));
  const Comparison off = compared(asks, host.scratch());
  CHECK(off.asks_no_more == Names{"http/a.test/0.0.0.0:443"});
  CHECK(is_worse(off, audit::Severity::kCritical));
  CHECK(compared(host.scratch(), asks).asks_no_more.empty());
}

TEST_CASE("comparison: clients that get another answer, for better or worse") {
  Host host;
  const auto with_client = [&](const std::string& pem, audit::Expect expect) {
    host.canary(pem, expect);
    return host.scratch();
  };
  const std::string& own = minted().client.certificate_pem;
  const std::string& strange = minted().other_client.certificate_pem;
  struct Row {
    std::string pem;
    audit::Expect expect;
    bool is_worse;  // that CAs of B are trusted in place of those of A
  };
  for (const Row& row :
       {Row{own, audit::Expect::kAccept, true}, Row{own, audit::Expect::kNothing, true},
        Row{own, audit::Expect::kReject, false}, Row{strange, audit::Expect::kAccept, false},
        Row{strange, audit::Expect::kNothing, false}, Row{strange, audit::Expect::kReject, true}}) {
    CAPTURE(row.pem == own, static_cast<int>(row.expect));
    host.disk.put(kBundle, minted().root.certificate_pem);
    const Snapshot before = with_client(row.pem, row.expect);
    CHECK(compared(before, host.scratch()).worse_clients.empty());
    host.disk.put(kBundle, minted().other_root.certificate_pem);
    const Comparison changed = compared(before, host.scratch());
    const auto& where = row.is_worse ? changed.worse_clients : changed.better_clients;
    REQUIRE(where.size() == 1);
    CHECK(changed.worse_clients.size() + changed.better_clients.size() == 1);
    CHECK(where.front().client == "probe");
    CHECK(where.front().server == "http/a.test/0.0.0.0:443");
    CHECK(where.front().before.accepted != where.front().now.accepted);
    CHECK(answer_text(where.front().now)
              .starts_with(row.pem == own ? "refused, FAILED:unable" : "accepted, SUCCESS"));
  }
}

TEST_CASE("comparison: a client without a certificate that is let in is worse") {
  Host host;
  host.policy.canaries = {
      {.name = "nobody", .certificate = "", .expect = audit::Expect::kNothing, .servers = {}}};
  const Snapshot before = host.scratch();
  host.conf(http(optional_server("a.test")));
  const Comparison changed = compared(before, host.scratch());
  REQUIRE(changed.worse_clients.size() == 1);
  CHECK(changed.better_clients.empty());
  CHECK(compared(host.scratch(), before).better_clients.size() == 1);
}

TEST_CASE("comparison: what an error page shows to a client that is refused is no other answer") {
  Host host;
  host.policy.canaries = {
      {.name = "nobody", .certificate = "", .expect = audit::Expect::kNothing, .servers = {}}};
  const auto with_page = [&](const std::string& codes) {
    host.conf(http_server(std::string(kVerifyOn) + " error_page " + codes +
                          " /refused.html; location / { proxy_pass http://b; }"));
    return host.scratch();
  };
  const Snapshot before = with_page("400");
  const Snapshot now = with_page("400 495 496");
  CHECK(before->servers[0]->verdicts[0].served != now->servers[0]->verdicts[0].served);
  const Comparison changed = compared(before, now);
  for (const auto* changes : {&changed.better_clients, &changed.worse_clients}) {
    for (const ClientChange& change : *changes)
      CHECK(answer_text(change.before) != answer_text(change.now));
  }
}

TEST_CASE("comparison: clients are not compared where a side lacks the CAs") {
  Host host;
  host.canary(minted().client.certificate_pem);
  const Snapshot before = host.scratch();
  host.policy.missing_files = audit::MissingFiles::kWarning;
  host.disk.remove(kBundle);
  const Comparison changed = compared(before, host.scratch());
  CHECK(changed.not_comparable == Names{"http/a.test/0.0.0.0:443"});
  CHECK(changed.worse_clients.empty());
}

}  // namespace mtls::reports
