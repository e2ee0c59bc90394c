// When the clients that came will be refused: each judged at each server block where it was seen,
// and again only where something that its answer depends on has changed. Pure: the time is an
// argument. Not for two threads at once.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "audit/observed/client_judge.h"
#include "audit/snapshot.h"
#include "base/time.h"
#include "pki/clients/stand_in.h"
#include "running/observed_client.h"

namespace mtls::audit::observed {

/// Label `within` of observed_lockouts.
struct Horizon {
  std::string_view label;
  std::chrono::seconds span;
};
inline constexpr std::array<Horizon, 4> kHorizons{{{"1d", std::chrono::days{1}},
                                                   {"7d", std::chrono::days{7}},
                                                   {"30d", std::chrono::days{30}},
                                                   {"90d", std::chrono::days{90}}}};

/// Of the clients that were seen at one server block.
struct Outlook {
  std::size_t accepted = 0;  // now
  std::size_t refused = 0;
  std::size_t unknown = 0;  // not judged, or accepted until nobody knows when
  // Accepted now, and refused at some instant within this span.
  std::array<std::size_t, kHorizons.size()> lockouts{};
  std::optional<base::sys_seconds> next_lockout = {};  // of any of them

  bool operator==(const Outlook&) const = default;
};

class Forecast {
 public:
  Forecast();
  ~Forecast();
  Forecast(const Forecast&) = delete;
  Forecast& operator=(const Forecast&) = delete;
  Forecast(Forecast&&) = delete;
  Forecast& operator=(Forecast&&) = delete;

  /// Clients that are new, or others than before; judged by the next judge().
  void put(std::span<const running::ObservedClient> changed);
  /// By fingerprint. "*": all.
  void drop(std::span<const std::string> gone);

  /// REQUIRES: no evaluation asks the objects of `snapshot` meanwhile. `most`: so many clients are
  /// judged at most. Returns whether all are.
  bool judge(const std::shared_ptr<const Snapshot>& snapshot, base::sys_seconds now,
             std::size_t most = static_cast<std::size_t>(-1));

  /// By server block that asks and where clients were seen, as they were last judged.
  std::map<running::ObservedServer, Outlook> outlooks(base::sys_seconds now) const;
  /// When the next of them has to be judged again, since its own dates change its answer.
  std::optional<base::sys_seconds> next_change() const;
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
    std::unordered_map<std::string, Answer> answers;  // by fingerprint
  };
  struct Round;

  bool judge_block(Round& round, const running::ObservedServer& at, Block& block);

  std::unordered_map<std::string, running::ObservedClient> clients_;
  std::map<running::ObservedServer, Block> blocks_;
  pki::clients::StandIns stand_ins_;
  std::size_t judgements_ = 0;
};

}  // namespace mtls::audit::observed
