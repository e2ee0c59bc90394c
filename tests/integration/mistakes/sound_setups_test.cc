// Ten set-ups as people describe them in public, each sound: nginx serves the client that it should
// and nobody without a certificate, and the default profile has no warning and no critical finding.
#include <catch2/catch.hpp>

#include <functional>
#include <map>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "audit/build.h"
#include "audit/rules/registry.h"
#include "daemon/system/disk.h"
#include "tests/integration/build_under_test.h"
#include "tests/integration/config/nginx_modules.h"
#include "tests/integration/exposure/enforcement_bench.h"

namespace mtls::testing {
namespace {

// What every set-up has in its directory: server.pem (with its intermediate) and server.key for
// api.test, the clients' CAs, and a client of each.
struct World {
  Minted root = authority("CN=Devices Root,O=Example");
  Minted issuing = authority("CN=Devices Issuing CA,O=Example", &root);
  Minted next_root = authority("CN=Devices Root 2,O=Example");
  Minted partner = authority("CN=Partner CA,O=Partner");
  Minted web_root = authority("CN=Web Root,O=Example");
  Minted web_issuing = authority("CN=Web Issuing CA,O=Example", &web_root);
  Minted server = make(mintable_server(), {});
  Minted client = leaf(&root, named("O=Example,CN=device-17"));
  Minted deep_client = leaf(&issuing, named("O=Example,CN=device-18"));
  Minted partner_client = leaf(&partner, named("CN=shop,O=Partner"));

 private:
  static Twist named(const std::string& subject) {
    return [subject](CertificateSpec& spec) { spec.subject = subject; };
  }
  CertificateSpec mintable_server() const {
    CertificateSpec spec;
    spec.subject = "CN=api.test";
    spec.issuer = &web_issuing;
    spec.ca = false;
    spec.key_usage = "critical,digitalSignature";
    spec.extended_key_usage = "serverAuth";
    spec.dns_names = {"api.test", "partner.test", "*.api.test"};
    return spec;
  }
};

enum class Who { kClient, kDeepClient, kPartner };

struct Setup {
  std::string_view name;
  // @HTTPS, @HTTP and @BACKEND are ports of 127.0.0.1.
  std::string_view http;
  std::string_view stream = "";
  std::map<std::string, std::string> files = {};
  Who who = Who::kClient;
  std::string_view sni = "api.test";
};

std::vector<Setup> setups(const World& world) {
  const std::map<std::string, std::string> one_ca{{"clients.pem", pem({&world.root})}};
  return {
      {.name = "an API for clients of one private CA; port 80 only redirects",
       .http = R"(server { listen 127.0.0.1:@HTTP; server_name api.test;
                           return 301 https://$host$request_uri; }
                  server { listen 127.0.0.1:@HTTPS ssl; server_name api.test;
                           ssl_client_certificate clients.pem; ssl_verify_client on;
                           location / { proxy_pass http://127.0.0.1:@BACKEND; } })",
       .files = one_ca},
      {.name = "an origin behind a CDN that shows a certificate; other names are cut off",
       .http = R"(server { listen 127.0.0.1:@HTTPS ssl default_server; server_name _;
                           ssl_reject_handshake on; }
                  server { listen 127.0.0.1:@HTTPS ssl http2; server_name api.test *.api.test;
                           ssl_client_certificate clients.pem; ssl_verify_client on;
                           location / { proxy_pass http://127.0.0.1:@BACKEND; } })",
       .files = one_ca},
      {.name = "a root and an issuing CA with their CRLs",
       .http = R"(server { listen 127.0.0.1:@HTTPS ssl; server_name api.test;
                           ssl_client_certificate clients.pem; ssl_crl crls.pem;
                           ssl_verify_client on; ssl_verify_depth 2;
                           location / { proxy_pass http://127.0.0.1:@BACKEND; } })",
       .files = {{"clients.pem", pem({&world.issuing, &world.root})},
                 {"crls.pem", mint_crl(crl_of(world.root)) + mint_crl(crl_of(world.issuing))}},
       .who = Who::kDeepClient},
      {.name = "a home server: optional, and 403 for everybody who is not verified",
       .http = R"(map $http_upgrade $connection_upgrade { default upgrade; '' close; }
                  server { listen 127.0.0.1:@HTTPS ssl; server_name api.test;
                           ssl_client_certificate clients.pem; ssl_verify_client optional;
                           if ($ssl_client_verify != SUCCESS) { return 403; }
                           location / { proxy_pass http://127.0.0.1:@BACKEND;
                             proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;
                             proxy_set_header Connection $connection_upgrade;
                             proxy_set_header Host $host; } })",
       .files = one_ca},
      {.name = "a backend that is told who came",
       .http = R"(server { listen 127.0.0.1:@HTTPS ssl; server_name api.test;
                           ssl_client_certificate clients.pem; ssl_verify_client on;
                           location / { proxy_pass http://127.0.0.1:@BACKEND;
                             proxy_set_header X-SSL-Client-Verify $ssl_client_verify;
                             proxy_set_header X-SSL-Client-S-DN $ssl_client_s_dn;
                             proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert; } })",
       .files = one_ca},
      {.name = "two tenants on one address, each with its own CA; nobody comes without a name",
       .http = R"(server { listen 127.0.0.1:@HTTPS ssl default_server; ssl_reject_handshake on; }
                  server { listen 127.0.0.1:@HTTPS ssl; server_name api.test;
                           ssl_client_certificate clients.pem; ssl_verify_client on;
                           location / { proxy_pass http://127.0.0.1:@BACKEND; } }
                  server { listen 127.0.0.1:@HTTPS ssl; server_name partner.test;
                           ssl_client_certificate partner.pem; ssl_verify_client on;
                           location / { proxy_pass http://127.0.0.1:@BACKEND; } })",
       .files = {{"clients.pem", pem({&world.root})}, {"partner.pem", pem({&world.partner})}},
       .who = Who::kPartner,
       .sni = "partner.test"},
      {.name = "an allow list of subjects in a map",
       .http = R"(map $ssl_client_s_dn $is_known { default 0; "CN=device-17,O=Example" 1;
                                                   "~^CN=gateway-[0-9]+,O=Example$" 1; }
                  server { listen 127.0.0.1:@HTTPS ssl; server_name api.test;
                           ssl_client_certificate clients.pem; ssl_verify_client on;
                           if ($is_known = 0) { return 403; }
                           location / { proxy_pass http://127.0.0.1:@BACKEND; } })",
       .files = one_ca},
      {.name = "an exchange of CAs under way: both roots in the bundle",
       .http = R"(server { listen 127.0.0.1:@HTTPS ssl; server_name api.test;
                           ssl_client_certificate clients.pem; ssl_verify_client on;
                           ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:SSL:10m;
                           ssl_session_timeout 10m;
                           error_page 495 496 /refused.html;
                           location = /refused.html { internal; root pages; }
                           location / { proxy_pass http://127.0.0.1:@BACKEND; } })",
       .files = {{"clients.pem", pem({&world.root, &world.next_root})},
                 {"pages/refused.html", "No certificate, no service."}}},
      {.name = "a registry behind certificates; its other paths do not exist",
       .http = R"(server { listen 127.0.0.1:@HTTPS ssl; server_name api.test;
                           client_max_body_size 0; chunked_transfer_encoding on;
                           ssl_client_certificate clients.pem; ssl_verify_client on;
                           location /v2/ { proxy_pass http://127.0.0.1:@BACKEND;
                                           proxy_read_timeout 900; }
                           location / { return 404; } })",
       .files = one_ca},
      {.name = "MQTT over stream for devices",
       .http = "",
       .stream = R"(server { listen 127.0.0.1:@HTTPS ssl; ssl_client_certificate clients.pem;
                             ssl_verify_client on; ssl_session_cache shared:MQTT:5m;
                             proxy_pass 127.0.0.1:@BACKEND; })",
       .files = one_ca},
  };
}

class SetupBench {
 public:
  SetupBench(const World& world, const Setup& setup) {
    directory_.write("server.pem", pem({&world.server, &world.web_issuing}));
    directory_.write("server.key", world.server.key_pem);
    for (const auto& [file, text] : setup.files) directory_.write(file, text);
    const Minted& client = of(world, setup.who);
    directory_.write("client.pem", client.certificate_pem);
    std::string conf;
    if (!setup.stream.empty()) {
      conf = load_module("stream") +
             "stream { ssl_certificate server.pem; ssl_certificate_key "
             "server.key; " +
             std::string(setup.stream) + "}\n";
    }
    conf += nginx_http_conf(
        "ssl_certificate server.pem; ssl_certificate_key server.key;\n"
        "server { listen 127.0.0.1:@BACKEND; location / { return 200 \"content A\"; } }\n" +
        std::string(setup.http));
    directory_.write("nginx.conf", with_ports(conf));
    policy_.nginx_conf = directory_.path("nginx.conf");
    policy_.build = build_under_test();
    policy_.canaries = {{.name = "client",
                         .certificate = directory_.path("client.pem"),
                         .servers = {std::string(setup.sni)}}};
    if (!setup.stream.empty()) policy_.canaries.front().servers.clear();
  }

  const TempDir& directory() const { return directory_; }

  std::shared_ptr<const audit::Snapshot> evaluate() {
    return audit::build(
        {.policy = policy_, .disk = disk_, .now = now(), .previous = nullptr, .changes = {}});
  }

  std::string gets(const Setup& setup, const Minted* client) const {
    TlsRequest wanted{.port = https_, .host = std::string(setup.sni), .path = "/v2/x"};
    if (setup.stream.empty()) wanted.sni = setup.sni;
    if (client != nullptr) {
      wanted.client_chain_pem = client->certificate_pem;
      wanted.client_key_pem = client->key_pem;
    }
    return content_in(request(wanted).body);
  }

  static const Minted& of(const World& world, Who who) {
    if (who == Who::kDeepClient) return world.deep_client;
    return who == Who::kPartner ? world.partner_client : world.client;
  }

 private:
  std::string with_ports(std::string text) const {
    const std::map<std::string, std::uint16_t> ports{
        {"@HTTPS", https_}, {"@HTTP", http_}, {"@BACKEND", backend_}};
    for (const auto& [name, port] : ports | std::views::reverse) {
      for (std::size_t at; (at = text.find(name)) != std::string::npos;) {
        text.replace(at, name.size(), std::to_string(port));
      }
    }
    return text;
  }

  const TempDir directory_;
  const std::uint16_t https_ = free_port();
  const std::uint16_t http_ = free_port();
  const std::uint16_t backend_ = free_port();
  daemon::system::Disk disk_;
  audit::Policy policy_;
};

}  // namespace

TEST_CASE("sound: ten set-ups that are right give no warning and no critical finding") {
  if (!NginxRunner::available() || modules_are_missing()) {
    WARN("skipped: there is no " << nginx_under_test() << " with stream");
    return;
  }
  const World world;
  const std::vector<Setup> all = setups(world);
  REQUIRE(all.size() == 10);
  for (const Setup& setup : all) {
    INFO(setup.name);
    SetupBench bench(world, setup);
    const NginxRunner nginx(bench.directory());
    CHECK(bench.gets(setup, &SetupBench::of(world, setup.who)) == "A");
    CHECK(bench.gets(setup, nullptr).empty());
    const auto snapshot = bench.evaluate();
    CHECK(snapshot->nginx_errors().empty());
    std::size_t accepted = 0;
    for (const auto& server : snapshot->servers) {
      for (const audit::Verdict& verdict : server->verdicts) accepted += verdict.accepted ? 1 : 0;
    }
    CHECK(accepted == 1);
    for (const audit::Finding& finding : snapshot->findings) {
      const audit::rules::Rule& rule = audit::rules::rule_of(finding.kind);
      INFO(rule.id << ": " << finding.detail);
      CHECK(rule.severity == audit::Severity::kInfo);
    }
  }
}

}  // namespace mtls::testing
