// nginx's certificate check of leaves at one server block, as the files of one view say, with
// nothing beside the leaf. It has objects of its own, so that it may live beside an evaluation.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "audit/snapshot.h"
#include "pki/certificate.h"
#include "pki/verify.h"

namespace mtls::audit::observed {

class ChainJudge {
 public:
  /// Whether nginx accepts or refuses at an instant, and until when that is so.
  struct Answer {
    bool is_accepted = false;
    bool is_revoked = false;  // refused by the CRL
  };

  /// `owner`: the block whose SSL_CTX judges; `audit`: of the same block.
  ChainJudge(const ConfigView& config, const MaterialSet& material, const Policy& policy,
             std::size_t owner, const ServerAudit& audit);

  /// Whether a CA of the store has this key (ObservedClient::issuer_key) and a path to an anchor:
  /// then nothing depends on what the client sends beside its leaf.
  bool leads_from(const std::string& issuer_key) const { return anchored_.contains(issuer_key); }
  /// nullopt: it cannot be told, or a date of the store or leaf is within a second of `at`.
  std::optional<Answer> answer(const pki::Fingerprint& fingerprint,
                               const std::vector<unsigned char>& der, base::sys_seconds at);

 private:
  struct Known {
    base::sys_seconds from;
    base::sys_seconds until;
    Answer answer;
  };
  struct Hash {
    std::size_t operator()(const pki::Fingerprint& fingerprint) const;
  };

  pki::VerifyPolicy policy_;
  std::optional<pki::TrustStore> store_;     // nullopt: nothing can be told
  std::vector<base::sys_seconds> instants_;  // at which a verdict may change
  std::set<std::string> anchored_;
  std::unordered_map<pki::Fingerprint, Known, Hash> known_;
};

}  // namespace mtls::audit::observed
