// A TLS handshake as far as a client without a certificate has to go to see what a server shows:
// the CA names that it asks for, and its own certificate. Where it is asked for one it ends there,
// so that no server refuses it and logs that. The caller carries the bytes. Trusts everybody and
// verifies nothing. Pure but for the library's random numbers.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "pki/types.h"

namespace mtls::pki::ssl {

/// What the server showed.
struct Greeting {
  bool asks = false;               // it sent a CertificateRequest
  std::set<std::string> ca_names;  // of it: DistinguishedName::canonical
  Fingerprint leaf;                // of its own certificate

  bool operator==(const Greeting&) const = default;
};

class ClientHandshake {
 public:
  enum class State { kUnderWay, kDone, kFailed };

  /// `sni`: "": the client names no server. Offers every protocol and cipher that OpenSSL has.
  explicit ClientHandshake(const std::string& sni);
  ClientHandshake(const ClientHandshake&) = delete;
  ClientHandshake& operator=(const ClientHandshake&) = delete;
  ~ClientHandshake();

  /// Takes bytes of the server, "" at first, and goes as far as they allow.
  void take(std::string_view bytes);
  /// What the server has to be sent now; nothing once it is done.
  std::string to_send();
  State state() const;
  /// kDone: what was seen.
  const Greeting& greeting() const;
  /// kFailed: why, in OpenSSL's words.
  const std::string& failure() const;

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

}  // namespace mtls::pki::ssl
