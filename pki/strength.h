// What OpenSSL's security level and purpose checks say about one certificate. Judges no chain;
// pki/verify.h does. Pure.
#pragma once

#include "pki/certificate.h"

namespace mtls::pki {

/// The bits of security that `level` (0 to 5, R3.14) requires of keys and signatures; 0: none.
int security_bits_of_level(int level);

/// Security bits of the signature on the certificate, as check_sig_level() of OpenSSL's x509_vfy.c
/// counts them; -1 for an algorithm that OpenSSL does not know.
int signature_bits(const Certificate& certificate);

/// Whether the certificate is a CA that may stand above clients: it has no extended key usage, or
/// one with clientAuth (R3.10; otherwise nginx logs 26).
bool may_issue_clients(const Certificate& certificate);

/// Whether the certificate says that it is a CA, by basicConstraints or keyCertSign. OpenSSL may
/// still not accept it as one.
bool is_meant_to_issue(const Certificate& certificate);

/// Whether a verifying peer accepts the leaf from a client (R3.10; otherwise an nginx peer logs
/// 26).
bool may_act_as_client(const Certificate& certificate);

/// How long OpenSSL 3.0 needs to verify one signature with this certificate's key, in units of a
/// P-256 verification (0.1 ms). An upper bound, not an estimate.
int verification_weight(const Certificate& certificate);

}  // namespace mtls::pki
