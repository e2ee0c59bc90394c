// What the running nginx has loaded, as far as that is known: which version of each file, and what
// its server blocks say to clients with these (R5.1, R5.10). Newer files on the disk only wait for
// a reload. Plain values.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/snapshot.h"
#include "base/filesystem.h"

namespace mtls::audit {

/// One file that nginx reads, as it was when nginx read it.
struct LoadedFile {
  enum class Kind {
    kConfiguration,
    kPattern,  // of `include`; its stamp has no more than the time of its directories
    kMaterial,
    kSide,  // keys and others, most of them never opened
  };

  Kind kind = Kind::kMaterial;
  std::optional<base::FileStamp> stamp = {};  // nullopt: not known
  // Where `stamp` is not known: the last known one, and those that this program saw since.
  std::vector<base::FileStamp> possible = {};
  bool is_outdated = false;                            // what is on the disk is certainly newer
  std::shared_ptr<const MaterialFile> file = nullptr;  // kMaterial; nullptr: nobody read it then
};
using LoadedFiles = std::map<std::string, LoadedFile>;  // by path

enum class LoadState {
  kLoaded,   // what nginx runs with is what is on the disk
  kPending,  // the disk has something else
  kUnknown,
};

struct Loaded {
  // Whose, and since when.
  int master = 0;
  std::int64_t master_started = 0;
  std::uint64_t number = 0;  // running::Generation
  std::int64_t since_ns = 0;
  // Two masters serve, so neither what one has nor what the other has can be told of both.
  bool is_mixed = false;

  std::shared_ptr<const LoadedFiles> files = std::make_shared<const LoadedFiles>();
  std::map<std::string, LoadState> others = {};        // of the files that are not kLoaded
  std::shared_ptr<const ConfigView> config = nullptr;  // nullptr: not known
  // Aligned with config->resolved.servers; nullptr: not known. Empty: they are the Snapshot's own.
  std::vector<std::shared_ptr<const ServerAudit>> servers = {};
  bool has_servers = false;   // false: nothing is known of any
  MaterialSet material = {};  // what `servers` were judged with

  LoadState state(const std::string& path) const {
    const auto other = others.find(path);
    return other == others.end() ? LoadState::kLoaded : other->second;
  }
  /// nullptr: not known.
  const ServerAudit* server(const Snapshot& snapshot, std::size_t index) const {
    if (!has_servers || is_mixed) return nullptr;
    return servers.empty() ? snapshot.servers.at(index).get() : servers.at(index).get();
  }
};

/// What is known of the server blocks that the running nginx has loaded, by their ids.
class LoadedServers {
 public:
  /// `snapshot` has to outlive this.
  explicit LoadedServers(const Snapshot& snapshot) {
    const Loaded* loaded = snapshot.loaded.get();
    if (loaded == nullptr || !loaded->config) return;
    const auto& servers = loaded->config->resolved.servers;
    for (std::size_t i = 0; i < servers.size(); ++i) {
      if (const ServerAudit* judged = loaded->server(snapshot, i))
        servers_.try_emplace(servers[i].id, judged);
    }
  }

  /// nullptr: not known, or nginx has no such block.
  const ServerAudit* of(const config::ContextId& id) const {
    const auto found = servers_.find(id);
    return found == servers_.end() ? nullptr : found->second;
  }

 private:
  std::map<config::ContextId, const ServerAudit*> servers_;
};

}  // namespace mtls::audit
