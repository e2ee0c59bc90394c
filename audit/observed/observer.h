// The clients that come, told line by line: which server block each reached, which CA's key signed
// its certificate, and what that tells about the running nginx. Counts since it was made; what is
// known of clients is in its table. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/observed/client_table.h"
#include "audit/observed/server_finder.h"
#include "audit/observed/truth_meter.h"
#include "audit/snapshot.h"
#include "pki/clients/leaf.h"
#include "running/client_line.h"
#include "running/observed_counts.h"

namespace mtls::audit::observed {

struct ObserverOptions {
  std::string socket;  // where the line has to go to: the access_log of the snippets
  ClientTable::Limits limits;
  bool keeps_certificates = false;
};

class Observer {
 public:
  Observer(ObserverOptions options, Instant now);

  /// Before the first line, and with each evaluation.
  void follow(const std::shared_ptr<const Snapshot>& snapshot, Instant now);
  /// One datagram. It counts, or has a reason not to.
  void take(std::string_view datagram);
  /// A datagram that nobody looked into.
  void reject(running::LineFault fault);
  /// Once after some lines.
  void settle(Instant now);

  /// With what the table and the meter know.
  running::ObservedCounts counts() const;
  /// Grows with each change of any of these.
  std::uint64_t version() const { return version_; }
  std::vector<ServerUntruth> untruths() const { return meter_.untruths(); }
  ClientTable& clients() { return clients_; }
  const ClientTable& clients() const { return clients_; }
  /// What was kept of an earlier process, which began to listen at `since`. `complete_since`: what
  /// complete_since() was at its end; nullopt: something may have escaped since then.
  void remember(std::vector<running::ObservedClient> clients, std::chrono::sys_seconds since,
                std::optional<std::chrono::sys_seconds> complete_since);
  /// Something of a client that came was lost, or will be.
  void lose() { has_lost_ = true; }
  /// No client that came since then is missing in the table.
  std::chrono::sys_seconds complete_since() const { return complete_since_; }
  /// The blocks that ask for certificates, in the configuration that nginx runs with.
  const std::map<running::ObservedServer, running::ObservedAt>& servers() const {
    return counts_.servers;
  }

 private:
  /// A server block that asks for certificates.
  struct Block {
    running::ObservedServer labels;
    config::ContextId id;
    bool asks = false;
  };

  void note(running::LineFault fault);
  std::optional<running::LineFault> count(const running::ClientLine& line);
  std::optional<running::LineFault> count_leaf(const running::ClientLine& line, const Block& block,
                                               std::size_t context);
  const running::ObservedClient* known_client(const pki::Fingerprint& fingerprint,
                                              const std::vector<unsigned char>& der);
  void compare(const running::ClientLine& line, Handshake handshake, running::ObservedAt& counts);
  int code_of(const running::ClientLine& line) const;
  void follow_blocks(const Snapshot& snapshot);
  void add_keys(const Snapshot& snapshot);
  void begin_at_zero(const Snapshot& snapshot);

  ObserverOptions options_;
  ClientTable clients_;
  TruthMeter meter_;
  running::ObservedCounts counts_;
  pki::clients::IssuerKeys keys_;
  MaterialSet material_;  // whose CAs are in `keys_`
  std::shared_ptr<const ConfigView> config_;
  std::optional<ServerFinder> finder_;
  std::vector<Block> blocks_;                      // by the index of the server
  std::map<std::string, int, std::less<>> codes_;  // by nginx's words
  Instant forgets_at_{};
  std::chrono::sys_seconds complete_since_;
  bool has_lost_ = false;  // since settle() was called last
  std::uint64_t version_ = 0;
};

}  // namespace mtls::audit::observed
