#include "reports/page/status_page.h"

#include "reports/markup.h"

#include <array>
#include <catch2/catch.hpp>
#include <vector>

#include "audit/loaded.h"
#include "pki/material.h"
#include "reports/page/style.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::reports::page {
namespace {

using namespace audit_fixture;

const PageLinks kLinks{.version = "1.2.3", .telemetry_path = "/metrics", .host = "web-3"};

std::string page_of(Host& host, const PageQuery& query = {}) {
  return status_page(*host.scratch(), kLinks, query);
}

/// The first mistake in the nesting of tags; "" = none. Void elements have no end.
std::string nesting_error(const std::string& page) {
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) return "unfinished tag";
    const std::string tag = page.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find(' '));
    if (name == "!doctype" || name == "meta" || name == "br" || name == "input") continue;
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

std::string title(const std::string& page) {
  const std::size_t begin = page.find("<h1>") + 4;
  return page.substr(begin, page.find("</h1>") - begin);
}

std::size_t count(const std::string& page, std::string_view words) {
  std::size_t found = 0;
  for (auto at = page.find(words); at != std::string::npos; at = page.find(words, at + 1)) ++found;
  return found;
}

/// `servers` server blocks named s0.test, s1.test and so on.
std::string many(std::size_t servers, const std::string& directives) {
  std::string text;
  for (std::size_t i = 0; i < servers; ++i)
    text += server("s" + std::to_string(i) + ".test", directives);
  return http(text);
}

std::string base64(const std::array<unsigned char, 32>& bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  std::size_t bits = 0;
  std::size_t known = 0;
  for (const unsigned char byte : bytes) {
    bits = bits << 8U | byte;
    for (known += 8; known >= 6; known -= 6) text += kDigits[bits >> (known - 6) & 63U];
  }
  return text + kDigits[bits << (6 - known) & 63U] + "=";
}

constexpr const char* kOptional = "ssl_client_certificate clients.pem; ssl_verify_client optional;";

}  // namespace

TEST_CASE("status page: the five characters of HTML are references") {
  CHECK(escape_markup("a<b>&\"'c") == "a&lt;b&gt;&amp;&quot;&#39;c");
  CHECK(escape_markup("") == "");
}

TEST_CASE("status page: where all is well it says so, with the next date, the host and nginx") {
  Host host;
  host.canary(minted().client.certificate_pem);
  const std::string page = page_of(host);
  CHECK(nesting_error(page).empty());
  CHECK(title(page) == "All well");
  CHECK_THAT(page, Catch::Contains("<title>All well · web-3 · nginx-mtls-exporter</title>") &&
                       Catch::Contains("class=\"verdict good\"") &&
                       Catch::Contains("<strong>Next date:</strong> ") &&
                       Catch::Contains("<dt>nginx</dt>") &&
                       Catch::Contains("<code>/etc/nginx/nginx.conf</code>"));
  CHECK_THAT(page, Catch::Contains("a.test") && Catch::Contains("badge good\">well</span>") &&
                       Catch::Contains("in 365 days</span> <small>2031-01-01</small>") &&
                       Catch::Contains("1 of 1 as expected"));
  CHECK_THAT(page, Catch::Contains("id=\"findings\">Findings</h2>\n<p>None.</p>"));
  CHECK_THAT(page, Catch::Contains("nginx-mtls-exporter 1.2.3") &&
                       Catch::Contains("href=\"/metrics\"") &&
                       Catch::Contains("href=\"api/v1/check\"") &&
                       Catch::Contains("<dd>2030-01-01T00:00:00Z</dd>"));
}

TEST_CASE("status page: the headline says the worst that is known, in its colour") {
  SECTION("somebody gets in") {
    Host host;
    host.conf(http(server("a.test", std::string(kCertificate) + kOptional)));
    const std::string page = page_of(host);
    CHECK(title(page) == "Somebody gets in who should not");
    CHECK_THAT(page, Catch::Contains("class=\"verdict bad\"") &&
                         Catch::Contains("badge bad\">lets others in</span>"));
  }
  SECTION("clients are refused") {
    Host host;
    const Minted ended = mint_valid(ca_spec("CN=Ended"), days{-9}, days{-1});
    host.disk.put(kBundle, ended.certificate_pem);
    const std::string page = page_of(host);
    CHECK(title(page) == "Clients are refused now");
    CHECK_THAT(page, Catch::Contains("class=\"verdict bad\"") &&
                         Catch::Contains("1 day ago</span> <small>2029-12-31</small>"));
  }
  SECTION("they will be") {
    Host host;
    const Minted ending = mint_valid(ca_spec("CN=Ending"), days{-9}, days{18});
    host.disk.put(kBundle, ending.certificate_pem);
    const std::string page = page_of(host);
    CHECK(title(page) == "Act by 2030-01-19");
    CHECK_THAT(page, Catch::Contains("class=\"verdict doubtful\"") &&
                         Catch::Contains("in 18 days</span> <small>2030-01-19</small>"));
  }
  SECTION("nobody is asked") {
    Host host;
    host.conf(http(server("a.test", kCertificate)));
    const std::string page = page_of(host);
    CHECK(title(page) == "Nothing to judge");
    CHECK_THAT(page, Catch::Contains("class=\"verdict neutral\"") &&
                         Catch::Contains("no certificate asked for"));
  }
  SECTION("nginx would not start") {
    Host host;
    host.conf("<b>events</b> {");
    const std::string page = page_of(host);
    CHECK(nesting_error(page).empty());
    CHECK(title(page) == "nginx will not reload or start");
    CHECK(page.find("<b>") == std::string::npos);
    CHECK_THAT(page, Catch::Contains("The configuration was never understood"));
  }
}

TEST_CASE("status page: a column that no server block of the host needs is not there") {
  Host host;
  const std::string page = page_of(host);
  CHECK_THAT(page, !Catch::Contains("col\">Canaries") && !Catch::Contains("col\">CA rotation") &&
                       Catch::Contains("No canaries are configured"));
  const Minted old = mint_valid(ca_spec("CN=Old"), days{-9}, days{10});
  CertificateSpec renewed = ca_spec("CN=Old");
  renewed.same_key_as = &old;
  host.disk.put(kBundle,
                old.certificate_pem + mint_valid(renewed, days{-1}, days{700}).certificate_pem);
  const std::string rotating = page_of(host);
  CHECK_THAT(rotating, Catch::Contains("col\">CA rotation") &&
                           Catch::Contains("CN=Old ends in 10 days, successor here until"));
}

TEST_CASE("status page: each cause is one article, with what to do set apart") {
  Host host;
  host.conf(many(3, kVerifyOn));
  host.disk.remove(kBundle);
  const std::string page = page_of(host);
  CHECK(nesting_error(page).empty());
  CHECK(count(page, "explain?q=bundle-unreadable") +
            count(page, "explain?q=nginx-refuses-config") ==
        1);
  CHECK_THAT(page, Catch::Contains("<h4>What to do</h4>") &&
                       Catch::Contains("s0.test, s1.test, s2.test") &&
                       Catch::Contains("<dt>Rule</dt>"));
}

TEST_CASE("status page: critical findings stand before warnings, whatever server they are about") {
  Host host;
  host.conf(http(server("a.test", kVerifyOn) + server("a.test", kVerifyOn) +
                 server("b.test", std::string(kCertificate) + kOptional)));
  const std::string page = page_of(host);
  const std::size_t warning = page.find("<code>server-shadowed</code>");
  REQUIRE(warning != std::string::npos);
  CHECK(page.find("<code>verify-optional-unguarded</code>") < warning);
}

TEST_CASE("status page: the worst server block stands first, those that ask nobody last") {
  Host host;
  host.conf(http(server("a.test", kCertificate, "8443 ssl") + server("a.test", kVerifyOn) +
                 server("b.test", std::string(kCertificate) + kOptional)));
  const std::string page = page_of(host);
  const std::size_t open = page.find("badge bad\">lets others in");
  const std::size_t well = page.find("badge good\">well");
  const std::size_t silent = page.find("badge neutral\">asks nobody");
  CHECK(open < well);
  CHECK(well < silent);
  CHECK(silent != std::string::npos);
}

TEST_CASE("status page: 50 server blocks a page, and links that keep the filter") {
  Host host;
  host.conf(many(120, kVerifyOn));
  const std::string first = page_of(host);
  CHECK(nesting_error(first).empty());
  CHECK(count(first, "scope=\"row\">s") == 50);
  CHECK_THAT(first, Catch::Contains("120 server blocks with TLS, 1 to 50 shown") &&
                        Catch::Contains("href=\"./?page=2\">Next") &&
                        !Catch::Contains(">Previous</a>"));
  const std::string far = page_of(host, parse_query("page=9&refresh=off"));
  CHECK(count(far, "scope=\"row\">s") == 20);
  CHECK_THAT(far, Catch::Contains("href=\"./?page=2&amp;refresh=off\">Previous") &&
                      !Catch::Contains(">Next</a>"));
  const std::string found = page_of(host, parse_query("q=S11"));
  CHECK_THAT(found, Catch::Contains("11 of 120 server blocks match “S11”") &&
                        Catch::Contains("scope=\"row\">s119.test") &&
                        !Catch::Contains("scope=\"row\">s12.test") &&
                        Catch::Contains("value=\"S11\""));
}

TEST_CASE("status page: a filter hides findings that concern none of its server blocks") {
  Host host;
  host.conf(http(server("a.test", kVerifyOn) + server("a.test", kVerifyOn) +
                 server("b.test", std::string(kCertificate) + kOptional)));
  const std::string page = page_of(host, parse_query("q=a.test"));
  CHECK(title(page) == "Somebody gets in who should not");
  CHECK_THAT(page, Catch::Contains("<code>server-shadowed</code>") &&
                       !Catch::Contains("<code>verify-optional-unguarded</code>"));
}

TEST_CASE("status page: a query is bounded, and what makes no sense counts as not given") {
  for (const char* query : {"", "page=0", "page=-1", "page=x", "page=99999999", "q=", "q=+%20", "a",
                            "page", "&&=&", "refresh=on", "page=1&findings=1"}) {
    CAPTURE(query);
    CHECK(address_of(parse_query(query)) == "./");
  }
  CHECK(address_of(parse_query("findings=3&page=2&q=a%2Eb+%26")) ==
        "./?q=a.b%20%26&page=2&findings=3");
  CHECK(parse_query("q=%zz%4").search == "%zz%4");
  CHECK(parse_query("q=" + std::string(5000, 'x')).search == std::string(kMaxSearch, 'x'));
  CHECK(parse_query("q=%00%0a%ff").search == "\\x00\\x0A\\xFF");
  for (const char* query : {"q=%3Cscript%3E%22&page=2", "q=a%ffb&refresh=off", "q=%25%3D%26%3F"}) {
    const PageQuery once = parse_query(query);
    CHECK(parse_query(address_of(once).substr(3)) == once);
  }
}

TEST_CASE("status page: what somebody searches for is text") {
  Host host;
  const std::string page = page_of(host, parse_query("q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"));
  CHECK(nesting_error(page).empty());
  CHECK(page.find("<script") == std::string::npos);
  CHECK_THAT(page, Catch::Contains("value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\""));
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
                             "at 2030-01-01 00:00 UTC (now).") &&
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
  CHECK(title(page) == "All well");
  CHECK_THAT(page, Catch::Contains("<p>None.</p>") && Catch::Contains("Accepted findings</h2>") &&
                       Catch::Contains("<code>server-tokens-on</code>") &&
                       Catch::Contains("&lt;shown&gt; on purpose</td>"));
}

TEST_CASE("status page: a client that must be refused and is counts as expected") {
  Host host;
  host.canary(minted().server.certificate_pem, audit::Expect::kReject);
  CHECK_THAT(page_of(host), Catch::Contains("1 of 1 as expected"));
}

TEST_CASE("status page: hostile names from the host are text") {
  const std::string hostile = "<script>alert('x')</script>";
  Host host;
  host.conf(http(server("\"" + hostile + "\"", kVerifyOn) +
                 server("b.test", std::string(kCertificate) + "ssl_client_certificate \"/" +
                                      hostile + "\"; ssl_verify_client on;")));
  const Minted root = mint_valid(ca_spec("CN=" + hostile), days{-9}, days{-1});
  host.disk.put(kBundle, root.certificate_pem);
  const std::string page =
      status_page(*host.scratch(), {.version = "1", .telemetry_path = "/m", .host = hostile}, {});
  CHECK(page.find("<script") == std::string::npos);
  CHECK(nesting_error(page).empty());
  CHECK_THAT(page, Catch::Contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
  CHECK_THAT(page, Catch::Contains("CN=\\&lt;script"));
}

TEST_CASE("status page: undecidable enforcement and blocks that ask nobody are told apart") {
  Host host;
  host.conf(http(server("a.test", std::string(kCertificate) +
                                      "ssl_client_certificate clients.pem; auth_request /a; "
                                      "ssl_verify_client optional;") +
                 server("b.test", kCertificate)));
  const std::string page = page_of(host);
  CHECK_THAT(page, Catch::Contains("undecidable</span><br><small>ssl_verify_client optional") &&
                       Catch::Contains("no certificate asked for"));
}

TEST_CASE("status page: an explanation is asked for and given on the page") {
  const std::string page = explain_page(kLinks, "canary-rejected\n<b>");
  CHECK(nesting_error(page).empty());
  CHECK(page.find("<b>") == std::string::npos);
  CHECK_THAT(page, Catch::Contains("canary-rejected (critical)"));
  CHECK_THAT(explain_page(kLinks, ""), Catch::Contains("<form action=\"explain\""));
}

TEST_CASE("status page: no page has scripts, styles in attributes or outside assets") {
  Host host;
  host.canary(minted().client.certificate_pem);
  for (const std::string& page :
       {page_of(host), waiting_page(kLinks), explain_page(kLinks, "20")}) {
    CHECK(nesting_error(page).empty());
    for (const char* never : {"<script", "<link", "<img", "src=", "style=", "@import", "url(",
                              "http://", "https://", "onclick"}) {
      CAPTURE(never);
      CHECK(page.find(never) == std::string::npos);
    }
    CHECK(count(page, "<h1>") == 1);
    CHECK(count(page, "<main>") == 1);
    CHECK_THAT(page, Catch::StartsWith("<!doctype html>\n<html lang=\"en\">"));
  }
  CHECK_THAT(waiting_page(kLinks), Catch::Contains("The first evaluation is under way"));
}

// Without the right hash a browser shows the page without its style.
TEST_CASE("status page: the Content-Security-Policy has the hash of the style sheet") {
  const std::string policy(content_security_policy());
  const std::string hash = base64(pki::parse_material(style()).content.bytes);
  CHECK_THAT(policy, Catch::Contains("style-src 'sha256-" + hash + "'") &&
                         Catch::Contains("default-src 'none'") && !Catch::Contains("unsafe"));
}

}  // namespace mtls::reports::page
