// server_ca_info and server_crl_info: which server block trusts which CA because of which file, and
// whose clients it checks with which CRL.
#include <catch2/catch.hpp>

#include <sstream>

#include "collectors/collect.h"
#include "tests/support/metrics_text.h"
#include "tests/support/prometheus_reference.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::collectors {
namespace {

using namespace audit_fixture;

using Row = std::vector<std::string>;  // the values of the labels, in their order
using Rows = std::vector<Row>;

Rows rows_of(Host& host, const char* family, const audit::Limits& limits = {}) {
  Rows rows;
  for (const FamilyText& known : collect(*host.scratch(), limits).families) {
    if (known.family->name != std::string_view(family)) continue;
    std::istringstream in(render({known}));
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with('#')) continue;
      const auto metric = testing::parse_sample(line, family, prometheus::MetricType::Gauge);
      CHECK(metric.gauge.value == 1);
      Row& row = rows.emplace_back();
      for (const auto& label : metric.label) row.push_back(label.value);
    }
  }
  return rows;
}

Rows cas_of(Host& host, const audit::Limits& limits = {}) {
  return rows_of(host, kServerCaInfo.name, limits);
}

Rows crls_of(Host& host, const audit::Limits& limits = {}) {
  return rows_of(host, kServerCrlInfo.name, limits);
}

std::string label_of(const Minted& minted) {
  return pki::parse_material(minted.certificate_pem).certificates.at(0).facts().fingerprint.label();
}

double omitted(Host& host, const audit::Limits& limits) {
  const std::string text = render(collect(*host.scratch(), limits).families);
  const auto samples = testing::find(testing::parse_metrics(text), kSeriesOmitted.name);
  return samples.at(0).value;
}

/// One row: what the server block a.test trusts.
Row a_trusts(const char* path, const Minted& ca) {
  return {"a.test", "0.0.0.0:443", path, label_of(ca)};
}

constexpr const char* kWithCrl = "ssl_crl clients.crl;";

}  // namespace

TEST_CASE("server_ca_info: each certificate of the trust store, with the file it is from") {
  const Minted& root = minted().root;
  const Minted& other = minted().other_root;
  const std::string trusted = "ssl_trusted_certificate trusted.pem;";
  const struct {
    std::string name;
    std::string conf;
    Rows expected;
  } table[] = {
      {"one CA", http_server(kVerifyOn), {a_trusts(kBundle, root)}},
      {"a second file",
       http_server(kVerifyOn + trusted),
       {a_trusts(kBundle, root), a_trusts(kTrusted, other)}},
      {"VerifyCAFile takes the place of both",
       http_server(kVerifyOn + std::string("ssl_conf_command VerifyCAFile trusted.pem;")),
       {a_trusts(kTrusted, other)}},
      {"the store is that of the block whose certificate is shown",
       http(server("d.test", kCertificate + std::string("ssl_client_certificate trusted.pem;"
                                                        "ssl_verify_client on;")) +
            server("a.test", "ssl_client_certificate clients.pem; ssl_verify_client on;")),
       {{"d.test", "0.0.0.0:443", kTrusted, label_of(other)}, a_trusts(kTrusted, other)}},
      {"a block that asks nobody trusts nobody", http_server(kCertificate + trusted), {}},
      {"of two blocks with the same labels the first has series",
       http(server("a.test", kVerifyOn) + server("a.test", kVerifyOn + trusted)),
       {a_trusts(kBundle, root)}},
  };
  for (const auto& row : table) {
    INFO(row.name);
    Host host;
    host.conf(row.conf);
    CHECK(cas_of(host) == row.expected);
  }
}

TEST_CASE(
    "server_ca_info: a certificate in two files has a series for each, one written twice one") {
  Host host;
  host.conf(http_server(kVerifyOn + std::string("ssl_trusted_certificate trusted.pem;")));
  const std::string& root = minted().root.certificate_pem;
  host.disk.put(kBundle, root + root);
  host.disk.put(kTrusted, minted().other_root.certificate_pem + root);
  CHECK(cas_of(host) == Rows{a_trusts(kBundle, minted().root),
                             a_trusts(kTrusted, minted().other_root),
                             a_trusts(kTrusted, minted().root)});
}

TEST_CASE("server_ca_info: each series joins one of ca_info") {
  Host host;
  host.conf(http_server(kVerifyOn + std::string("ssl_trusted_certificate trusted.pem;")));
  host.disk.put(kBundle, minted().intermediate.certificate_pem + minted().root.certificate_pem);
  const Rows known = rows_of(host, kCaInfo.name);
  CHECK(cas_of(host).size() == 3);
  for (const Row& row : cas_of(host)) {
    const auto joins = [&](const Row& ca) {
      return ca.at(0) == row.at(2) && ca.at(1) == row.at(3);
    };
    CHECK(std::count_if(known.begin(), known.end(), joins) == 1);
  }
}

TEST_CASE("server_ca_info: missing with the file, or with the ca_ series of the file") {
  Host host;
  host.conf(http_server(kVerifyOn + std::string("ssl_trusted_certificate trusted.pem;")));
  host.disk.put(kBundle, minted().intermediate.certificate_pem + minted().root.certificate_pem);
  const audit::Limits limits{.max_certificates_per_file = 1};
  CHECK(cas_of(host, limits) == Rows{a_trusts(kTrusted, minted().other_root)});
  CHECK(omitted(host, limits) == (4 + 1) * 2);  // of each certificate, and of the server with it
  host.disk.remove(kBundle);
  host.disk.remove(kTrusted);
  CHECK(cas_of(host).empty());
  CHECK(omitted(host, {}) == 0);
}

TEST_CASE("server_ca_info: more than max_series of them are not even made") {
  Host host;
  host.disk.put(kBundle, minted().other_root.certificate_pem + minted().root.certificate_pem);
  const audit::Limits limits{.max_series = 1};
  CHECK(cas_of(host, limits).empty());
  CHECK(omitted(host, limits) == (4 + 1) * 2);
}

TEST_CASE("server_crl_info: the CAs whose clients are checked, if the server trusts them") {
  const std::string crls = minted().crl(minted().root) + minted().crl(minted().other_root);
  const Row checked{"a.test", "0.0.0.0:443", kCrl, "Root A"};
  const struct {
    std::string name;
    std::string conf;
    Rows expected;
  } table[] = {
      {"the list of the CA, not that of a stranger",
       http_server(kVerifyOn + std::string(kWithCrl)),
       {checked}},
      {"a CA of the other file counts",
       http_server(kVerifyOn + std::string(kWithCrl) + "ssl_trusted_certificate trusted.pem;"),
       {checked, {"a.test", "0.0.0.0:443", kCrl, "Root B"}}},
      {"no ssl_crl", http_server(kVerifyOn), {}},
      {"nobody is asked", http_server(kCertificate + std::string(kWithCrl)), {}},
      {"VerifyCAFile puts a store without CRLs in the place of nginx's",
       http_server(kVerifyOn + std::string(kWithCrl) +
                   "ssl_conf_command VerifyCAFile clients.pem;"),
       {}},
  };
  for (const auto& row : table) {
    INFO(row.name);
    Host host;
    host.conf(row.conf);
    host.disk.put(kCrl, crls);
    CHECK(crls_of(host) == row.expected);
  }
}

TEST_CASE("server_crl_info: missing with the crl_ series of the file, and above max_series") {
  Host host;
  host.conf(http_server(kVerifyOn + std::string(kWithCrl)));
  host.disk.put(kCrl, minted().crl(minted().root) + minted().crl(minted().other_root));
  const audit::Limits small_file{.max_series_per_file = 5};
  CHECK(crls_of(host, small_file).empty());
  CHECK(omitted(host, small_file) == 3 * 2 + 1);  // of each list, and of the one of a trusted CA
  CHECK(crls_of(host, {.max_series = 1}).empty());
}

TEST_CASE("server_info: a block to which no TLS leads has no series, stream goes by names") {
  const std::string stream_block =
      " listen 443 ssl; proxy_pass 127.0.0.1:2; " + std::string(kVerifyOn);
  const struct {
    std::string name;
    std::string conf;
    Rows expected;  // server, listen, context, verify_client
  } table[] = {
      {"its only name is taken",
       http(server("a.test", kCertificate) + server("a.test", kVerifyOn)),
       {{"a.test", "0.0.0.0:443", "http", "off"}}},
      {"it lives without TLS",
       http(server("a.test", kCertificate) +
            "server { listen 80; listen 443 ssl; server_name a.test; return 444; " + kVerifyOn +
            " }"),
       {{"a.test", "0.0.0.0:443", "http", "off"}}},
      {"mail behind STARTTLS",
       "events { } mail { server { listen 143; starttls only; " + std::string(kVerifyOn) + " } }",
       {{"0.0.0.0:143", "0.0.0.0:143", "mail", "on"}}},
      {"stream servers of one listen",
       "events { } stream { server { server_name a.test;" + stream_block +
           " } server { server_name b.test;" + stream_block + " } }",
       {{"a.test", "0.0.0.0:443", "stream", "on"}, {"b.test", "0.0.0.0:443", "stream", "on"}}},
  };
  for (const auto& row : table) {
    INFO(row.name);
    Host host;
    host.policy.build.version = {1, 26, 3};
    host.conf(row.conf);
    CHECK(rows_of(host, kServerInfo.name) == row.expected);
    std::size_t enforced = 0;
    for (const Row& one : row.expected) enforced += one.back() == "on" ? 1 : 0;
    std::size_t unknown = 0;
    for (const FamilyText& family : collect(*host.scratch(), {}).families) {
      if (family.family == &kServerEnforcementUnknown) unknown = family.series;
    }
    CHECK(unknown == enforced);
  }
}

}  // namespace mtls::collectors
