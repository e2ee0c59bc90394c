// When the clients that came will be refused: each judged at each server block where it was seen,
// and again only where something that its answer depends on has changed. Pure: the time is an
// argument. Not for two threads at once.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "audit/observed/client_judge.h"
#include "audit/observed/client_table.h"
#include "audit/observed_truth.h"
#include "audit/snapshot.h"
#include "base/time.h"
#include "pki/clients/stand_in.h"
#include "running/observed_client.h"

namespace mtls::audit::observed {

class Forecast {
 public:
  Forecast();
  ~Forecast();
  Forecast(const Forecast&) = delete;
  Forecast& operator=(const Forecast&) = delete;
  Forecast(Forecast&&) = delete;
  Forecast& operator=(Forecast&&) = delete;

  /// Who came and who is gone: all moves of the table, in their order.
  void follow(std::span<const ClientTable::Move> moves);

  /// Judges whoever has no answer for this Snapshot and time, `most` of them at most. `clients`:
  /// the table that was followed. Returns whether all have their answers. Where nothing happened
  /// it costs nothing.
  bool judge(const std::shared_ptr<const Snapshot>& snapshot, base::sys_seconds now,
             const ClientTable& clients,
             std::size_t most = std::numeric_limits<std::size_t>::max());

  /// By server block that asks and where clients were seen, as they were last judged.
  std::map<running::ObservedServer, Outlook> outlooks(base::sys_seconds now) const;
  /// When the next of them has to be judged again, since its own dates change its answer.
  std::optional<base::sys_seconds> next_change() const { return next_change_; }
  /// How many answers were computed so far.
  std::size_t judgements() const { return judgements_; }

 private:
  struct Answer {
    bool is_known = false;  // false: to be judged
    bool is_judged = false;
    bool is_accepted = false;
    bool until_is_unknown = false;
    std::optional<base::sys_seconds> accepted_until = {};
    std::optional<base::sys_seconds> holds_until = {};
  };
  // What the answers of a block depend on.
  struct Basis {
    std::shared_ptr<const ServerAudit> audit;
    std::shared_ptr<const ConfigView> config;
    std::shared_ptr<const Policy> policy;
    std::vector<std::shared_ptr<const MaterialFile>> files;
  };
  struct Block {
    Basis basis;
    bool asks = true;
    std::unordered_map<pki::Fingerprint, Answer, ClientTable::Hash> answers;
  };
  struct Round;

  bool judge_block(Round& round, const running::ObservedServer& at, Block& block);

  std::map<running::ObservedServer, Block> blocks_;
  pki::clients::StandIns stand_ins_;
  std::size_t judgements_ = 0;
  // What the last round that ended left.
  std::weak_ptr<const Snapshot> judged_;
  std::optional<base::sys_seconds> next_change_;
  bool is_done_ = false;
};

}  // namespace mtls::audit::observed
