// /metrics in its formats and encodings; a real Prometheus reads it too.
#include <unistd.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/daemon/prometheus.h"
#include "tests/support/gunzip.h"

namespace mtls::daemon::testing {
namespace {

using mtls::testing::HttpAnswer;

// What Prometheus 2.42 sends.
const std::string kPrometheusAccepts =
    "Accept: application/openmetrics-text;version=1.0.0,"
    "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

void write_tree(const TempDir& dir) {
  write_server_certificate(dir);
  dir.write("ca.pem", authority("CA").certificate_pem);
  dir.write("nginx.conf", nginx_conf(asking_server("a.example", "ca.pem")));
}

HttpAnswer scrape_with(const Exporter& exporter, const std::vector<std::string>& fields) {
  return mtls::testing::get(exporter.port(), "/metrics", fields);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

TEST_CASE("exposition: gzip holds the same families as the text") {
  const TempDir dir;
  write_tree(dir);
  const Exporter exporter(dir);
  HttpAnswer packed = scrape_with(exporter, {"Accept-Encoding: gzip"});
  CHECK(packed.headers["content-encoding"] == "gzip");
  CHECK(packed.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8");
  const std::string text = mtls::testing::gunzip(packed.body);
  CHECK(packed.body.size() < text.size() / 3);
  const auto samples = mtls::testing::parse_metrics(text);
  CHECK(mtls::testing::find(samples, "nginx_mtls_server_info").size() == 1);
  CHECK(mtls::testing::find(samples, "process_open_fds").size() == 1);
}

TEST_CASE("exposition: the page and the check document are served plain and compressed as well") {
  const TempDir dir;
  write_tree(dir);
  const Exporter exporter(dir);
  for (const char* path : {"/", "/api/v1/check"}) {
    CAPTURE(path);
    const HttpAnswer packed = mtls::testing::get(exporter.port(), path, {"Accept-Encoding: gzip"});
    CHECK(mtls::testing::gunzip(packed.body) == exporter.get(path).body);
  }
}

TEST_CASE(
    "exposition: the page filters, explains, reloads itself and forbids all that is foreign") {
  const TempDir dir;
  write_tree(dir);
  const Exporter exporter(dir);
  const HttpAnswer page = exporter.get("/?q=%3Cb%3E&page=7");
  CHECK_THAT(page.body, Catch::Contains("match “&lt;b&gt;”"));
  CHECK(page.headers.at("refresh") == "60");
  CHECK_THAT(page.headers.at("content-security-policy"),
             Catch::StartsWith("default-src 'none'; style-src 'sha256-"));
  CHECK(exporter.get("/?refresh=off").headers.count("refresh") == 0);
  const HttpAnswer told = exporter.get("/explain?q=canary-rejected");
  CHECK(told.status == 200);
  CHECK_THAT(told.body, Catch::Contains("canary-rejected (critical)"));
  CHECK(told.headers.count("refresh") == 0);
  CHECK(exporter.get("/api/v1/check?q=a").headers.at("content-type") == "application/json");
}

TEST_CASE(
    "exposition: Prometheus' own Accept gets OpenMetrics with the right names, types and one end") {
  const TempDir dir;
  write_tree(dir);
  const Exporter exporter(dir);
  HttpAnswer answer = scrape_with(exporter, {kPrometheusAccepts});
  CHECK(answer.headers["content-type"] ==
        "application/openmetrics-text; version=1.0.0; charset=utf-8");
  const std::vector<std::string> lines = lines_of(answer.body);
  CHECK(lines.back() == "# EOF");
  CHECK(std::count(lines.begin(), lines.end(), "# EOF") == 1);
  CHECK(std::count(lines.begin(), lines.end(), "") == 0);
  const auto has = [&](const std::string& line) {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
  };
  CHECK(has("# TYPE nginx_mtls_evaluations counter"));
  CHECK(has("nginx_mtls_evaluations_total{trigger=\"start\"} 1"));
  CHECK(has("# TYPE nginx_mtls_server_info gauge"));
  for (const std::string& line : lines) {
    CAPTURE(line);
    if (line.starts_with("# TYPE ") && line.ends_with(" counter")) {
      CHECK(line.find("_total ") == std::string::npos);
    }
  }
}

TEST_CASE("exposition: a real Prometheus reads the whole OpenMetrics text") {
  if (::access(kPrometheus, X_OK) != 0) {
    WARN("skipped: there is no " << kPrometheus);
    return;
  }
  const TempDir dir;
  write_tree(dir);
  const Exporter exporter(dir);
  const Prometheus prometheus(dir, exporter.port());
  REQUIRE(eventually(60s, [&] { return prometheus.value("up") == "1"; }));
  const auto samples = mtls::testing::parse_metrics(exporter.scrape());
  CHECK(eventually(30s, [&] {
    return prometheus.value("scrape_samples_scraped") == std::to_string(samples.size());
  }));
  CHECK(prometheus.value("nginx_mtls_server_info") == "1");
  CHECK(prometheus.value("nginx_mtls_evaluations_total{trigger=\"start\"}") == "1");
  // Prometheus removes _total only from text that it read as OpenMetrics.
  const nlohmann::json metadata = prometheus.ask("/api/v1/metadata?metric=nginx_mtls_evaluations");
  CHECK(metadata["data"]["nginx_mtls_evaluations"][0]["type"] == "counter");
}

TEST_CASE("exposition: --compat.blackbox shows the earlier end of certificate and client CAs") {
  const TempDir dir;
  write_server_certificate(dir);  // 200 days
  dir.write("short.pem", authority("Short", 20 * 24h).certificate_pem);
  dir.write("long.pem", authority("Long", 300 * 24h).certificate_pem);
  dir.write("nginx.conf", nginx_conf(asking_server("short", "short.pem") +
                                     asking_server("long", "long.pem") + tls_server("none", "")));
  constexpr const char* kFamily = "probe_ssl_earliest_cert_expiry";
  CHECK(Exporter(dir).value(kFamily) == std::nullopt);
  const Exporter exporter(dir, {"--compat.blackbox"});
  const auto at = [&](const char* server) { return exporter.value(kFamily, {{"server", server}}); };
  const double certificate =
      exporter.value("nginx_mtls_server_certificate_expiry_timestamp_seconds").value();
  CHECK(at("short") ==
        exporter.value("nginx_mtls_server_trust_expiry_timestamp_seconds", {{"server", "short"}}));
  CHECK(at("short").value() < certificate);
  CHECK(at("long") == certificate);
  CHECK(at("none") == certificate);
}

TEST_CASE("reload: POST /-/reload reloads like SIGHUP, and is off by default") {
  const TempDir dir;
  write_tree(dir);
  const std::string post = "POST /-/reload HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  {
    const Exporter exporter(dir);
    HttpAnswer refused = mtls::testing::ask(exporter.port(), post);
    CHECK(refused.status == 405);
    CHECK(refused.headers["allow"] == "GET, HEAD");
    CHECK(exporter.get("/-/reload").status == 404);
  }
  const Exporter exporter(dir, {"--web.enable-lifecycle"});
  CHECK(mtls::testing::ask(exporter.port(), post).status == 200);
  CHECK(exporter.get("/-/reload").headers.at("allow") == "POST");
  CHECK(eventually(10s, [&] {
    return exporter.shows({"nginx_mtls_evaluations_total", {{"trigger", "signal"}}});
  }));
}

}  // namespace mtls::daemon::testing
