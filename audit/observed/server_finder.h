// Which server block a client reached, by what nginx logged of the connection: its address and the
// name that the client asked for (R3.40, R3.42). Pure.
#pragma once

#include <memory>
#include <optional>

#include "audit/snapshot.h"
#include "config/nginx_build.h"
#include "running/client_line.h"

namespace mtls::audit::observed {

struct FoundServer {
  std::size_t labels = 0;   // whose labels count, in ResolvedConfig::servers
  std::size_t context = 0;  // whose SSL_CTX asked and judged
};

class ServerFinder {
 public:
  ServerFinder(std::shared_ptr<const ConfigView> view, config::Version version)
      : view_(std::move(view)), version_(version) {}

  /// nullopt: nothing listens there with TLS.
  std::optional<FoundServer> find(const running::ClientLine& line) const;
  const config::ResolvedConfig& resolved() const { return view_->resolved; }

 private:
  std::shared_ptr<const ConfigView> view_;
  config::Version version_;
};

}  // namespace mtls::audit::observed
