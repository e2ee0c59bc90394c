// What the TLS clients of the tests share: OpenSSL's objects, one kind of context, a way to say
// what went wrong. Judges no certificate. For their .cc files only.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "base/owned.h"
#include "daemon/system/file_descriptor.h"

namespace mtls::testing {

using SslContext = base::Owned<SSL_CTX, SSL_CTX_free>;
using Ssl = base::Owned<SSL, SSL_free>;
using Certificate = base::Owned<X509, X509_free>;

/// Verifies nothing; has security level 0, so that weak keys and old versions can be tried; accepts
/// an end without close_notify. The process ignores SIGPIPE from the first call on.
SslContext client_context();

/// Sends exactly these certificates, leaf first, and none that OpenSSL finds in a store. Throws
/// std::runtime_error when the texts are unusable, which is a bug of the test.
void use_client_chain(SSL* ssl, const std::string& chain_pem, const std::string& key_pem);

/// Why the call that just returned `returned` failed: `timed out`, `connection closed`, or the
/// words of errno or OpenSSL. Leaves the error queue empty.
std::string error_text(const SSL* ssl, int returned);

std::string rfc2253(const X509_NAME* name);

struct Endpoint {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::chrono::seconds timeout{10};  // of each send and receive
};

/// None: errno tells why.
daemon::system::FileDescriptor connect_to(const Endpoint& endpoint);

}  // namespace mtls::testing
