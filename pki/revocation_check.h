// The revocation check of another OpenSSL than ours: releases from 3.6 on skip self-signed
// certificates, those before look for a CRL of theirs too (R9.17). Private to pki/. Pure.
#pragma once

#include <openssl/x509_vfy.h>

#include "pki/verify.h"

namespace mtls::pki {

/// One verification: has to live until X509_verify_cert() has returned. Records each problem and
/// goes on after it, like nginx's ngx_ssl_verify_callback() (R3.20).
class VerifyRun {
 public:
  /// `context`: of a store with install_revocation_check(), initialized.
  VerifyRun(X509_STORE_CTX* context, const VerifyPolicy& policy);
  VerifyRun(const VerifyRun&) = delete;
  VerifyRun& operator=(const VerifyRun&) = delete;

 private:
  friend void install_revocation_check(X509_STORE* store);
  static int note_error(int ok, X509_STORE_CTX* context);
  static int check_revocation(X509_STORE_CTX* context);
  int skip_last(X509_STORE_CTX* context);

  OpensslRelease release_;
  bool assumes_signature_;
  int skipped_depth_ = -1;  // whose errors do not count; -1: all count
  int error_ = 0;           // the last one that counts
};

void install_revocation_check(X509_STORE* store);

}  // namespace mtls::pki
