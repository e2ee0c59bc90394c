// The reference predictor: what nginx's OpenSSL says to a chain of certificates (R3.20, R3.21).
// Pure: the time is an argument.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "pki/certificate.h"

namespace mtls::pki {

enum class Purpose {
  kClient,
  kServer
};  // who presents the chain: a client to us, or an upstream server

struct VerifyPolicy {
  int depth = 1;           // ssl_verify_depth
  int security_level = 2;  // R3.14
  Purpose purpose = Purpose::kClient;
};

struct ChainVerdict {
  int code = 0;        // the LAST error OpenSSL raised, 0 = X509_V_OK (R3.20)
  std::string reason;  // X509_verify_cert_error_string(code), as $ssl_client_verify shows it behind
                       // `FAILED:`

  /// The first instant at which a certificate of the chain that OpenSSL built is no longer valid;
  /// nullopt: none has such a date, or the chain was not built.
  std::optional<base::sys_seconds> chain_ends = {};

  bool operator==(const ChainVerdict&) const = default;
};

/// The content of one SSL_CTX's X509_STORE (R3.2). Built once, asked often.
class TrustStore {
 public:
  /// `check_crls`: ssl_crl is set, so every certificate of the chain needs a CRL, the root too
  /// (R3.33).
  TrustStore(std::vector<Certificate> certificates, std::vector<RevocationList> revocation_lists,
             bool check_crls);
  ~TrustStore();
  TrustStore(TrustStore&&) noexcept;
  TrustStore& operator=(TrustStore&&) noexcept;
  TrustStore(const TrustStore&) = delete;
  TrustStore& operator=(const TrustStore&) = delete;

  const std::vector<Certificate>& certificates() const { return certificates_; }
  const std::vector<RevocationList>& revocation_lists() const { return revocation_lists_; }
  bool check_crls() const { return check_crls_; }

  /// `chain`: what the peer sends, leaf first; not empty.
  ChainVerdict verify(std::span<const Certificate> chain, const VerifyPolicy& policy,
                      base::sys_seconds at) const;

  /// What time can change for one chain that is accepted, besides ChainVerdict::chain_ends: of
  /// several issuers OpenSSL takes the first that is valid, so one that begins can take the place
  /// of another, and one that ends elsewhere changes nothing.
  struct Horizon {
    std::vector<base::sys_seconds> instants;  // sorted: not_before of certificates, dates of CRLs
    std::size_t certificates = 0;             // of the store that the chain may lead over, by name
  };
  Horizon horizon(std::span<const Certificate> chain, base::sys_seconds after) const;

 private:
  struct Store;
  std::vector<Certificate> certificates_;
  std::vector<RevocationList> revocation_lists_;
  bool check_crls_ = false;
  std::unique_ptr<Store> store_;
};

/// Every instant > `after` at which time alone can change a verdict over these: not_before,
/// not_after, this_update, next_update (X509_cmp_time: at the very second of not_after and
/// next_update OpenSSL already says expired). Sorted, unique.
std::vector<base::sys_seconds> instants_of_change(std::span<const Certificate> certificates,
                                                  std::span<const RevocationList> revocation_lists,
                                                  base::sys_seconds after);

}  // namespace mtls::pki
