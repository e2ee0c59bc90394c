// Which CAs clients still come by, and whether one can go: what the observer saw beside what the
// files say and what nginx has loaded. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audit/snapshot.h"
#include "base/time.h"
#include "running/observed_client.h"

namespace mtls::audit::observed {

/// Accepted clients of one CA key at one server block.
struct CaUse {
  std::size_t clients = 0;
  base::sys_seconds last_used;
  base::sys_seconds until;  // the last of their certificates ends

  bool operator==(const CaUse&) const = default;
};
/// By server block and CA key.
using CaUses = std::map<running::ObservedServer, std::map<std::string, CaUse>>;

/// Clients that nginx refused when they came last use no CA.
CaUses ca_uses(std::span<const running::ObservedClient> clients);

/// How well one server block was observed.
struct Watch {
  base::sys_seconds since;  // nothing is known of clients before
  std::chrono::seconds window{0};
  bool is_covered = false;  // every way to content logs to the socket
  std::uint64_t lost = 0;   // lines of the window that did not arrive
  // Began nginx's oldest worker, one that shuts down too. nullopt: not known.
  std::optional<base::sys_seconds> oldest_worker;
};

enum class CaStage {
  kAnnounced,  // on the disk, not yet in the running nginx
  kLoaded,     // nginx has it, and no client came by it within the window
  kInUse,
  kUnused,  // nobody came by it within a whole window that nothing escaped
};
std::string_view word(CaStage stage);  // announced loaded in_use unused

struct CaState {
  std::string ca;       // label: the first 16 digits of its key's hash
  std::string subject;  // of its first certificate here, RFC 2253, not sanitized
  CaStage stage = CaStage::kLoaded;
  CaUse use = {};             // with kInUse
  std::string why_kept = {};  // why it cannot be dropped, or nobody can tell; "": it can
  bool is_public = false;     // a CA of browsers: its next certificates lack clientAuth

  bool is_safe_to_drop() const { return why_kept.empty(); }
};

/// Each client CA key of the block at `index` of the configuration, in the order of its store.
std::vector<CaState> ca_states(const Snapshot& snapshot, std::size_t index,
                               const std::map<std::string, CaUse>& uses, const Watch& watch,
                               base::sys_seconds now);

}  // namespace mtls::audit::observed
