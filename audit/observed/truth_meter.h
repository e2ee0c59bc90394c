// Each full handshake beside the prediction: from the files on the disk, and from those that nginx
// has loaded (R9.8). Only where nothing depends on what the client sent beside its leaf. Not
// thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/observed/chain_judge.h"
#include "audit/observed_truth.h"
#include "audit/snapshot.h"
#include "running/observed_counts.h"

namespace mtls::audit::observed {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

struct Handshake {
  config::ContextId at;       // whose labels count
  config::ContextId context;  // whose SSL_CTX judged
  pki::Fingerprint fingerprint;
  std::vector<unsigned char> der;
  std::string issuer_key;  // ObservedClient::issuer_key
  Instant when;
  bool was_accepted = false;  // `$ssl_client_verify` was SUCCESS
};

/// The judges of one view of the files, made when they are first needed.
class Judges {
 public:
  /// The files as somebody has them.
  struct View {
    std::shared_ptr<const ConfigView> config;
    MaterialSet material;
    std::vector<std::shared_ptr<const ServerAudit>> servers;  // nullptr among them: not known
    std::shared_ptr<const Policy> policy;
  };

  /// From `now` on these are the files. What is known of blocks whose files are others now is
  /// dropped, and `dropped` is told.
  void follow(View view, Instant now,
              const std::function<void(const config::ContextId& context)>& dropped);
  void clear();

  /// nullptr: there is no such block, what is known of it is not known for so long, or nothing can
  /// be told.
  ChainJudge* of(const config::ContextId& context, Instant when);
  bool is_known() const { return view_.config != nullptr; }
  /// Whether the files of the block are known.
  bool knows(const config::ContextId& context) const { return entries_.contains(context); }

 private:
  struct Entry {
    std::vector<std::shared_ptr<const MaterialFile>> used;
    Instant since;
    std::unique_ptr<ChainJudge> judge = {};  // nullptr: not yet needed
  };

  View view_;
  std::map<config::ContextId, std::pair<std::size_t, Entry>> entries_;
};

class TruthMeter {
 public:
  /// What differs is looked at again so much later: what nginx does can be seen before what made it
  /// do so.
  static constexpr std::chrono::milliseconds kPatience{3'000};
  /// Workers of before a reload may still accept connections for so long.
  static constexpr std::chrono::milliseconds kOldWorkers{1'000};

  void follow(const Snapshot& snapshot, Instant now);

  /// What a handshake came to.
  enum class Outcome { kNotCompared, kAgreed, kDiffered };
  struct Compared {
    config::ContextId at;
    Outcome outcome;
  };
  Outcome take(Handshake handshake);
  /// Those that have waited for long enough.
  std::vector<Compared> settle(Instant now);
  /// The CRL on the disk names the certificate.
  bool is_revoked(const Handshake& handshake);

  /// Whether clients get what the files say. nullopt: none was compared since nginx last read them.
  std::optional<bool> matches(const config::ContextId& at) const;
  std::vector<ServerUntruth> untruths() const;

 private:
  struct Said {
    std::optional<bool> disk;
    std::optional<bool> loaded;
  };
  /// What is known of one block since nginx last read its files.
  struct Known {
    config::ContextId context;
    bool matches = true;
    std::optional<ServerUntruth> untruth = {};
  };

  std::optional<Said> said(const Handshake& handshake);
  Outcome conclude(const Handshake& handshake, const Said& said);

  Judges disk_;
  Judges loaded_;
  std::pair<int, std::uint64_t> generation_;  // master and number of what runs
  std::map<config::ContextId, Known> known_;  // by whose labels count
  std::deque<Handshake> waiting_;
};

}  // namespace mtls::audit::observed
