#include "daemon/app/metrics_payload.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/support/gunzip.h"
#include "tests/unit/audit/audit_fixture.h"

using namespace mtls;
using namespace mtls::daemon;

namespace {

std::string joined(const web::http::BodyBytes& body) {
  std::string bytes;
  for (const auto& part : body) bytes += *part;
  return bytes;
}

std::string sorted_text(const audit::Snapshot& snapshot) {
  collectors::Collection collection = collectors::collect(snapshot, {});
  collectors::sort_by_name(collection.families);
  return collectors::render(collection.families);
}

std::string text_of(const web::http::Part& part) { return joined(web::http::plain_body({part})); }

}  // namespace

TEST_CASE("metrics payload: gzip and identity are one text, and a change leaves most parts alone") {
  const std::string path = "/etc/nginx/one.pem";
  audit_fixture::Host host;
  std::string blocks =
      audit_fixture::server("one.test",
                            "ssl_certificate one.pem; ssl_certificate_key server.key;"
                            "ssl_client_certificate clients.pem; ssl_verify_client on;");
  for (int i = 0; i < 700; ++i)
    blocks += audit_fixture::server("s" + std::to_string(i) + ".test", audit_fixture::kVerifyOn);
  host.conf(audit_fixture::http(blocks));
  host.disk.put(path, audit_fixture::minted().server.certificate_pem);
  app::MetricsPayload metrics(false);
  const auto first = host.scratch();
  const auto before = metrics.of(first);
  const std::string text = text_of(before->metrics);
  CHECK(text == sorted_text(*first));
  CHECK(before->metrics->size == text.size());
  CHECK(testing::gunzip(joined(web::http::gzip_body({before->metrics}))) == text);

  host.disk.put(path, audit_fixture::minted().client.certificate_pem);
  const auto second = host.after(first, {.paths = {path}, .settled = {}});
  const auto after = metrics.of(second);
  const std::string now = text_of(after->metrics);
  CHECK(now == sorted_text(*second));
  CHECK(now != text);
  CHECK(testing::gunzip(joined(web::http::gzip_body({after->metrics}))) == now);
  std::size_t same = 0;
  for (const web::http::Part& part : after->metrics->parts)
    same += std::ranges::count(before->metrics->parts, part) > 0 ? 1 : 0;
  CHECK(after->metrics->parts.size() > 10);
  CHECK(same > after->metrics->parts.size() / 2);
  CHECK(metrics.of(second)->metrics->parts == after->metrics->parts);

  metrics.forget();
  CHECK(text_of(metrics.of(second)->metrics) == now);
}
