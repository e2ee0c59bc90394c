// What becomes of a client's key in a handshake with nginx (R9.3), and which certificates only
// nginx's OpenSSL can judge (R9.4). Pure.
#pragma once

#include <string>

#include "pki/certificate.h"
#include "pki/openssl_release.h"

namespace mtls::pki {

/// The algorithm of the certificate's key or signature that `theirs` has and the OpenSSL here has
/// not: "ML-DSA-65"; "": none.
std::string algorithm_of_theirs_alone(const Certificate& certificate, OpensslRelease theirs);

enum class Signing {
  kFits,        // the client sends its certificate and signs
  kNotOffered,  // no algorithm of nginx's list fits the key: the client sends no certificate
  kRefused,     // the client signs, and nginx ends the handshake with illegal_parameter
  kUnknown,
};

/// With nginx's default lists of groups and signature algorithms, and a client that knows them all.
struct SigningByVersion {
  Signing tls12 = Signing::kUnknown;
  Signing tls13 = Signing::kUnknown;
  bool needs_group = false;  // tls12 depends on ssl_ecdh_curve: the key is on an elliptic curve
};
/// `theirs`: the OpenSSL that nginx runs with.
SigningByVersion signing_of(const Certificate& leaf, OpensslRelease theirs);

}  // namespace mtls::pki
