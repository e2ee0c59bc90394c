// Inheritance against real nginx: what a server or a location takes from the blocks around it. It
// shows in the CA names that it sends, in its verdicts, and in what its backends accept.
#include <catch2/catch.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "config/include.h"
#include "config/nginx_build.h"
#include "config/resolve.h"
#include "daemon/system/disk.h"
#include "tests/integration/build_under_test.h"
#include "tests/integration/config/nginx_modules.h"
#include "tests/support/wire/http_client.h"

namespace mtls::testing {
namespace {

using config::SpeaksTls;
using config::UpstreamTlsContext;
using config::VerifyClient;
using Names = std::vector<std::string>;

/// Two CAs, a client of the first one, and a certificate for backend.test.
class Site {
 public:
  Site() {
    directory_.write("a.pem", ca_a_.certificate_pem);
    directory_.write("b.pem", ca_b_.certificate_pem);
    directory_.write("server.pem", backend_.certificate_pem);
    directory_.write("server.key", backend_.key_pem);
    directory_.write("client.pem", client_.certificate_pem);
    directory_.write("client.key", client_.key_pem);
  }

  const Minted& client() const { return client_; }
  void start(const std::string& conf) {
    directory_.write("nginx.conf", conf);
    nginx_.emplace(directory_);
  }
  NginxTest test(const std::string& conf) const {
    directory_.write("nginx.conf", conf);
    return NginxRunner::test(directory_);
  }
  config::ResolvedConfig resolved() {
    const std::string path = directory_.path("nginx.conf");
    const config::syntax::Document document = config::load_document(disk_, path);
    REQUIRE(document.diagnostics.empty());
    return config::resolve(document, path, testing::build_under_test());
  }
  /// `a` stands for DIR/a.pem, "" for no file.
  std::string short_name(const std::optional<config::FileRef>& file) const {
    const auto* path = file ? std::get_if<config::StaticPath>(&*file) : nullptr;
    if (path == nullptr) return "";
    const std::size_t begin = directory_.path().size() + 1;
    return path->path.substr(begin, path->path.find('.', begin) - begin);
  }

 private:
  const TempDir directory_;
  daemon::system::Disk disk_;
  Minted ca_a_ = authority("CN=A");
  Minted ca_b_ = authority("CN=B");
  Minted client_ = leaf(&ca_a_);
  Minted backend_ = leaf(&ca_a_, [](CertificateSpec& spec) {
    spec.extended_key_usage = "serverAuth";
    spec.dns_names = {"backend.test"};
  });
  std::optional<NginxRunner> nginx_;
};

struct ServerCase {
  std::string outer;  // directives of the http, stream or mail block
  std::string inner;  // of the server
};

const std::vector<ServerCase>& server_cases() {
  static const std::vector<ServerCase> kCases{
      {"ssl_verify_client on; ssl_client_certificate a.pem;", ""},
      {"ssl_verify_client on; ssl_client_certificate a.pem;", "ssl_client_certificate b.pem;"},
      {"ssl_verify_client on; ssl_client_certificate a.pem;", "ssl_verify_client off;"},
      {"ssl_verify_client optional_no_ca; ssl_client_certificate a.pem;",
       "ssl_client_certificate '';"},
      {"ssl_client_certificate a.pem; ssl_verify_client OFF;", "ssl_verify_client ON;"},
      {"ssl_trusted_certificate a.pem;", "ssl_verify_client on; ssl_client_certificate b.pem;"},
      {"ssl_trusted_certificate a.pem;",
       "ssl_verify_client on; ssl_client_certificate b.pem; ssl_trusted_certificate '';"},
      {"ssl_verify_client optional_no_ca; ssl_conf_command ClientCAFile b.pem;", ""},
      {"ssl_verify_client optional_no_ca; ssl_conf_command ClientCAFile b.pem;",
       "ssl_conf_command Options PrioritizeChaCha;"},
      {"ssl_verify_depth 0; ssl_verify_client on; ssl_client_certificate a.pem;", "ssl_crl '';"},
  };
  return kCases;
}

const std::string kCertificate = "ssl_certificate server.pem; ssl_certificate_key server.key; ";

std::string module_conf(const std::string& module, const ServerCase& c, std::uint16_t port) {
  const std::string listen = "listen 127.0.0.1:" + std::to_string(port) + " ssl; ";
  const std::string server = "server { " + listen + c.inner + " ";
  if (module == "http") {
    return nginx_http_conf(c.outer + kCertificate + server +
                           "location / { return 200 $ssl_client_verify; } }");
  }
  const std::string head = load_module(module) + "worker_processes 1;\nevents { }\n" + module +
                           " { " + c.outer + kCertificate;
  if (module == "stream") {
    return head + server + "return \"HTTP/1.1 200 OK\\r\\n\\r\\n$ssl_client_verify\"; } }\n";
  }
  return head + "auth_http 127.0.0.1:9; max_errors 1; " + server + "protocol imap; } }\n";
}

// The CA names that we predict for the CertificateRequest (R3.4, R3.6).
Names foreseen_names(const Site& site, const config::TlsContext& server) {
  if (server.verify_client.value == VerifyClient::kOff) return {};
  const std::string file = site.short_name(server.client_certificate.value);
  if (file == "a") return {"CN=A"};
  if (file == "b") return {"CN=B"};
  return server.overrides.name_files.empty() ? Names{} : Names{"CN=B"};
}

// The verdict on the client of CA A.
std::string foreseen_verdict(const Site& site, const config::TlsContext& server) {
  if (server.verify_client.value == VerifyClient::kOff) return "NONE";
  const bool trusts_a = site.short_name(server.client_certificate.value) == "a" ||
                        site.short_name(server.trusted_certificate.value) == "a";
  if (trusts_a) return "SUCCESS";
  const bool is_lenient = server.verify_client.value == VerifyClient::kOptionalNoCa;
  return is_lenient ? "FAILED:unable to verify the first certificate" : "refused";
}

std::string observed_verdict(const TlsAnswer& answer) {
  return answer.status == 200 ? answer.body : "refused";
}

void check_servers(const std::string& module) {
  for (const ServerCase& c : server_cases()) {
    INFO(module << " { " << c.outer << " server { " << c.inner << " } }");
    Site site;
    const std::uint16_t port = free_port();
    site.start(module_conf(module, c, port));
    const config::ResolvedConfig resolved = site.resolved();
    REQUIRE(resolved.servers.size() == 1);
    const TlsAnswer answer = request({.port = port,
                                      .client_chain_pem = site.client().certificate_pem,
                                      .client_key_pem = site.client().key_pem});
    CHECK(answer.ca_names == foreseen_names(site, resolved.servers[0]));
    if (module == "mail") continue;  // the greeting of mail tells no verdict
    CHECK(observed_verdict(answer) == foreseen_verdict(site, resolved.servers[0]));
  }
}

}  // namespace

TEST_CASE("merge: a http server replaces, inherits and cancels as predicted") {
  if (nginx_is_missing()) return;
  check_servers("http");
}

TEST_CASE("merge: a stream server replaces, inherits and cancels as predicted") {
  if (modules_are_missing()) return;
  check_servers("stream");
}

TEST_CASE("merge: a mail server replaces, inherits and cancels as predicted") {
  if (modules_are_missing()) return;
  check_servers("mail");
}

namespace {

/// A plain front on one port, whose locations reach a TLS backend on another port.
struct Ports {
  std::uint16_t front = free_port();
  std::uint16_t backend = free_port();
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

// In `http` and `server`, `BACKEND` stands for the backend's address.
std::string proxy_conf(const Ports& ports, const std::string& http, const std::string& server) {
  const std::string backend = "127.0.0.1:" + std::to_string(ports.backend);
  return replaced(nginx_http_conf("server { listen " + backend + " ssl; " + kCertificate +
                                  "ssl_verify_client optional; ssl_client_certificate a.pem; "
                                  "location / { return 200 $ssl_client_verify; } }\n" +
                                  http + "server { listen 127.0.0.1:" +
                                  std::to_string(ports.front) + "; " + server + " }"),
                  "BACKEND", backend);
}

// What R2.61 to R2.65 predict for a backend whose certificate is from CA A for backend.test.
int foreseen_status(const Site& site, const UpstreamTlsContext& upstream) {
  if (!upstream.verify.value) return 200;
  const bool is_trusted = site.short_name(upstream.trusted_certificate.value) == "a";
  return is_trusted && upstream.checked_name == "backend.test" ? 200 : 502;
}

const UpstreamTlsContext& of_location(const config::ResolvedConfig& resolved,
                                      const std::string& location) {
  const auto found =
      std::find_if(resolved.upstreams.begin(), resolved.upstreams.end(),
                   [&](const UpstreamTlsContext& one) { return one.location == location; });
  REQUIRE(found != resolved.upstreams.end());
  return *found;
}

}  // namespace

TEST_CASE("merge: what a location checks of its backend comes from all levels around it") {
  if (nginx_is_missing()) return;
  const Ports ports;
  Site site;
  site.start(proxy_conf(
      ports, "proxy_ssl_session_reuse off; proxy_ssl_trusted_certificate a.pem; ",
      "proxy_ssl_name backend.test;\n"
      "location /off { proxy_pass https://BACKEND; }\n"
      "location /on { proxy_pass https://BACKEND; proxy_ssl_verify on;\n"
      " location /on/name { proxy_pass https://BACKEND; proxy_ssl_name other.test; }\n"
      " location /on/off { proxy_pass https://BACKEND; proxy_ssl_verify off; }\n"
      " location /on/ca { proxy_pass https://BACKEND; proxy_ssl_trusted_certificate b.pem;\n"
      "  location /on/ca/off { proxy_pass https://BACKEND; proxy_ssl_verify off; } }\n"
      " location /on/if { if ($arg_x) { proxy_pass https://BACKEND; } } }\n"
      "location /port { proxy_pass https://BACKEND; proxy_ssl_verify on;\n"
      " proxy_ssl_name backend.test:99; }\n"
      "location /host { proxy_pass https://BACKEND; proxy_ssl_verify on; proxy_ssl_name ''; }\n"
      "location /limit { proxy_ssl_verify on; proxy_ssl_name x.test;\n"
      " limit_except POST { proxy_pass https://BACKEND; } }\n"));
  const config::ResolvedConfig resolved = site.resolved();
  CHECK(resolved.upstreams.size() == 10);
  for (const UpstreamTlsContext& upstream : resolved.upstreams) {
    INFO(upstream.location);
    const std::string path = upstream.location + (upstream.location == "/on/if" ? "?x=1" : "");
    CHECK(get(ports.front, path).status == foreseen_status(site, upstream));
  }
  CHECK(get(ports.front, "/on").status == 200);
  CHECK(get(ports.front, "/on/name").status == 502);
  CHECK(get(ports.front, "/on/ca").status == 502);
  CHECK(get(ports.front, "/on/ca/off").status == 200);
  CHECK(get(ports.front, "/on/if?x=1").status == 200);
  CHECK(get(ports.front, "/limit").status == 502);
}

TEST_CASE("merge: with one peer and session reuse the first location decides for the second") {
  if (nginx_is_missing()) return;
  const Ports ports;
  Site site;
  site.start(proxy_conf(ports, "proxy_ssl_trusted_certificate a.pem; proxy_ssl_name backend.test; ",
                        "location /off { proxy_pass https://BACKEND; }\n"
                        "location /on { proxy_pass https://BACKEND; proxy_ssl_verify on; }\n"
                        "location /alone { proxy_pass https://BACKEND; proxy_ssl_verify on;\n"
                        " proxy_ssl_session_reuse off; }\n"));
  const config::ResolvedConfig resolved = site.resolved();
  CHECK(of_location(resolved, "/on").shares_sessions_with == 0);
  CHECK_FALSE(of_location(resolved, "/alone").shares_sessions_with);
  CHECK(get(ports.front, "/off").status == 200);
  CHECK(get(ports.front, "/on").status == 502);
  CHECK(get(ports.front, "/alone").status == 200);
}

TEST_CASE("merge: a stream server checks its backend when its own level says so") {
  if (modules_are_missing()) return;
  const Ports ports;
  const std::uint16_t plain = free_port();
  Site site;
  const std::string http = proxy_conf(ports, "", "return 204;");
  const std::string backend = "proxy_pass 127.0.0.1:" + std::to_string(ports.backend) + "; ";
  const auto listen = [](std::uint16_t port) {
    return "server { listen 127.0.0.1:" + std::to_string(port) + "; ";
  };
  const std::uint16_t wrong = free_port();
  const std::string stream =
      "stream { proxy_ssl on; proxy_ssl_verify on; proxy_ssl_trusted_certificate a.pem; "
      "proxy_ssl_session_reuse off; proxy_ssl_name backend.test;\n" +
      listen(plain) + backend + "}\n" + listen(wrong) + backend + "proxy_ssl_name x; } }\n";
  site.start(load_module("stream") + http + stream);
  const config::ResolvedConfig resolved = site.resolved();
  REQUIRE(resolved.upstreams.size() == 2);
  CHECK(foreseen_status(site, resolved.upstreams[0]) == 200);
  CHECK(get(plain, "/").status == 200);
  CHECK(foreseen_status(site, resolved.upstreams[1]) == 502);
  CHECK(get(wrong, "/").status == 0);  // the connection is closed
}

TEST_CASE(
    "merge: a map can name a certificate on both sides, set cannot name one for a handshake") {
  if (nginx_is_missing()) return;
  const Ports ports;
  const std::uint16_t mapped = free_port();
  const std::uint16_t unset = free_port();
  Site site;
  const auto listen = [](std::uint16_t port) {
    return "server { listen 127.0.0.1:" + std::to_string(port) + " ssl; ";
  };
  site.start(proxy_conf(
      ports,
      "map $server_port $c { default server.pem; } map $host $p { default client.pem; }\n" +
          listen(mapped) + "ssl_certificate $c; ssl_certificate_key server.key; return 204; }\n" +
          listen(unset) +
          "ssl_certificate $s; ssl_certificate_key server.key; set $s server.pem; return 204; }\n",
      "proxy_ssl_session_reuse off; proxy_ssl_certificate_key client.key;\n"
      "location /map { proxy_pass https://BACKEND; proxy_ssl_certificate $p; }\n"
      "location /set { proxy_pass https://BACKEND; proxy_ssl_certificate $q; set $q client.pem; }\n"
      "location /none { proxy_pass https://BACKEND; proxy_ssl_certificate $r; set $r ''; }\n"));
  const config::ResolvedConfig resolved = site.resolved();
  const auto followed = [](const std::optional<config::FileRef>& file) {
    return std::get<config::RuntimePath>(file.value()).followed.size();
  };
  CHECK(request({.port = mapped}).status == 204);
  CHECK(followed(resolved.servers[1].certificates.value[0]) == 1);
  CHECK(request({.port = unset}).status == 0);
  CHECK(followed(resolved.servers[2].certificates.value[0]) == 0);
  for (const auto& [path, verify] : std::vector<std::pair<std::string, std::string>>{
           {"/map", "SUCCESS"}, {"/set", "SUCCESS"}, {"/none", "NONE"}}) {
    INFO(path);
    CHECK(get(ports.front, path).body == verify);
    const bool has_file = followed(of_location(resolved, path).certificate.value) == 1;
    CHECK(has_file == (verify == "SUCCESS"));
  }
}

}  // namespace mtls::testing
