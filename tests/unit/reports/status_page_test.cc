#include "reports/status_page.h"

#include "reports/markup.h"

#include <catch2/catch.hpp>
#include <vector>

#include "audit/loaded.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;

constexpr PageLinks kLinks{.version = "1.2.3", .telemetry_path = "/metrics"};

std::string page_of(Host& host) { return status_page(*host.scratch(), kLinks); }

/// The first mistake in the nesting of tags; "" = none. Cells, rows of headings and void elements
/// may stay open, as HTML allows.
std::string nesting_error(const std::string& page) {
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) return "unfinished tag";
    const std::string tag = page.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find(' '));
    if (name == "!doctype" || name == "meta" || name == "br" || name == "th") continue;
    if (!name.starts_with('/')) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name.substr(1)) {
      return "unexpected <" + name + ">";
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

}  // namespace

TEST_CASE("status page: the five characters of HTML are references") {
  CHECK(escape_markup("a<b>&\"'c") == "a&lt;b&gt;&amp;&quot;&#39;c");
  CHECK(escape_markup("") == "");
}

TEST_CASE("status page: a healthy host has its server block and no finding") {
  Host host;
  host.canary(minted().client.certificate_pem);
  const std::string page = page_of(host);
  CHECK(nesting_error(page).empty());
  CHECK_THAT(page, Catch::Contains("<td>a.test</td><td>0.0.0.0:443</td><td>on</td><td>yes</td>"
                                   "<td>2031-01-01T00:00:00Z</td><td>1 of 1</td>"));
  CHECK_THAT(page, Catch::Contains("<h2>Findings</h2><p>None.</p>"));
  CHECK_THAT(page, Catch::Contains("Version 1.2.3") && Catch::Contains("href=\"/metrics\""));
  CHECK_THAT(page, Catch::Contains("evaluated 2030-01-01T00:00:00Z"));
}

TEST_CASE("status page: the running nginx, and what it has not loaded") {
  Host host;
  audit::Snapshot snapshot = *host.scratch();
  const auto page = [&](const running::ProcessView& view) {
    snapshot.processes = std::make_shared<const running::ProcessView>(view);
    std::string text = status_page(snapshot, kLinks);
    CHECK(nesting_error(text).empty());
    return text;
  };
  CHECK_THAT(status_page(snapshot, kLinks), !Catch::Contains("The running nginx"));
  CHECK_THAT(page({.is_visible = false}), Catch::Contains("does not show"));
  CHECK_THAT(page({.elsewhere = 2}), Catch::Contains("No nginx runs on this configuration") &&
                                         Catch::Contains("does not look at: 2."));
  running::Master master{.process = {.pid = 7},
                         .is_replaced = true,
                         .workers = {{.pid = 8, .is_draining = true}},
                         .build = {.conf = kConf, .version = "1.22.1"}};
  CHECK_THAT(page({.masters = {master}}), Catch::Contains("it has no workers"));
  master.generation = running::Generation{.number = 1};
  master.load = running::LoadTime{.before_ns = std::int64_t{1'893'456'000} * 1'000'000'000};
  audit::Loaded loaded;
  loaded.others = {{"/a<b>.pem", audit::LoadState::kPending},
                   {"/c.pem", audit::LoadState::kUnknown}};
  snapshot.loaded = std::make_shared<const audit::Loaded>(loaded);
  CHECK_THAT(page({.masters = {master}}),
             Catch::Contains("nginx 1.22.1 runs as process 7, with the configuration that it read "
                             "at 2030-01-01T00:00:00Z.") &&
                 Catch::Contains("binary was replaced") &&
                 Catch::Contains("before the last reload: 1.") &&
                 Catch::Contains("waits for a reload:</span> <code>/a&lt;b&gt;.pem</code>.") &&
                 Catch::Contains("next reload: <code>/c.pem</code>."));
  loaded.is_mixed = true;
  snapshot.loaded = std::make_shared<const audit::Loaded>(loaded);
  CHECK_THAT(page({.masters = {master}}),
             Catch::Contains("two masters serve") && !Catch::Contains("waits for a reload"));
}

TEST_CASE("status page: an accepted finding stands in a table of its own, with its reason") {
  Host host;
  host.conf(
      http(server("a.test", std::string(kVerifyOn) + "\nserver_tokens on; # mtls-exporter: accept "
                                                     "server-tokens-on <shown> on purpose\n")));
  const std::string page = page_of(host);
  CHECK(nesting_error(page).empty());
  CHECK_THAT(page, Catch::Contains("<h2>Findings</h2><p>None.</p><h2>Accepted findings</h2>") &&
                       Catch::Contains("<code>server-tokens-on</code>") &&
                       Catch::Contains("<td>&lt;shown&gt; on purpose</td>"));
}

TEST_CASE("status page: a finding stands with its severity, server, detail and remedy") {
  Host host;
  host.disk.remove(kBundle);
  const std::string page = page_of(host);
  CHECK(nesting_error(page).empty());
  CHECK_THAT(page, Catch::Contains("<td class=\"critical\">critical</td>"
                                   "<td><code>bundle-unreadable</code></td>"
                                   "<td>a.test 0.0.0.0:443</td><td>/etc/nginx/clients.pem: "));
  CHECK_THAT(page, Catch::Contains(
                       std::string(audit::rules::rule_of(FindingKind::kBundleUnreadable).remedy)));
}

TEST_CASE("status page: critical findings stand before warnings, whatever server they are about") {
  Host host;
  host.conf(http(server("a.test", kVerifyOn) + server("a.test", kVerifyOn) +
                 server("b.test", std::string(kCertificate) + "ssl_client_certificate clients.pem; "
                                                              "ssl_verify_client optional;")));
  const std::string page = page_of(host);
  const std::size_t warning = page.find("<code>server-shadowed</code>");
  REQUIRE(warning != std::string::npos);
  CHECK(page.find("<code>verify-optional-unguarded</code>") < warning);
}

TEST_CASE("status page: a client that must be refused and is counts as expected") {
  Host host;
  host.canary(minted().server.certificate_pem, audit::Expect::kReject);
  CHECK_THAT(page_of(host), Catch::Contains("<td>1 of 1</td>"));
}

TEST_CASE("status page: hostile names from the host are text") {
  const std::string hostile = "<script>alert('x')</script>";
  Host host;
  host.conf(http(server("\"" + hostile + "\"", kVerifyOn) +
                 server("b.test", std::string(kCertificate) + "ssl_client_certificate \"/" +
                                      hostile + "\"; ssl_verify_client on;")));
  const Minted root = mint_valid(ca_spec("CN=" + hostile), days{-9}, days{-1});
  host.disk.put(kBundle, root.certificate_pem);
  const std::string page = page_of(host);
  CHECK(page.find("<script") == std::string::npos);
  CHECK(nesting_error(page).empty());
  CHECK_THAT(page, Catch::Contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
  CHECK_THAT(page, Catch::Contains("CN=\\&lt;script"));
}

TEST_CASE("status page: a configuration that cannot be read is said so, safely") {
  Host host;
  host.conf("<b>events</b> {");
  const std::string page = page_of(host);
  CHECK(nesting_error(page).empty());
  CHECK(page.find("<b>") == std::string::npos);
  CHECK_THAT(page, Catch::Contains("<span class=\"critical\">not understood</span>"));
}

TEST_CASE("status page: undecidable enforcement and blocks that ask nobody are told apart") {
  Host host;
  host.conf(http(server("a.test", std::string(kCertificate) +
                                      "ssl_client_certificate clients.pem; auth_request /a; "
                                      "ssl_verify_client optional;") +
                 server("b.test", kCertificate)));
  const std::string page = page_of(host);
  CHECK_THAT(page, Catch::Contains("<td>optional</td><td>undecidable</td>"));
  CHECK_THAT(page, Catch::Contains("<td>off</td><td>–</td><td>–</td><td>0 of 0</td>"));
}

TEST_CASE("status page: neither page has scripts or outside assets") {
  Host host;
  for (const std::string& page : {page_of(host), waiting_page(kLinks)}) {
    CHECK(nesting_error(page).empty());
    CHECK(page.find("<script") == std::string::npos);
    CHECK(page.find("http://") == std::string::npos);
    CHECK(page.find("https://") == std::string::npos);
    CHECK(page.find("src=") == std::string::npos);
  }
  CHECK_THAT(waiting_page(kLinks), Catch::Contains("The first evaluation is under way."));
}

}  // namespace mtls::reports
