// What stream server blocks do with a client behind the certificate check: maps that proxy_pass
// asks, `set`, addresses (R9.24). nginx is asked over TLS; an HTTP server block is the backend.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "audit/build.h"
#include "daemon/system/disk.h"
#include "tests/integration/build_under_test.h"
#include "tests/integration/config/nginx_modules.h"
#include "tests/integration/exposure/enforcement_bench.h"

namespace mtls::testing {
namespace {

using config::Served;

struct StreamCase {
  std::string mode;    // of ssl_verify_client
  std::string server;  // its other directives; `@` is the backend
  std::string maps = {};
  Served ada = Served::kNowhere;
  Served nobody = Served::kNowhere;
};

const std::vector<StreamCase> kCases{
    {"on", "proxy_pass @;", "", Served::kEverywhere, Served::kNowhere},
    {"optional", "proxy_pass @;", "", Served::kEverywhere, Served::kEverywhere},
    {"on", "proxy_pass $a;", "map $ssl_client_s_dn $a { CN=ada @; }", Served::kEverywhere,
     Served::kNowhere},
    {"on", "proxy_pass $b;", "map $ssl_client_s_dn $b { CN=bob @; }"},
    {"optional", "proxy_pass $c;", "map $ssl_client_verify $c { SUCCESS @; }", Served::kEverywhere,
     Served::kNowhere},
    // An empty value is asked no pattern, and the default counts.
    {"optional", "proxy_pass $d;", "map $ssl_client_s_dn $d { ~. @; default \"\"; }",
     Served::kEverywhere, Served::kNowhere},
    {"optional", "proxy_pass $e;", "map $ssl_client_s_dn $e { \"\" @; }", Served::kNowhere,
     Served::kEverywhere},
    // `set` runs before the handshake, where the name is empty still, and its value is kept.
    {"on", "set $f2 $f; proxy_pass $f2;", "map $ssl_client_s_dn $f { CN=ada @; }"},
    {"on", "set $g2 $g; proxy_pass $g;", "map $ssl_client_s_dn $g { CN=ada @; }"},
    // So is that of the name itself, once `set` has read it.
    {"on", "set $h2 $ssl_client_s_dn; proxy_pass $h;", "map $ssl_client_s_dn $h { CN=ada @; }"},
    {"on", "deny all; proxy_pass @;"},
    {"on", "allow all; deny all; proxy_pass @;", "", Served::kEverywhere, Served::kNowhere},
};

std::string replaced_all(std::string text, const std::string& by) {
  for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@', at)) {
    text.replace(at, 1, by);
  }
  return text;
}

bool reaches(std::uint16_t port, const Minted* client) {
  TlsRequest wanted{.port = port};
  if (client != nullptr) {
    wanted.client_chain_pem = client->certificate_pem;
    wanted.client_key_pem = client->key_pem;
  }
  return content_in(request(wanted).body) == "A";
}

}  // namespace

TEST_CASE("stream fate: each client gets what maps, set and addresses give it (R9.24)") {
  if (modules_are_missing()) return;
  const TempDir directory;
  const Minted root = authority("CN=Root");
  const Minted ada = leaf(&root, [](CertificateSpec& spec) { spec.subject = "CN=ada"; });
  const Minted own = leaf(nullptr, purpose("serverAuth"));
  directory.write("server.pem", own.certificate_pem);
  directory.write("server.key", own.key_pem);
  directory.write("ca.pem", root.certificate_pem);
  directory.write("ada.pem", ada.certificate_pem);
  const std::string backend = "127.0.0.1:" + std::to_string(free_port());
  std::string stream =
      "ssl_certificate server.pem; ssl_certificate_key server.key; ssl_client_certificate "
      "ca.pem;\n";
  std::vector<std::uint16_t> ports;
  for (const StreamCase& one : kCases) {
    ports.push_back(free_port());
    stream += replaced_all(one.maps, backend) +
              "\nserver { listen 127.0.0.1:" + std::to_string(ports.back()) +
              " ssl; ssl_verify_client " + one.mode + "; " + replaced_all(one.server, backend) +
              " }\n";
  }
  directory.write("nginx.conf", load_module("stream") +
                                    nginx_http_conf("server { listen " + backend +
                                                    "; return 200 \"content A\"; }") +
                                    "stream {\n" + stream + "}\n");
  daemon::system::Disk disk;
  audit::Policy policy;
  policy.nginx_conf = directory.path("nginx.conf");
  policy.build = build_under_test();
  policy.canaries = {{.name = "ada", .certificate = directory.path("ada.pem"), .servers = {}},
                     {.name = "nobody", .certificate = "", .servers = {}}};
  const NginxRunner nginx(directory);
  const auto snapshot = audit::build(
      {.policy = policy, .disk = disk, .now = now(), .previous = nullptr, .changes = {}});
  for (std::size_t i = 0; i < kCases.size(); ++i) {
    INFO(kCases[i].maps << " { " << kCases[i].server << " } " << kCases[i].mode);
    const auto& verdicts = snapshot->servers.at(i + 1)->verdicts;
    REQUIRE(verdicts.size() == 2);
    CHECK(verdicts[0].served == kCases[i].ada);
    CHECK(verdicts[1].served == kCases[i].nobody);
    CHECK(reaches(ports[i], &ada) == (kCases[i].ada == Served::kEverywhere));
    CHECK(reaches(ports[i], nullptr) == (kCases[i].nobody == Served::kEverywhere));
  }
}

}  // namespace mtls::testing
