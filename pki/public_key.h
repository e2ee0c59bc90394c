// Reads the public keys of certificates with OpenSSL's own decoders. Each thread keeps its decoders
// for the next key and the next file: d2i_X509() sets them up anew for each certificate, which
// takes it 0.1 ms (ADR 15). Private to pki/. Pure.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <string>

#include "base/owned.h"
#include "pki/openssl_release.h"

namespace mtls::pki {

using OwnedKey = base::Owned<EVP_PKEY, EVP_PKEY_free>;

/// Reads the keys of the certificates of one file. Some keys are made to be slow: OpenSSL 3.0 needs
/// 250 ms for an elliptic curve with explicit parameters and compressed points (a square root
/// modulo a prime p where p - 1 is a multiple of 2^649). One file may spend about a second on them.
/// The remaining keys of this kind are then not read and look like keys that OpenSSL does not know,
/// which is worse than they are.
class KeyReader {
 public:
  /// `release`: of the OpenSSL that nginx runs with. Keys that it does not know are not read,
  /// though ours may know them.
  explicit KeyReader(OpensslRelease release = linked_openssl()) : release_(release) {}

  /// Reads a key as x509_pubkey_ex_d2i_ex() of OpenSSL 3.0 does. nullptr: OpenSSL does not accept
  /// the algorithm or the key, or the time is spent. Leaves entries in the error queue.
  OwnedKey read(const X509_PUBKEY* key);
  /// Whether it takes longer to read the key than to make an object of it.
  static bool is_slow(const X509_PUBKEY* key);
  /// Whether there is time left for one more d2i_X509().
  bool may_read_whole();

 private:
  bool spend(int weight);

  OpensslRelease release_;
  int spent_ = 0;  // in 0.1 ms
};

/// The OID as text, "1.2.840.10045.2.1"; "": none.
std::string dotted(const ASN1_OBJECT* algorithm);

/// A library context without decoders: certificates parsed with it keep their keys unread.
OSSL_LIB_CTX* library_without_decoders();

}  // namespace mtls::pki
