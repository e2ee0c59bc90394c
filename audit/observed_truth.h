// What clients that came tell about the running nginx, where that is not what the files say. Plain
// values.
#pragma once

#include <string>
#include <vector>

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
/// Ordered by `id`.
using ObservedTruth = std::vector<ServerUntruth>;

}  // namespace mtls::audit
