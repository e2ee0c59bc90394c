// What lies ahead of the clients that came, and whether the CAs that they come by can go: the
// forecast and the rotation of every server block, kept up with what the observer sees. Not for two
// threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "audit/observed/forecast.h"
#include "audit/observed/observer.h"
#include "audit/observed/rotation.h"
#include "audit/observed_truth.h"
#include "audit/snapshot.h"
#include "base/time.h"

namespace mtls::audit::observed {

class Prospects {
 public:
  enum class Look {
    kUnfinished,  // clients have no answer yet: until then everything that is known stays as it was
    kNothingNew,
    kAnew,
  };
  /// Judges at most `most` clients. Costs nothing where nothing happened. `watch`: but for
  /// `is_covered`, which the observer knows of each block.
  Look look(const std::shared_ptr<const Snapshot>& snapshot, Observer& observer, const Watch& watch,
            base::sys_seconds now, std::size_t most);

  const std::map<running::ObservedServer, Outlook>& outlooks() const { return outlooks_; }
  const CaUses& uses() const { return uses_; }
  /// Of the blocks that ask for certificates and are observed.
  const std::vector<ServerClients>& clients() const { return clients_; }

 private:
  void find_clients(const Snapshot& snapshot, const Observer& observer, Watch watch,
                    base::sys_seconds now);

  Forecast forecast_;
  // What all of this was found out from.
  std::weak_ptr<const Snapshot> snapshot_;
  std::optional<std::uint64_t> version_;  // of the observer
  base::sys_seconds changes_at_;          // time alone makes it old then
  std::map<running::ObservedServer, Outlook> outlooks_;
  CaUses uses_;
  std::vector<ServerClients> clients_;
};

/// Whether they differ in something that is worth an evaluation of its own: in more than counts,
/// dates and who was refused.
bool is_news(const ObservedTruth& now, const ObservedTruth& before);

}  // namespace mtls::audit::observed
