// Real nginx that tells the real daemon of its clients, over http and stream; clients of six CAs,
// two of one name, and what must be counted of them.
#pragma once

#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <array>
#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "tests/daemon/exporter_fixture.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/observer/snippet.h"
#include "tests/support/wire/tls_client.h"

namespace mtls::daemon::testing {

using mtls::testing::NginxRunner;

inline constexpr const char* kConnections = "nginx_mtls_observed_connections_total";
inline constexpr const char* kClients = "nginx_mtls_observed_clients";
inline constexpr const char* kPredictions = "nginx_mtls_predictions_total";
inline constexpr const char* kMatches = "nginx_mtls_loaded_trust_matches";
inline constexpr const char* kCoverage = "nginx_mtls_observer_coverage";
inline constexpr const char* kRejected = "nginx_mtls_observer_rejected_total";

/// The label `ca`: of the SubjectPublicKeyInfo, by OpenSSL's own functions.
inline std::string key_label(const Minted& ca) {
  const std::unique_ptr<BIO, int (*)(BIO*)> text(
      BIO_new_mem_buf(ca.certificate_pem.data(), static_cast<int>(ca.certificate_pem.size())),
      BIO_free);
  const std::unique_ptr<X509, void (*)(X509*)> x509(
      PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), X509_free);
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509.get()), &der);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(der, static_cast<std::size_t>(size), digest.data());
  OPENSSL_free(der);
  std::string label;
  for (std::size_t i = 0; i < 8; ++i) {
    constexpr const char* kDigits = "0123456789abcdef";
    label += kDigits[digest.at(i) >> 4U];
    label += kDigits[digest.at(i) & 15U];
  }
  return label;
}

/// Connections by server, CA key and outcome.
using Connections = std::map<std::tuple<std::string, std::string, std::string>, int>;

inline Connections connections_in(const Exporter& exporter) {
  Connections found;
  for (const Sample& sample :
       mtls::testing::find(mtls::testing::parse_metrics(exporter.scrape()), kConnections)) {
    if (sample.value > 0) {
      found[{sample.labels.at("server"), sample.labels.at("ca"), sample.labels.at("verify")}] =
          static_cast<int>(sample.value);
    }
  }
  return found;
}

inline std::string text(const Connections& connections) {
  std::string text;
  for (const auto& [what, count] : connections) {
    const auto& [server, ca, verify] = what;
    text += server + " " + ca + " " + verify + ": " + std::to_string(count) + "\n";
  }
  return text;
}

/// One kind of clients: those of one CA.
struct Issuer {
  Minted ca;
  std::string label;  // in the metrics
  bool is_trusted;    // by the server blocks
  std::vector<Minted> clients;
};

class ObservedBench {
 public:
  explicit ObservedBench(int clients = 4) {
    write_server_certificate(dir);
    add("Same", true, clients);
    add("Same", true, clients);
    add("C", true, clients);
    add("D", true, clients);
    add("E", false, clients);
    add("F", false, clients);
    issuers.back().label = "other";  // in no file
    std::string trusted;
    for (const Issuer& issuer : issuers)
      if (issuer.is_trusted) trusted += issuer.ca.certificate_pem;
    dir.write("ca.pem", trusted);
    dir.write("e.pem", issuers[4].ca.certificate_pem);
    dir.write("settings.yml", "observer: {socket: '" + dir.path("clients.sock") + "', state: '" +
                                  dir.path("clients.db") + "'}\n");
    for (const char* name : {"http", "line", "stream"})
      dir.write(std::string(name) + ".conf",
                mtls::testing::observer_snippet(name, dir.path("clients.sock")));
    write_conf("include http.conf;");
  }

  static std::string asks(const std::string& ca) {
    return "ssl_certificate server.pem; ssl_certificate_key server.key; ssl_client_certificate " +
           ca + "; ssl_verify_client on; ";
  }
  void write_conf(const std::string& http_level, const std::string& server_level = "") const {
    const auto http = [&](const std::string& name, const std::string& ca, const std::string& more) {
      return "server { listen 127.0.0.1:" + std::to_string(http_) + " ssl; server_name " + name +
             "; " + asks(ca) + more + " location / { return 200 ok; } }\n";
    };
    dir.rename_over(
        "nginx.conf",
        mtls::testing::load_module("stream") + "worker_processes 2;\nevents {}\nhttp {" +
            std::string(mtls::testing::kNginxHttpPaths) + "ssl_session_cache shared:H:1m;\n" +
            http_level + http("a.example", "ca.pem", server_level) +
            http("e.example", "e.pem", "") + "}\nstream { ssl_session_cache shared:S:1m; include " +
            "stream.conf; server { listen " + stream_address() + " ssl; " + asks("ca.pem") +
            "return \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"; } }\n");
  }

  std::string http_address() const { return "127.0.0.1:" + std::to_string(http_); }
  std::string stream_address() const { return "127.0.0.1:" + std::to_string(stream_); }
  std::vector<std::string> flags() const { return {"--config.file", dir.path("settings.yml")}; }

  /// nullptr: without a certificate.
  mtls::testing::TlsAnswer connect(bool is_stream, const Minted* own, bool is_tls12,
                                   const mtls::testing::TlsAnswer* before = nullptr) const {
    mtls::testing::TlsRequest request{
        .port = is_stream ? stream_ : http_, .sni = "a.example", .host = "a.example"};
    if (own != nullptr) {
      request.client_chain_pem = own->certificate_pem;
      request.client_key_pem = own->key_pem;
    }
    if (is_tls12) request.tls12_ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    if (before != nullptr) request.resume = before->session;
    return mtls::testing::request(request);
  }

  TempDir dir;
  std::vector<Issuer> issuers;

 private:
  void add(const std::string& name, bool is_trusted, int clients) {
    Issuer issuer{.ca = authority(name), .label = {}, .is_trusted = is_trusted, .clients = {}};
    issuer.label = key_label(issuer.ca);
    for (int i = 0; i < clients; ++i)
      issuer.clients.push_back(client("secret name " + std::to_string(i), issuer.ca));
    issuers.push_back(std::move(issuer));
  }

  std::uint16_t http_ = mtls::testing::free_port();
  std::uint16_t stream_ = mtls::testing::free_port();
};

inline bool observer_can_run() {
  struct stat facts{};
  const bool can = NginxRunner::available() &&
                   ::stat(mtls::testing::nginx_module("stream").c_str(), &facts) == 0;
  if (!can) WARN("skipped: there is no nginx with stream");
  return can;
}

}  // namespace mtls::daemon::testing
