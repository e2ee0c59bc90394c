// A web-config.yml with the files that it names, in a TempDir: certificates, keys, client CAs and
// users. Knows no server.
#pragma once

#include <crypt.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <string>

#include "tests/support/fresh_pki.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wire/tls_connection.h"

namespace mtls::testing {

/// A bcrypt hash of `password` at the lowest cost.
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

inline CertificateSpec named(const std::string& name) {
  CertificateSpec spec;
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
    run_in(dir, "mv s.key.new s.key");
  }
  std::string config(const std::string& text) const { return dir.rename_over("w.yml", text); }

  TempDir dir;
  Minted ca = authority("Scrapers");
  Minted scraper = client("prometheus", ca);
};

inline const std::string kPair = "tls_server_config:\n  cert_file: s.pem\n  key_file: s.key\n";

/// A TLS section with a client_auth_type that verifies against ca.pem.
inline std::string verifying(const std::string& type) {
  return kPair + "  client_ca_file: ca.pem\n  client_auth_type: " + type + "\n";
}

}  // namespace mtls::testing
