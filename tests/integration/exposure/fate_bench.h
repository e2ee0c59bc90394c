// Many server blocks with guards on client properties in one nginx, four clients, and what the
// program predicts for them. Knows no single case.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/build.h"
#include "config/client_fates.h"
#include "daemon/system/disk.h"
#include "tests/integration/build_under_test.h"
#include "tests/integration/exposure/enforcement_bench.h"
#include "tests/integration/exposure/fate_clients.h"

namespace mtls::testing {

/// What one client gets for one path: the wire's status, and the content: `A` to `H`, `F`, `ok` of
/// a `return`, or "".
struct Got {
  int status = 0;
  std::string content;
};

class FateBench {
 public:
  FateBench();

  const FateClients& clients() const { return clients_; }

  std::size_t add(const GuardedServer& server);
  std::string complaint() const;
  void start();

  Got nginx_gives(std::size_t index, const std::string& client, const std::string& path) const;
  /// Whether some path of the server may end at a file.
  bool serves_files(std::size_t index) const {
    const std::string& text = servers_[index].text;
    return text.find("files;") != std::string::npos || text.find("error_page") != std::string::npos;
  }
  /// $ssl_client_verify that nginx gives a server without guards in that mode.
  const audit::Verdict& verdict(std::size_t index, const std::string& client) const;
  config::ClientFate fate(std::size_t index, const std::string& client,
                          const std::vector<std::string>& paths);

 private:
  std::string block(std::size_t index) const;
  std::string conf() const;
  static std::string name(std::size_t index) { return "s" + std::to_string(index) + ".test"; }

  const TempDir directory_;
  daemon::system::Disk disk_;
  const std::uint16_t tls_port_ = free_port();
  const std::uint16_t backend_port_ = free_port();
  const FateClients clients_;
  std::vector<GuardedServer> servers_;
  std::optional<NginxRunner> nginx_;
  audit::Policy policy_;
  std::shared_ptr<const audit::Snapshot> snapshot_;
  std::unique_ptr<config::ClientFates> fates_;
};

}  // namespace mtls::testing
