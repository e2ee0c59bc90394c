// What the daemon answers over HTTP: the form and completeness of /metrics, and the other paths.
#include <openssl/pem.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "base/text.h"
#include "tests/daemon/prometheus.h"

namespace mtls::daemon::testing {
namespace {

// A tree that has everything in docs/metrics.md at once.
void write_rich_tree(const TempDir& dir) {
  write_server_certificate(dir);
  const Minted ca = authority("Root");
  const Minted extra = authority("Extra");
  const Minted billing = client("billing", ca);
  dir.write("ca.pem", ca.certificate_pem);
  dir.write("extra.pem", extra.certificate_pem);
  dir.write("exchange.pem", authority("Exchanged").certificate_pem +
                                authority("Exchanged", 300 * 24h).certificate_pem);
  dir.write("crl.pem", mtls::testing::mint_crl({.issuer = &ca,
                                                .this_update = now() - 24h,
                                                .next_update = now() + 7 * 24h,
                                                .revoked = {&billing}}));
  dir.write("canaries/billing.pem", billing.certificate_pem);
  dir.write("canaries/sensor.pem", client("sensor", ca).certificate_pem);
  dir.write("settings.yml",
            "canaries:\n"
            "  - {name: billing, certificate: canaries/billing.pem, expect: reject}\n"
            "  - {name: sensor, certificate: canaries/sensor.pem, servers: ['*.example']}\n");
  dir.write(
      "nginx.conf",
      nginx_conf(tls_server("on.example",
                            "ssl_verify_client on; ssl_client_certificate ca.pem; "
                            "ssl_trusted_certificate extra.pem; ssl_crl crl.pem; "
                            "location / { proxy_pass https://127.0.0.1:1; "
                            "proxy_ssl_verify on; proxy_ssl_trusted_certificate extra.pem; "
                            "proxy_ssl_certificate server.pem; "
                            "proxy_ssl_certificate_key server.key; }") +
                 tls_server("optional.example",
                            "ssl_verify_client optional; ssl_client_certificate exchange.pem;") +
                 asking_server("missing.example", "missing.pem")));
}

std::vector<std::string> rich_flags(const TempDir& dir) {
  return {"--config.file", dir.path("settings.yml")};
}

bool is_of_observer(std::string_view family) {
  return family.starts_with("nginx_mtls_observe") || family == "nginx_mtls_predictions_total" ||
         family == "nginx_mtls_loaded_trust_matches" ||
         family == "nginx_mtls_ca_last_used_timestamp_seconds" ||
         family == "nginx_mtls_revoked_clients_served_total";
}

// The families in the tables of docs/metrics.md.
std::set<std::string> promised_families() {
  const auto docs = std::filesystem::path(SOURCE_ROOT) / "docs/metrics.md";
  std::ifstream file(docs);
  const std::regex row("^\\| `(nginx_mtls_[a-z_]+)` \\|");
  std::set<std::string> names;
  std::smatch found;
  for (std::string line; std::getline(file, line);) {
    if (std::regex_search(line, found, row)) names.insert(found[1]);
  }
  return names;
}

// What two scrapes must agree on: everything except the daemon's own counts.
std::string without_own_counts(const std::string& scrape) {
  const std::regex own(
      "^(# (HELP|TYPE) )?(process_|nginx_mtls_exporter_http_requests_total|"
      "nginx_mtls_(exporter_)?(watch|evaluations_total)).*");
  std::istringstream lines(scrape);
  std::string rest;
  for (std::string line; std::getline(lines, line);) {
    if (!std::regex_match(line, own)) rest += line + '\n';
  }
  return rest;
}

// Every `from` in the encoded certificate becomes `to`, of the same length.
std::string with_bytes(const std::string& pem, std::string_view from, std::string_view to) {
  BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long length = 0;
  REQUIRE(PEM_read_bio(in, &name, &header, &data, &length) == 1);
  std::string der(reinterpret_cast<char*>(data), static_cast<std::size_t>(length));
  for (std::size_t at = 0; (at = der.find(from, at)) != std::string::npos; at += to.size())
    der.replace(at, to.size(), to);
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio(out, name, header, reinterpret_cast<const unsigned char*>(der.data()),
                static_cast<long>(der.size()));
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  std::string patched(text, static_cast<std::size_t>(size));
  BIO_free(in);
  BIO_free(out);
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(data);
  return patched;
}

TEST_CASE("serve: /metrics has every documented family, and promtool finds no fault") {
  const TempDir dir;
  write_rich_tree(dir);
  const Exporter exporter(dir, rich_flags(dir));
  const auto answer = exporter.get("/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.headers.at("content-type") == "text/plain; version=0.0.4; charset=utf-8");

  // The logs are looked at after the first evaluation.
  REQUIRE(eventually(5s, [&] { return exporter.value("nginx_mtls_log_lines_total").has_value(); }));
  const std::string scrape = exporter.scrape();  // not the first one: it counts those before
  const std::vector<Sample> samples = mtls::testing::parse_metrics(scrape);
  CHECK(mtls::testing::duplicates(samples).empty());
  const std::set<std::string> promised = promised_families();
  CHECK(promised.size() > 45);
  for (const std::string& name : promised) {
    if (name == "nginx_mtls_exporter_watch_unreliable")
      continue;  // depends on the file system of /tmp
    // No nginx runs here: nginx_life_test.cc and loaded_test.cc.
    if (name.starts_with("nginx_mtls_nginx_") || name == "nginx_mtls_reload_pending") continue;
    if (name == "nginx_mtls_upstream_verify_failures_total") continue;  // verify_failures_test.cc
    if (name.starts_with("nginx_mtls_live_")) continue;  // the probe is off: probe_test.cc
    if (is_of_observer(name)) continue;                  // nobody observes: tests/daemon/observed
    CAPTURE(name);
    CHECK_FALSE(mtls::testing::find(samples, name).empty());
  }
  for (const Sample& sample : samples) {
    CAPTURE(sample.name);
    if (sample.name.starts_with("process_") || promised.contains(sample.name)) continue;
    // The old name of one of the exporter's own families, with the same value.
    const std::string prefix = "nginx_mtls_";
    REQUIRE(sample.name.starts_with(prefix));
    const std::string renamed = prefix + "exporter_" + sample.name.substr(prefix.size());
    CHECK(promised.contains(renamed));
    const std::vector<Sample> same = mtls::testing::find(samples, renamed, sample.labels);
    REQUIRE(same.size() == 1);
    CHECK(same.front().value == sample.value);
  }
  if (::access(kPromtool, X_OK) == 0) {
    CHECK(promtool_says(scrape).empty());
    CHECK_FALSE(promtool_says("a_total{} x\n").empty());
  } else {
    WARN("skipped: there is no " << kPromtool);
  }
}

TEST_CASE("serve: the rich tree is judged as nginx would") {
  const TempDir dir;
  write_rich_tree(dir);
  const Exporter exporter(dir, rich_flags(dir));
  const Labels at_on{{"server", "on.example"}};
  CHECK(exporter.value("nginx_mtls_server_enforced", at_on) == 1);
  CHECK(exporter.value("nginx_mtls_server_enforced", {{"server", "optional.example"}}) == 0);
  CHECK(exporter.value("nginx_mtls_server_extra_trust_cas", at_on) == 1);
  CHECK(exporter.value("nginx_mtls_server_crl_missing_issuers", at_on) == 1);
  CHECK(exporter.value("nginx_mtls_crl_revoked_certificates") == 1);
  CHECK(exporter.value("nginx_mtls_file_readable", {{"path", dir.path("missing.pem")}}) == 0);
  const Labels billing{{"server", "on.example"}, {"canary", "billing"}};
  CHECK(exporter.value("nginx_mtls_canary_accepted", billing) == 0);
}

TEST_CASE("serve: scrapes between two evaluations are the same bytes") {
  const TempDir dir;
  write_rich_tree(dir);
  const Exporter exporter(dir, rich_flags(dir));
  const auto generation = [](const std::string& scrape) {
    return mtls::testing::find(mtls::testing::parse_metrics(scrape), "nginx_mtls_generation")
        .at(0)
        .value;
  };
  std::string first;
  std::string second;
  // Young files are looked at twice, so an evaluation may come between.
  REQUIRE(eventually(5s, [&] {
    first = exporter.scrape();
    second = exporter.scrape();
    return generation(first) == generation(second);
  }));
  CHECK(without_own_counts(first) == without_own_counts(second));
  CHECK(without_own_counts(first).size() > first.size() / 2);
}

TEST_CASE("serve: while nothing changes, rescans confirm the evaluation and make no new one") {
  const TempDir dir;
  write_rich_tree(dir);
  const Exporter exporter(dir, {"--rescan.interval", "100ms"});
  double generation = 0;
  double evaluated = 0;
  CHECK(eventually(8s, [&] {
    const double last = exporter.value("nginx_mtls_last_evaluation_timestamp_seconds").value();
    const double now = exporter.value("nginx_mtls_generation").value();
    if (now != generation) evaluated = last;  // young files are looked at twice
    generation = now;
    return last > evaluated;
  }));
  CHECK(exporter.value("nginx_mtls_evaluations_total", {{"trigger", "rescan"}}) == 0);
}

TEST_CASE("serve: of server blocks with the same name and address only the first one has series") {
  const TempDir dir;
  write_server_certificate(dir);
  dir.write("ca.pem", authority("CA").certificate_pem);
  dir.write("nginx.conf", nginx_conf(asking_server("twin", "ca.pem") +
                                     tls_server("twin",
                                                "ssl_verify_client optional; "
                                                "ssl_client_certificate ca.pem;")));
  const Exporter exporter(dir);
  const std::vector<Sample> samples = mtls::testing::parse_metrics(exporter.scrape());
  CHECK(mtls::testing::duplicates(samples).empty());
  CHECK(mtls::testing::find(samples, "nginx_mtls_server_info").size() == 1);
  CHECK(exporter.value("nginx_mtls_server_info", {{"verify_client", "on"}}) == 1);
  CHECK(exporter.value("nginx_mtls_findings", {{"rule", "server-shadowed"}}) == 1);
}

TEST_CASE("serve: names and paths of any bytes become clean labels") {
  const TempDir dir;
  write_server_certificate(dir);
  const std::string latin1 = with_bytes(authority("Jxrgen").certificate_pem, "\x0c\x06Jxrgen",
                                        "\x14\x06J\xfcrgen");  // UTF8String to T61String
  const std::string broken = with_bytes(authority("brxken").certificate_pem,
                                        "\x0c\x06"
                                        "brxken",
                                        "\x13\x06"
                                        "br\nken");                    // and to PrintableString
  const std::string odd = "o\xe9 \"\xf0\x9f\x94\x91\"\\\\{}\n,=.pem";  // \\ in nginx is one
  std::string on_disk = odd;
  on_disk.replace(on_disk.find("\\\\"), 2, "\\");
  dir.write(on_disk, latin1 + broken);
  dir.write("nginx.conf", nginx_conf(asking_server("a", odd)));
  const Exporter exporter(dir);
  const std::string scrape = exporter.scrape();
  const std::vector<Sample> samples = mtls::testing::parse_metrics(scrape);
  for (const Sample& sample : samples) {
    for (const auto& [name, value] : sample.labels)
      CHECK(base::sanitize(value, base::kMaxPathBytes) == value);
  }
  CHECK(exporter.value("nginx_mtls_ca_info", {{"subject_cn", "J\xc3\xbcrgen"}}) == 1);
  CHECK(exporter.value("nginx_mtls_ca_info", {{"subject_cn", "br\\x0Aken"}}) == 1);
  CHECK(exporter.value("nginx_mtls_bundle_certificates", {{"state", "valid"}}) == 2);
  const std::string path =
      mtls::testing::find(samples, "nginx_mtls_bundle_info").at(0).labels.at("path");
  CHECK(path == dir.path("o\\xE9 \"\xf0\x9f\x94\x91\"\\{}\\x0A,=.pem"));
  CHECK(exporter.get("/").status == 200);
  if (::access(kPromtool, X_OK) == 0) CHECK(promtool_says(scrape).empty());
}

TEST_CASE("serve: each path is answered, other methods and paths are refused") {
  const TempDir dir;
  dir.write("nginx.conf", nginx_conf(""));
  const Exporter exporter(dir, {"--web.telemetry-path", "/m"});
  struct Row {
    const char* request;
    int status;
    const char* type;
    const char* body;  // a part of it
  };
  const std::vector<Row> rows = {
      {"GET /", 200, "text/html; charset=utf-8", "href=\"/m\""},
      {"GET /m", 200, "text/plain; version=0.0.4; charset=utf-8", "nginx_mtls_config_servers 0"},
      {"GET /m?name=x", 200, "text/plain; version=0.0.4; charset=utf-8", "nginx_mtls_"},
      {"GET /-/healthy", 200, "text/plain; charset=utf-8", "Healthy"},
      {"GET /-/ready", 200, "text/plain; charset=utf-8", "Ready"},
      {"GET /metrics", 404, "text/plain; charset=utf-8", ""},
      {"GET /m/", 404, "text/plain; charset=utf-8", ""},
      {"POST /m", 405, "text/plain; charset=utf-8", ""},
      {"DELETE /", 405, "text/plain; charset=utf-8", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.request);
    const auto answer =
        mtls::testing::ask(exporter.port(), std::string(row.request) +
                                                " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
                                                "Connection: close\r\n\r\n");
    CHECK(answer.status == row.status);
    const auto type = answer.headers.find("content-type");
    REQUIRE(type != answer.headers.end());
    CHECK(type->second == row.type);
    CHECK(answer.body.find(row.body) != std::string::npos);
  }
  const auto counted = [&](const char* code) {
    const auto samples = mtls::testing::parse_metrics(exporter.get("/m").body);
    return mtls::testing::find(samples, "nginx_mtls_exporter_http_requests_total", {{"code", code}})
        .at(0)
        .value;
  };
  CHECK(counted("404") == 2);
  CHECK(counted("405") == 2);
}

}  // namespace
}  // namespace mtls::daemon::testing
