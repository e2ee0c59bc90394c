// A PKI, the servers that trust parts of it and the clients that connect, before any of it is
// minted: plain values that can be made at random, taken apart and printed. Knows neither OpenSSL
// nor nginx. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mtls::testing {

inline constexpr std::size_t kNone = static_cast<std::size_t>(-1);  // an index that is absent

struct PkiCertificate {
  std::string subject;
  std::size_t issuer = kNone;            // index of an earlier certificate; kNone: self-signed
  std::size_t key_of = kNone;            // index of an earlier certificate with the same key
  std::vector<std::string> quirks = {};  // words of random_pki_minting.h
};

struct PkiCrl {
  std::size_t issuer = 0;  // index of a certificate, for its subject and key
  std::vector<std::size_t> revoked = {};
  std::string state = "fresh";  // fresh, stale, early, endless
};

/// One block of a file, or bytes between blocks.
struct PkiItem {
  std::string form;  // a word of random_pki_minting.h
  std::size_t certificate = kNone;
  std::size_t crl = kNone;
};

struct PkiServer {
  std::string name;      // server_name, SNI and Host
  std::size_t port = 0;  // the first server of a port is its default server
  bool has_certificate = true;
  bool rejects_handshake = false;
  // The certificate that the server presents; kNone: the ordinary one.
  std::size_t identity = kNone;
  std::string mode = "on";
  int depth = -1;              // -1: no ssl_verify_depth
  int security_level = -1;     // -1: no ssl_ciphers
  std::size_t client = kNone;  // index of a file, like the members below
  std::size_t trusted = kNone;
  std::size_t crl = kNone;
};

struct PkiClient {
  std::string name;
  std::size_t leaf = 0;
  std::vector<std::size_t> sent = {};  // sent after the leaf
};

struct PkiCase {
  std::vector<PkiCertificate> certificates;
  std::vector<PkiCrl> crls;
  std::vector<std::vector<PkiItem>> files;
  std::vector<PkiServer> servers;
  std::vector<PkiClient> clients;
};

}  // namespace mtls::testing
