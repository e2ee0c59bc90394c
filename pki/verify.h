// The reference predictor: what nginx's OpenSSL says about a chain of certificates (R3.20, R3.21,
// R9.17). Pure: the time is an argument.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "pki/certificate.h"
#include "pki/openssl_release.h"

namespace mtls::pki {

/// Who presents the chain: a client to nginx, or an upstream server to nginx as its client.
enum class Purpose { kClient, kServer };

struct VerifyPolicy {
  int depth = 1;           // ssl_verify_depth
  int security_level = 2;  // R3.14
  Purpose purpose = Purpose::kClient;
  OpensslRelease release = linked_openssl();  // that nginx runs with; the certificates were parsed
                                              // for the same one
  // The first certificate's signature counts as good: it stands for one of which only facts are
  // known (pki/clients/stand_in.h).
  bool assumes_signature = false;
};

struct ChainVerdict {
  int code = 0;  // the LAST error that OpenSSL raised; 0 is X509_V_OK (R3.20)
  // pki::verify_text(code), which $ssl_client_verify shows after `FAILED:`.
  std::string reason;

  /// The first instant at which a certificate of the chain that OpenSSL built is no longer valid.
  /// nullopt: no chain was built, or its certificates have no such date.
  std::optional<base::sys_seconds> chain_ends = {};

  bool operator==(const ChainVerdict&) const = default;
};

/// The content of the X509_STORE of one SSL_CTX (R3.2). Built once, asked often.
class TrustStore {
 public:
  /// `check_crls`: ssl_crl is set, so every certificate of the chain needs a CRL, even the root
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

  /// Judges `chain`, which is what the peer sends: leaf first, not empty. A lack of memory is no
  /// verdict: std::bad_alloc.
  ChainVerdict verify(std::span<const Certificate> chain, const VerifyPolicy& policy,
                      base::sys_seconds at) const;

  /// What time can change for one accepted chain, apart from ChainVerdict::chain_ends. Among
  /// several issuers OpenSSL takes the first valid one. So an issuer that becomes valid can replace
  /// another, and the end of an issuer outside the chain changes nothing.
  struct Horizon {
    // Sorted: not_before of certificates, dates of CRLs; all after `after`.
    std::vector<base::sys_seconds> instants;
    // Certificates of the store that the chain may lead over, judged by name.
    std::size_t certificates = 0;
  };
  /// The instants after `after` for `chain`, leaf first. REQUIRES: verify() accepts it.
  Horizon horizon(std::span<const Certificate> chain, base::sys_seconds after) const;

 private:
  struct Store;
  std::vector<Certificate> certificates_;
  std::vector<RevocationList> revocation_lists_;
  bool check_crls_ = false;
  std::unique_ptr<Store> store_;
};

/// Every instant after `after` at which time alone can change a verdict over these objects:
/// not_before, not_after, this_update, next_update. Sorted and unique. OpenSSL calls a certificate
/// or CRL expired at the very second of not_after or next_update (X509_cmp_time()).
std::vector<base::sys_seconds> instants_of_change(std::span<const Certificate> certificates,
                                                  std::span<const RevocationList> revocation_lists,
                                                  base::sys_seconds after);

}  // namespace mtls::pki
