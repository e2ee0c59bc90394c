// What clients that came tell: about the running nginx, where that is not what the files say, and
// about the CAs that they come by. Plain values.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "config/tls_context.h"

namespace mtls::audit {

enum class Untruth {
  kStale,    // as nginx's loaded files explain, or may explain
  kDiffers,  // nothing explains it
};

/// At one server block, since nginx last read its files.
struct ServerUntruth {
  config::ContextId id;
  Untruth kind = Untruth::kStale;
  bool was_accepted = false;  // by nginx: the files say that the client is refused
  std::string issuer_key;     // of the client that showed it: ObservedClient::issuer_key

  bool operator==(const ServerUntruth&) const = default;
};

/// Accepted clients of one CA key at one server block.
struct CaUse {
  std::size_t clients = 0;
  base::sys_seconds last_used;
  base::sys_seconds until;  // the last of their certificates ends

  bool operator==(const CaUse&) const = default;
};

enum class CaStage {
  kAnnounced,  // on the disk, not yet in the running nginx
  kLoaded,     // nginx has it, and no client came by it within the window
  kInUse,
  kUnused,  // nobody came by it within a whole window that nothing escaped
};
std::string_view word(CaStage stage);  // announced loaded in_use unused

/// A client CA key of one server block.
struct CaState {
  std::string ca = {};       // label: the first 16 digits of its key's hash
  std::string subject = {};  // of its first certificate here, RFC 2253, not sanitized
  CaStage stage = CaStage::kLoaded;
  std::optional<base::sys_seconds> not_after = {};  // the last of its certificates here ends
  CaUse use = {};                                   // with kInUse
  std::string why_kept = {};  // why it cannot be dropped, or nobody can tell; "": it can
  bool is_public = false;     // a CA of browsers: its next certificates lack clientAuth

  bool is_safe_to_drop() const { return why_kept.empty(); }
  bool operator==(const CaState&) const = default;
};

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

/// What nginx said last to one of them.
struct RefusedClient {
  std::string fingerprint;  // the first 16 digits
  int code = 0;             // ObservedVisits::last_code
  base::sys_seconds last_seen;

  bool operator==(const RefusedClient&) const = default;
};

/// The clients of one server block within the window.
struct ServerClients {
  config::ContextId id;
  std::size_t clients = 0;
  Outlook outlook = {};
  std::vector<CaState> cas = {};                 // in the order of the trust store
  std::size_t refused = 0;                       // when they came last
  std::vector<RefusedClient> last_refused = {};  // of these, a few, the last first

  bool operator==(const ServerClients&) const = default;
};

struct ObservedTruth {
  std::vector<ServerUntruth> untruths;  // ordered by `id`
  std::vector<ServerClients> clients;   // in the order of the configuration

  bool operator==(const ObservedTruth&) const = default;
};

}  // namespace mtls::audit
