// What a Collector writes again, and that it always says what it would say from scratch.
#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>

#include "collectors/collect.h"
#include "tests/support/prometheus_reference.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::collectors {
namespace {

using namespace audit_fixture;

std::string block(int index) {
  const std::string i = std::to_string(index);
  return server("s" + i + ".test", "ssl_certificate s" + i +
                                       ".pem; ssl_certificate_key server.key; ssl_crl clients.crl;"
                                       "ssl_client_certificate clients.pem; ssl_verify_client on;");
}

/// Server blocks with a certificate each, one bundle and one CRL for all.
Host host_of(int servers) {
  Host host;
  std::string blocks;
  for (int i = 0; i < servers; ++i) {
    blocks += block(i);
    host.disk.put("/etc/nginx/s" + std::to_string(i) + ".pem", minted().server.certificate_pem);
  }
  host.conf(http(blocks));
  host.disk.put(kCrl, minted().crl(minted().root));
  return host;
}

std::string renewed() {
  CertificateSpec spec;
  spec.subject = "CN=a.test";
  spec.issuer = &minted().root;
  spec.dns_names = {"a.test"};
  return mint_valid(spec, days{0}, days{700}).certificate_pem;
}

const FamilyText& family(const Collection& collection, const FamilySpec& wanted) {
  const auto found = std::ranges::find(collection.families, &wanted, &FamilyText::family);
  REQUIRE(found != collection.families.end());
  return *found;
}

}  // namespace

TEST_CASE("collector: of a changed certificate one server block and one file are written again") {
  Host host = host_of(1000);
  Collector collector;
  const auto first = host.scratch();
  const Collection before = collector.collect(first, {});
  CHECK(before.written.servers == 1000);
  host.disk.put("/etc/nginx/s500.pem", renewed());
  const auto second = host.after(first, {.paths = {"/etc/nginx/s500.pem"}, .settled = {}});
  const Collection after = collector.collect(second, {});
  CHECK(after.written.servers == 1);
  CHECK(after.written.files == 1);
  CHECK(after.written.bundles <= 1);
  CHECK(render(after.families) == render(collect(*second, {}).families));
  CHECK(render(after.families) != render(before.families));
  CHECK(family(after, kServerEnforced).texts == family(before, kServerEnforced).texts);
  const auto& texts = family(after, kServerCertificateExpiry).texts;
  const auto& known = family(before, kServerCertificateExpiry).texts;
  REQUIRE(texts.size() == known.size());
  std::size_t other = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) other += texts[i] != known[i] ? 1 : 0;
  CHECK(other == 1);
}

TEST_CASE("collector: a Snapshot like the one before changes no text at all") {
  Host host = host_of(300);
  Collector collector;
  const auto first = host.scratch();
  const Collection before = collector.collect(first, {});
  const Collection again =
      collector.collect(host.after(first, {.paths = {kBundle}, .settled = {}}), {});
  CHECK(again.written.servers == 0);
  CHECK(again.written.files == 0);
  CHECK(again.written.bundles == 0);
  const Collection reread =
      collector.collect(host.after(first, {.paths = {}, .settled = {}, .everything = true}), {});
  for (const Collection* after : {&again, &reread}) {
    REQUIRE(after->families.size() == before.families.size());
    for (std::size_t i = 0; i < before.families.size(); ++i)
      CHECK(after->families[i].texts == before.families[i].texts);
  }
}

TEST_CASE("collector: an edited server block leaves the text of most others alone") {
  Host host = host_of(1000);
  host.conf(http("include conf.d/*.conf; " + server("last.test", kVerifyOn)));
  std::string blocks;
  for (int i = 0; i < 1000; ++i) blocks += block(i);
  host.disk.put("/etc/nginx/conf.d/a.conf", blocks);
  Collector collector;
  const auto first = host.scratch();
  const Collection before = collector.collect(first, {});
  host.disk.put("/etc/nginx/conf.d/b.conf", server("new.test", kVerifyOn));
  const auto second = host.after(first, host.differences(*first));
  const Collection after = collector.collect(second, {});
  CHECK(render(after.families) == render(collect(*second, {}).families));
  const auto& texts = family(after, kServerEnforced).texts;
  const auto& known = family(before, kServerEnforced).texts;
  const auto kept = std::ranges::count_if(
      texts, [&](const Text& text) { return std::ranges::find(known, text) != known.end(); });
  CHECK(static_cast<std::size_t>(kept) + 2 >= texts.size());
}

TEST_CASE("collector: other limits are looked at anew, and above max_series nothing is lost") {
  Host host = host_of(20);
  Collector collector;
  const auto snapshot = host.scratch();
  const std::string all = render(collector.collect(snapshot, {}).families);
  const Collection fewer = collector.collect(snapshot, {.max_series = 50});
  CHECK(fewer.over_limit > 0);
  CHECK(render(fewer.families) == render(collect(*snapshot, {.max_series = 50}).families));
  CHECK(render(collector.collect(snapshot, {.max_series = 50}).families) == render(fewer.families));
  CHECK(render(collector.collect(snapshot, {}).families) == all);
}

TEST_CASE("collector: names that look alike once they are safe to print have one series") {
  const std::string long_name(200, 'x');
  Host host;
  host.conf(http(server("\"a\\x0Ab\"", kVerifyOn) + server("\"a\nb\"", kVerifyOn) +
                 server(long_name, kVerifyOn)));
  const std::string text = render(collect(*host.scratch(), {}).families);
  CHECK(testing::as_prometheus_cpp_writes(text) == text);
}

TEST_CASE("collector: the blackbox family comes with the others, sorted, and only if asked for") {
  Host host = host_of(2);
  const auto snapshot = host.scratch();
  Collection collection = Collector(true).collect(snapshot, {});
  sort_by_name(collection.families);
  const std::string text = render(collection.families);
  CHECK_THAT(text, Catch::Contains("probe_ssl_earliest_cert_expiry{server=\"s0.test\",listen="));
  CHECK_THAT(render(Collector(false).collect(snapshot, {}).families),
             !Catch::Contains("probe_ssl_earliest_cert_expiry"));
  CHECK(text.rfind("# HELP probe_ssl") > text.rfind("# HELP nginx_mtls"));
}

}  // namespace mtls::collectors
