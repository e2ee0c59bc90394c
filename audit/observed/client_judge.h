// What one server block says to observed clients, and until when: the engine that judges canaries,
// for certificates that were kept, or for facts that stand for one. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/snapshot.h"
#include "base/time.h"
#include "config/client_fates.h"
#include "pki/clients/stand_in.h"
#include "running/observed_client.h"

namespace mtls::audit::observed {

/// What all blocks of one configuration have in common. Not for two threads at once. Its objects of
/// certificates are its own, so that it may live beside an evaluation.
class JudgedHost {
 public:
  /// `snapshot` has to outlive this. `now`: not before its evaluation.
  JudgedHost(const Snapshot& snapshot, base::sys_seconds now);
  ~JudgedHost();
  JudgedHost(const JudgedHost&) = delete;
  JudgedHost& operator=(const JudgedHost&) = delete;
  JudgedHost(JudgedHost&&) = delete;
  JudgedHost& operator=(JudgedHost&&) = delete;

  /// The index of the block that clients of these labels meet; nullopt: there is none.
  std::optional<std::size_t> block_of(const running::ObservedServer& at) const;

 private:
  friend class BlockJudge;
  const pki::Certificate* ca_of(const std::string& key);
  const pki::Certificate& own(const pki::Certificate& certificate);

  const Snapshot& snapshot_;
  base::sys_seconds now_;
  config::ClientFates fates_;
  std::map<running::ObservedServer, std::size_t> blocks_;
  std::optional<std::map<std::string, pki::Certificate>> cas_;  // by key, of all files
  // Of the block that is judged now, by fingerprint and whether an annotation is part of it.
  std::map<std::pair<pki::Fingerprint, bool>, pki::Certificate> own_;
};

/// What is kept of one certificate from one judgement to the next.
struct ClientFate {
  Verdict verdict;  // `canary` is the first 16 digits of the fingerprint
  // The dates of the client's own certificate change nothing before; nullopt: ever.
  std::optional<base::sys_seconds> holds_until;
  bool is_from_facts = false;  // no certificate was kept
};

class BlockJudge {
 public:
  /// `host` and `stand_ins` have to outlive this.
  BlockJudge(JudgedHost& host, pki::clients::StandIns& stand_ins, std::size_t index);
  ~BlockJudge();
  BlockJudge(const BlockJudge&) = delete;
  BlockJudge& operator=(const BlockJudge&) = delete;
  BlockJudge(BlockJudge&&) = delete;
  BlockJudge& operator=(BlockJudge&&) = delete;

  /// nullopt: the block asks nobody for a certificate.
  std::optional<ClientFate> fate_of(const running::ObservedClient& client);
  /// The files of its CAs and CRLs.
  std::vector<std::shared_ptr<const MaterialFile>> files() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mtls::audit::observed
