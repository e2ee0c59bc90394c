// One TLS connection to 127.0.0.1 that stays open for many requests, with the client's certificate,
// versions, suites and curves of choice. Judges nothing, the server's certificate included. OpenSSL
// stays in tls_connection.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/wire/http_client.h"

namespace mtls::testing {

struct TlsClient {
  std::string certificate_pem = {};  // "" = none is sent
  std::string key_pem = {};
  int lowest = 0;  // TLS1_2_VERSION, …; 0 = whatever OpenSSL has
  int highest = 0;
  std::string ciphers = {};  // up to TLS 1.2, OpenSSL's names; "" = its own choice
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

  /// The handshake of this side is over; in TLS 1.3 the server may still refuse the certificate.
  bool connected() const;
  /// Why not, or what ended the connection later, in OpenSSL's words; "" = nothing did.
  const std::string& error() const;

  /// `bytes` sent, one answer back; status 0: none came. A body must have a length.
  HttpAnswer ask(std::string_view bytes);

  std::string server_subject() const;  // RFC 2253
  std::string version() const;         // `TLSv1.3`
  std::string cipher() const;          // `ECDHE-RSA-AES128-GCM-SHA256`
  bool offers_resumption() const;      // by a session or ticket that came so far
  /// Asks for another handshake on a connection of TLS 1.2; false: refused.
  bool renegotiate();

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

}  // namespace mtls::testing
