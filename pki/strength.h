// What OpenSSL's security level and purpose check make of one certificate. Pure.
#pragma once

#include "pki/certificate.h"

namespace mtls::pki {

/// The bits that `level` (0 to 5, R3.14) demands of keys and signatures; 0: none.
int security_bits_of_level(int level);

/// Of the signature on the certificate, as check_sig_level() of OpenSSL's x509_vfy.c counts them;
/// -1 for an algorithm that OpenSSL does not know.
int signature_bits(const Certificate& certificate);

/// A CA that may stand above clients: no extended key usage, or one with clientAuth (R3.10, else
/// nginx logs 26).
bool may_issue_clients(const Certificate& certificate);

/// It says of itself that it is a CA, by basicConstraints or keyCertSign, whether or not OpenSSL
/// takes it as one.
bool is_meant_to_issue(const Certificate& certificate);

/// A leaf that a verifying peer takes from a client (R3.10, else 26 in an nginx peer's log).
bool may_act_as_client(const Certificate& certificate);

/// How long OpenSSL 3.0 takes for one signature of its key, in those of P-256 (0.1 ms); a bound,
/// not an estimate.
int verification_weight(const Certificate& certificate);

}  // namespace mtls::pki
