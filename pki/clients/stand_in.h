// A certificate that stands for one of which only facts were kept: OpenSSL judges it as it would
// the real one, but for the signature, which nobody can make (VerifyPolicy::assumes_signature), and
// for what names decide. Pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "base/time.h"
#include "pki/certificate.h"

namespace mtls::pki::clients {

/// As key_kind() and signature_kind() name them, and CertificateFacts the serial number.
struct LeafFacts {
  std::string_view serial;
  base::sys_seconds not_before;
  base::sys_seconds not_after;
  bool may_be_client = true;
  std::string_view key_kind;
  std::string_view signature_kind;
};

/// Not thread-safe: keys and unfinished certificates are kept from one call to the next.
class StandIns {
 public:
  StandIns();
  ~StandIns();
  StandIns(const StandIns&) = delete;
  StandIns& operator=(const StandIns&) = delete;
  StandIns(StandIns&&) = delete;
  StandIns& operator=(StandIns&&) = delete;

  /// With the issuer's name and key id. `issuer`: nullptr: a CA of which nothing is known.
  /// nullopt: a serial number of more than 20 bytes, or an algorithm that OpenSSL does not know.
  std::optional<Certificate> of(const LeafFacts& facts, const Certificate* issuer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mtls::pki::clients
