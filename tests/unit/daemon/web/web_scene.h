// A port with a web-config.yml: CAs, certificates and users in a TempDir, and a web server in this
// process that serves the test site by them.
#pragma once

#include <crypt.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/system/disk.h"
#include "daemon/web/auth/live_web_config.h"
#include "tests/daemon/exporter_fixture.h"
#include "tests/support/wire/tls_connection.h"
#include "tests/unit/daemon/web/test_site.h"

namespace mtls::daemon::testing {

using mtls::testing::TlsClient;
using mtls::testing::TlsConnection;

inline const std::string kScrape = "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n";

/// The hash of a bcrypt password, as cheap as there is.
inline std::string bcrypt_hash(const std::string& password) {
  crypt_data scratch{};
  return ::crypt_r(password.c_str(), "$2b$04$abcdefghijklmnopqrstuu", &scratch);
}

inline std::string users(const std::string& name, const std::string& password) {
  return "basic_auth_users:\n  " + name + ": " + bcrypt_hash(password) + "\n";
}

inline std::string base64(const std::string& text) {
  std::string out(text.size() * 2 + 4, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

inline TlsClient with_certificate(const Minted& minted) {
  return {.certificate_pem = minted.certificate_pem, .key_pem = minted.key_pem};
}

/// Valid now.
inline Minted mint_now(mtls::testing::CertificateSpec spec) {
  spec.not_before = now() - 24h;
  spec.not_after = now() + 24h;
  return mtls::testing::mint(spec);
}

inline mtls::testing::CertificateSpec named(const std::string& name) {
  mtls::testing::CertificateSpec spec;
  spec.subject = "CN=" + name;
  spec.dns_names = {name};
  return spec;
}

/// s.pem, s.key, ca.pem and whatever web-config.yml a test writes.
struct WebFiles {
  WebFiles() { write_pair("first.example"); }

  void write_pair(const std::string& name) const {
    const Minted pair = mint_now(named(name));
    dir.rename_over("s.pem", pair.certificate_pem);
    write_key(pair);
    dir.rename_over("ca.pem", ca.certificate_pem);
  }
  void write_key(const Minted& pair) const {
    ::chmod(dir.write("s.key.new", pair.key_pem).c_str(), 0600);
    run(dir, "mv s.key.new s.key");
  }
  std::string config(const std::string& text) const { return dir.rename_over("w.yml", text); }

  TempDir dir;
  Minted ca = authority("Scrapers");
  Minted scraper = client("prometheus", ca);
};

inline const std::string kPair = "tls_server_config:\n  cert_file: s.pem\n  key_file: s.key\n";

/// A client_auth_type of those that look at ca.pem.
inline std::string verifying(const std::string& type) {
  return kPair + "  client_ca_file: ca.pem\n  client_auth_type: " + type + "\n";
}

/// Serves by files.dir/w.yml from its construction on.
struct GuardedServer {
  explicit GuardedServer(const WebFiles& files, const web::WebOptions& options = {})
      : web(options, opened(disk, files.dir.path("w.yml"))) {}

  static std::unique_ptr<web::auth::LiveWebConfig> opened(system::Disk& disk,
                                                          const std::string& path) {
    auto config = web::auth::LiveWebConfig::open(disk, path);
    if (!config) throw std::runtime_error(config.error().message);
    return std::move(*config);
  }

  /// 200, another status, or 0 when there was no answer; on a connection of its own.
  int scrape(const TlsClient& client = {}) const {
    return TlsConnection(web.port, client).ask(kScrape).status;
  }

  system::Disk disk;
  mtls::testing::TestServer web;
};

}  // namespace mtls::daemon::testing
