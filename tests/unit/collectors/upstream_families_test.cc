#include <catch2/catch.hpp>

#include <set>
#include <sstream>
#include <string>

#include "collectors/collect.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::collectors {
namespace {

using namespace audit_fixture;

std::set<std::string> upstream_lines(Host& host) {
  const std::string prefix = "nginx_mtls_upstream_";
  std::istringstream in(render(collect(*host.scratch(), {}).families));
  std::set<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(prefix)) lines.insert(line.substr(prefix.size()));
  }
  return lines;
}

std::string instant(base::sys_seconds at) { return std::to_string(at.time_since_epoch().count()); }

const std::string kVerify = "proxy_ssl_verify on; proxy_ssl_trusted_certificate trusted.pem; ";

}  // namespace

TEST_CASE("upstream families: verification, trust and our certificate, by location") {
  Host host;
  host.conf(http(server(
      "a.test", std::string(kCertificate) + "location /v { proxy_pass https://b; " + kVerify +
                    "proxy_ssl_certificate server.pem; proxy_ssl_certificate_key server.key; }"
                    "location /n { grpc_pass grpcs://b; }"
                    "location /p { proxy_pass http://b; }"
                    "location /r { proxy_pass http://$host; }"
                    "location /m { proxy_pass $host; }")));
  host.disk.put(kTrusted, mint_valid(ca_spec("CN=B"), days{-1}, days{50}).certificate_pem);
  const std::string v = "{server=\"a.test\",location=\"/v\",directive=\"proxy_pass\"";
  CHECK(upstream_lines(host) ==
        std::set<std::string>{
            "verify_enabled" + v + "} 1",
            "verify_enabled{server=\"a.test\",location=\"/n\",directive=\"grpc_pass\"} 0",
            "trust_expiry_timestamp_seconds" + v + "} " + instant(kT0 + days{50}),
            "certificate_expiry_timestamp_seconds" + v + ",path=\"" + kServerPem + "\"} " +
                instant(kT0 + days{365}),
        });
}

TEST_CASE("upstream families: of several with the same labels the worst speaks") {
  Host host;
  const std::string good =
      std::string(kCertificate) + kVerify + "location / { proxy_pass https://b; }";
  const std::string bad = std::string(kCertificate) + "location / { proxy_pass https://b; }";
  host.conf(http(server("a.test", good) + server("a.test", bad, "8443 ssl") +
                 server("a.test", good, "9443 ssl")));
  host.disk.put(kTrusted, minted().root.certificate_pem);
  const auto lines = upstream_lines(host);
  const std::string labels = "{server=\"a.test\",location=\"/\",directive=\"proxy_pass\"} ";
  CHECK(lines.contains("verify_enabled" + labels + "0"));
  CHECK_FALSE(lines.contains("verify_enabled" + labels + "1"));
}

TEST_CASE("upstream families: a file that cannot be read has no instant, and a map has many") {
  Host host;
  host.conf(http("map $host $c { default server.pem; x other.pem; }" +
                 server("a.test", std::string(kCertificate) + kVerify +
                                      "location / { proxy_pass https://b; proxy_ssl_certificate $c;"
                                      " proxy_ssl_certificate_key $c; }")));
  host.disk.put("/etc/nginx/other.pem", minted().client.certificate_pem);
  host.disk.remove(kTrusted);
  std::set<std::string> families;
  for (const std::string& line : upstream_lines(host)) {
    families.insert(line.substr(0, line.find('{')) + (line.find("other") != line.npos ? "+" : ""));
  }
  CHECK(families == std::set<std::string>{"verify_enabled", "certificate_expiry_timestamp_seconds",
                                          "certificate_expiry_timestamp_seconds+"});
}

}  // namespace mtls::collectors
