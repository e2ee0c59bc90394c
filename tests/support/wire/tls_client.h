// One HTTPS request to a loopback address with any client certificate, however weak or wrong; the
// test judges what the server makes of it. Accepts any server certificate. OpenSSL stays in
// tls_client.cc.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct ssl_session_st;

namespace mtls::testing {

struct TlsRequest {
  std::uint16_t port = 0;
  std::optional<std::string> sni = {};  // nullopt: no server_name extension
  std::string host = "localhost";
  std::string path = "/";
  std::string method = "GET";
  // The leaf, then the certificates sent with it; "": none.
  std::string client_chain_pem = {};
  std::string client_key_pem = {};              // of the leaf
  std::shared_ptr<ssl_session_st> resume = {};  // TlsAnswer::session of an earlier request
  std::string address = "127.0.0.1";
  // "": OpenSSL's default; otherwise TLS 1.2 is the highest version.
  std::string tls12_ciphers = {};
  bool takes_tickets = true;  // of TLS 1.2
};

struct TlsAnswer {
  int status = 0;                              // 0: no HTTP response
  std::map<std::string, std::string> headers;  // names in lower case; the last one of a name
  // Up to the end of the connection; chunks are not joined.
  std::string body;
  // Of the CertificateRequest: RFC 2253, in the order sent.
  std::vector<std::string> ca_names;
  bool resumed = false;
  std::shared_ptr<ssl_session_st> session;
  // Of the connection, the handshake or a TLS record, in OpenSSL's words; "": none.
  std::string error;
};

/// Each read and write waits at most 5 s. Throws std::runtime_error when the PEM texts are
/// unusable, which is a bug of the test. The process ignores SIGPIPE from the first call on.
TlsAnswer request(const TlsRequest& request);

}  // namespace mtls::testing
