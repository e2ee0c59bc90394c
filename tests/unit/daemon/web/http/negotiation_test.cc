#include "daemon/web/http/negotiation.h"

#include <catch2/catch.hpp>

using namespace mtls::daemon;

TEST_CASE("negotiation: gzip goes to clients that name it and do not prefer identity") {
  struct Row {
    const char* accept_encoding;
    bool gzip;
  };
  const Row row = GENERATE(values<Row>({{"gzip", true},
                                        {"GZip", true},
                                        {"x-gzip", true},
                                        {"deflate, gzip;q=1.0, *;q=0.5", true},
                                        {"gzip;q=0.001", true},
                                        {"*", true},
                                        {"identity;q=0.5, gzip", true},
                                        {"gzip ; q=0.5", true},
                                        {"", false},
                                        {"identity", false},
                                        {"deflate, br", false},
                                        {"gzip;q=0", false},
                                        {"gzip;q=0.000", false},
                                        {"*;q=0", false},
                                        {"gzip;q=0, *", false},
                                        {"identity, gzip;q=0.5", false},
                                        {"gzip;q=", false},
                                        {"gzip;q=2", false},
                                        {"gzip;q=-1", false},
                                        {"gzip;q=1e9", false},
                                        {"gzip;q=nan", false},
                                        {"gzipped", false},
                                        {",,;;=,", false}}));
  CAPTURE(row.accept_encoding);
  CHECK(web::http::prefers_gzip(row.accept_encoding) == row.gzip);
}

TEST_CASE(
    "negotiation: OpenMetrics goes to clients that name it and do not prefer the text format") {
  struct Row {
    const char* accept;
    bool open_metrics;
  };
  const Row row = GENERATE(values<Row>({
      // Prometheus 2.42, and 3 with escaping
      {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
       "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       true},
      {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
       "application/openmetrics-text;version=0.0.1;q=0.5,"
       "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,"
       "*/*;q=0.2",
       true},
      {"application/openmetrics-text", true},
      {"Application/OpenMetrics-Text; version=\"1.0.0\"; charset=utf-8", true},
      {"application/openmetrics-text;q=0.5, text/plain;q=0.5", true},
      {"text/plain;q=0.5, application/openmetrics-text;q=0.5", false},
      {"text/plain, application/openmetrics-text;q=0.5", false},
      {"application/openmetrics-text;version=0.0.1", false},
      {"application/openmetrics-text;version=2.0.0, */*;q=0.1", false},
      {"application/openmetrics-text;q=0", false},
      {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
       false},
      {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false},
      {"*/*", false},
      {"text/*", false},
      {"application/*", false},
      {"image/png", false},
      {"", false},
  }));
  CAPTURE(row.accept);
  CHECK((web::http::preferred_format(row.accept) == web::http::MetricsFormat::kOpenMetrics) ==
        row.open_metrics);
}
