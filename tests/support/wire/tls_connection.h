// One TLS connection to 127.0.0.1 for many requests, with a chosen client certificate, versions,
// cipher suites and curves. Verifies nothing, not even the server's certificate. OpenSSL stays in
// tls_connection.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/wire/http_client.h"

namespace mtls::testing {

struct TlsClient {
  std::string certificate_pem = {};  // "": none is sent
  std::string key_pem = {};
  int lowest = 0;  // TLS1_2_VERSION, …; 0: OpenSSL's default
  int highest = 0;
  std::string ciphers = {};  // up to TLS 1.2, by OpenSSL's names; "": OpenSSL's default
  std::string curves = {};
};

class TlsConnection {
 public:
  /// Connects and shakes hands; each step waits 10 s at most. Throws std::runtime_error if the PEM
  /// texts or names are invalid, a bug of the test.
  explicit TlsConnection(std::uint16_t port, const TlsClient& client = {});
  ~TlsConnection();
  TlsConnection(TlsConnection&&) noexcept;
  TlsConnection(const TlsConnection&) = delete;
  TlsConnection& operator=(const TlsConnection&) = delete;
  TlsConnection& operator=(TlsConnection&&) = delete;

  /// Whether this side's handshake is complete. In TLS 1.3 the server may still refuse the
  /// certificate.
  bool connected() const;
  /// Why it is not connected, or what ended the connection later, in OpenSSL's words; "": nothing
  /// did.
  const std::string& error() const;

  /// Sends `bytes` and reads one answer. Status 0: none came. A body must have a length.
  HttpAnswer ask(std::string_view bytes);

  std::string server_subject() const;  // RFC 2253
  std::string version() const;         // `TLSv1.3`
  std::string cipher() const;          // `ECDHE-RSA-AES128-GCM-SHA256`
  bool offers_resumption() const;      // by a session or ticket received so far
  /// Asks for another handshake on a connection with TLS 1.2. false: refused.
  bool renegotiate();

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

}  // namespace mtls::testing
