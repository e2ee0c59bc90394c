// The public keys of certificates, read by OpenSSL's own decoders, which are kept for the next key:
// what d2i_X509() takes 0.1 ms for is setting them up anew for each certificate. Private to the
// floor. Pure.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <map>
#include <memory>

#include "base/owned.h"

namespace mtls::pki {

using OwnedKey = base::Owned<EVP_PKEY, EVP_PKEY_free>;

/// For the certificates of one file. Some keys are made to take long: an elliptic curve of one's
/// own whose points are compressed keeps OpenSSL 3.0 busy for 250 ms (a square root modulo a prime
/// p with p - 1 a multiple of 2^649). A file may cost about a second so, then the others of this
/// kind are not read: they look like a key that OpenSSL does not know, worse than they are.
class KeyReader {
 public:
  KeyReader();
  ~KeyReader();
  KeyReader(const KeyReader&) = delete;
  KeyReader& operator=(const KeyReader&) = delete;

  /// As x509_pubkey_ex_d2i_ex() of OpenSSL 3.0 reads it; nullptr: an algorithm or a key that
  /// OpenSSL does not take. Leaves traces in the error queue.
  OwnedKey read(const X509_PUBKEY* key);
  /// There is time for one d2i_X509() more.
  bool may_read_whole();

 private:
  bool spend(int weight);
  struct Decoder;
  Decoder* decoder_of(const ASN1_OBJECT* algorithm);

  std::map<int, std::unique_ptr<Decoder>> decoders_;  // by NID of the algorithm
  int spent_ = 0;                                     // in 0.1 ms
};

/// Certificates are parsed with it and their keys left unread: it has no decoder at all.
OSSL_LIB_CTX* library_without_decoders();

}  // namespace mtls::pki
