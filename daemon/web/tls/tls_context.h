// The TLS side of the HTTP server: one immutable SSL_CTX, made from web-config.yml and the bytes of
// the files it names. Opens no file and knows no socket. Web thread only after it was made.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "base/filesystem.h"
#include "base/owned.h"
#include "base/result.h"
#include "daemon/web/settings/web_config.h"

namespace mtls::daemon::web::tls {

/// PEM; wiped from memory with the object.
struct TlsMaterial {
  base::FileBytes certificate;
  base::FileBytes key;
  base::FileBytes client_ca;  // empty: none is set
};

class TlsContext {
 public:
  /// TLS 1.2 and 1.3; no renegotiation, no compression and no resumption, so that a client that is
  /// no longer allowed is kept out from its next connection on. kParse: which file cannot be used,
  /// and why; never a byte of it.
  static base::Result<std::shared_ptr<TlsContext>> make(const settings::TlsSettings& settings,
                                                        const TlsMaterial& material);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  SSL_CTX* get() { return context_.get(); }

 private:
  explicit TlsContext(const settings::TlsSettings& settings);
  static int check_client(X509_STORE_CTX* store, void* self) noexcept;

  bool verifies_chain_;
  std::vector<std::string> allowed_sans_;
  base::Owned<SSL_CTX, SSL_CTX_free> context_;
};

}  // namespace mtls::daemon::web::tls
