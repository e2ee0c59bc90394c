// What one SSL_CTX of nginx judges clients with: the trust store, the CA names it sends and the
// CRLs, and the files they come from (R3.2, R3.4, R4.3). Pure.
#pragma once

#include <vector>

#include "audit/material_view.h"
#include "audit/snapshot.h"
#include "config/nginx_build.h"
#include "pki/openssl_release.h"

namespace mtls::audit::trust {

/// nginx's library default on Debian and in OpenSSL >= 3.2 (R3.14).
inline constexpr int kDefaultSecurityLevel = 2;

struct TrustContent {
  std::vector<pki::Certificate>
      store;  // in loading order: ssl_client_certificate, ssl_trusted_certificate, ssl_crl
  std::vector<StoreFile> files;  // where `store` comes from, in its order
  std::vector<pki::Certificate>
      announced;  // whose subjects go into the CertificateRequest, duplicates kept
  std::vector<pki::Certificate> extra;  // trusted though not in ssl_client_certificate, each once
  std::size_t issuing =
      0;  // how many of `store`, from its front, stand where clients' CAs are meant to
  std::vector<pki::RevocationList> revocation_lists;
  bool check_crls = false;
  std::string crl_path;    // with check_crls: the file that ssl_crl names
  bool requested = false;  // a client certificate is asked for
  bool demanded = false;   // and a handshake without one fails (R3.6, VerifyMode Require)
  // A file that nginx can read and this program cannot: what the CAs are is then not known, nor,
  // for ssl_crl, who is revoked. "": there is none. Without CAs `store` is empty.
  std::string unread;
  bool is_open = false;  // more can be in the store: what a directory or URI holds then (R3.6)
  // A file with something that nginx's OpenSSL reads and ours does not (pki::UnreadBlock); "":
  // none.
  std::string unread_path = {};
  pki::OpensslRelease openssl = {};  // of the nginx that judges
};

/// `server` is the block whose SSL_CTX judges (ResolvedConfig::tls_owner). Of a broken file the
/// blocks that parse count.
TrustContent trust_content(const MaterialView& material, const config::TlsContext& server,
                           const config::NginxBuild& build);

/// The files that nginx opens for this block. With ssl_verify_client off these are only
/// ssl_trusted_certificate and ssl_crl, and only in http (R2.19).
struct TrustPaths {
  const std::string* client = nullptr;
  const std::string* trusted = nullptr;
  const std::string* crl = nullptr;
};
TrustPaths trust_paths(const config::TlsContext& server, const config::NginxBuild& build);

}  // namespace mtls::audit::trust
