// What the running nginx shows: its masters, since when, and what it has not loaded yet; and what
// its clients tell of their CAs.
#include <algorithm>
#include <map>
#include <set>

#include "audit/loaded.h"
#include "collectors/family_groups.h"

namespace mtls::collectors {
namespace {

constexpr double kNanoseconds = 1e9;

void write_nginx(const audit::Snapshot& snapshot, SampleWriter& out) {
  if (!snapshot.processes || !snapshot.processes->is_visible) return;
  for (const running::Master& master : snapshot.processes->masters) {
    const running::Build& build = master.build;
    out.add(kNginxInfo,
            {{"version", build.version},
             {"openssl", build.openssl},
             {"conf", build.conf},
             {"dialect", build.dialect}},
            1);
  }
  const running::Master* master = snapshot.master();
  out.add(kNginxRunning, {}, master != nullptr ? 1 : 0);
  if (master == nullptr) return;
  std::size_t draining = 0;
  for (const running::Master& each : snapshot.processes->masters) {
    if (each.build.conf == master->build.conf) draining += each.draining();
  }
  out.add(kNginxShuttingDownWorkers, {}, static_cast<double>(draining));
  if (master->load && !master->generation->is_doubtful)
    out.add(kNginxConfigLoad, {}, static_cast<double>(master->load->before_ns) / kNanoseconds);
}

void write_probed(const audit::Snapshot& snapshot, SampleWriter& out) {
  for (const audit::ProbedServer& probed : snapshot.probed) {
    const LabelText labels{{"server", probed.id.server}, {"listen", probed.id.listen}};
    out.add(kLiveProbeSuccess, labels, probed.is_reached ? 1 : 0);
    if (probed.are_names_as_in_files)
      out.add(kLiveCaNamesMatch, labels, *probed.are_names_as_in_files ? 1 : 0);
    if (probed.is_certificate_as_in_files)
      out.add(kLiveCertificateMatch, labels, *probed.is_certificate_as_in_files ? 1 : 0);
  }
}

bool has_certificate(const audit::ServerAudit& server, const pki::Fingerprint& fingerprint) {
  return std::ranges::any_of(server.store.members, [&](const pki::paths::Member& member) {
    return member.certificate.facts().fingerprint == fingerprint;
  });
}

/// What the running nginx and its clients tell of the client CAs of one server block.
struct LiveCas {
  const Server& server;
  const audit::ServerAudit* loaded = nullptr;     // nullptr: not known
  const audit::ServerClients* clients = nullptr;  // nullptr: nobody observes them

  // With the first certificate of each key.
  const audit::CaState* observed(const pki::Fingerprint& fingerprint) const {
    if (clients == nullptr) return nullptr;
    for (const pki::paths::Member& member : server.audit.store.members) {
      const pki::CertificateFacts& facts = member.certificate.facts();
      if (facts.fingerprint != fingerprint) continue;
      const auto ca = std::ranges::find(clients->cas, facts.key.label(), &audit::CaState::ca);
      return ca != clients->cas.end() ? &*ca : nullptr;
    }
    return nullptr;
  }

  void write(const pki::Fingerprint& fingerprint, SampleWriter& out) const {
    const LabelText labels = server.labels.with("fingerprint", fingerprint.label());
    if (loaded != nullptr)
      out.add(kCaRotationState, labels.with("state", "loaded"),
              has_certificate(*loaded, fingerprint) ? 1 : 0);
    if (const audit::CaState* ca = observed(fingerprint))
      out.add(kCaRotationState, labels.with("state", "unused"),
              ca->stage == audit::CaStage::kUnused ? 1 : 0);
  }
};

// Of CAs that are being exchanged, and, where clients are observed, of all CAs that they may come
// by.
void write_live_rotation(const LiveCas& cas, const audit::Limits& limits, SampleWriter& out) {
  const auto& rotation = cas.server.audit.rotation;
  if (!cas.server.asks() || rotation.size() > limits.max_certificates_per_file) return;
  std::set<pki::Fingerprint> written;
  for (const audit::RotatingCa& ca : rotation) {
    if (written.insert(ca.fingerprint).second) cas.write(ca.fingerprint, out);
  }
  if (cas.clients == nullptr) return;
  for (const pki::paths::Member& member : cas.server.audit.store.members) {
    const pki::Fingerprint& fingerprint = member.certificate.facts().fingerprint;
    if (cas.observed(fingerprint) != nullptr && written.insert(fingerprint).second)
      cas.write(fingerprint, out);
  }
}

// nullptr: nothing can be told.
const audit::Loaded* loaded_of(const audit::Snapshot* snapshot) {
  const audit::Loaded* loaded = snapshot != nullptr ? snapshot->loaded.get() : nullptr;
  return loaded != nullptr && !loaded->is_mixed ? loaded : nullptr;
}

void write_pending(const audit::Loaded& loaded, const std::string& path, SampleWriter& out) {
  const audit::LoadState state = loaded.state(path);
  if (state == audit::LoadState::kUnknown) return;
  out.add(kReloadPending, {{"path", path}}, state == audit::LoadState::kPending ? 1 : 0);
}

const audit::ServerAudit* server_of(const audit::Snapshot* snapshot, std::size_t index) {
  const audit::Loaded* loaded = loaded_of(snapshot);
  return loaded != nullptr ? loaded->server(*snapshot, index) : nullptr;
}

// The running nginx decides with other files than those on the disk.
bool differs_from_disk(const audit::Snapshot& snapshot, std::size_t index) {
  const audit::Loaded& loaded = *snapshot.loaded;
  if (loaded.servers.empty()) return false;
  return index >= snapshot.servers.size() || loaded.servers[index] != snapshot.servers[index];
}

// Whether nginx has loaded the configuration on the disk: then its server blocks have the same
// indices.
bool has_loaded_config(const audit::Snapshot& snapshot) {
  const audit::Loaded* loaded = loaded_of(&snapshot);
  return loaded != nullptr && loaded->config == snapshot.config;
}

class ObservedClients {
 public:
  explicit ObservedClients(const audit::Snapshot& snapshot) {
    if (!snapshot.observed_truth) return;
    for (const audit::ServerClients& one : snapshot.observed_truth->clients)
      by_id_.emplace(one.id, &one);
  }
  /// nullptr: nobody observes them.
  const audit::ServerClients* of(const config::ContextId& id) const {
    const auto found = by_id_.find(id);
    return found != by_id_.end() ? found->second : nullptr;
  }

 private:
  std::map<config::ContextId, const audit::ServerClients*> by_id_;
};

bool is_same_verdict(const audit::Snapshot& now, const audit::Snapshot& before, std::size_t index) {
  const audit::ServerAudit* server = server_of(&now, index);
  if (server != server_of(&before, index)) return false;
  return server == nullptr || differs_from_disk(now, index) == differs_from_disk(before, index);
}

}  // namespace

LiveFamilies::LiveFamilies(bool is_compact)
    : nginx_({&kNginxInfo, &kNginxRunning, &kNginxConfigLoad, &kNginxShuttingDownWorkers}),
      files_({&kReloadPending}, is_compact),
      verdicts_({&kCanaryAccepted, &kCanaryErrorCode, &kCanaryLockout}),
      probes_({&kLiveProbeSuccess, &kLiveCaNamesMatch, &kLiveCertificateMatch}, is_compact),
      rotation_({&kCaRotationState}, is_compact) {
  nginx_.arrange({""});
  probes_.arrange({""});
}

void LiveFamilies::update_files(const Delta& delta) {
  const audit::Loaded* now = loaded_of(&delta.now);
  const audit::Loaded* before = loaded_of(delta.before);
  if (now != nullptr && before != nullptr && now->files == before->files) {
    std::vector<std::size_t> changed;
    for (std::size_t i = 0; i < paths_.size(); ++i)
      if (now->state(paths_[i]) != before->state(paths_[i])) changed.push_back(i);
    files_.write(changed, [&](std::size_t object, SampleWriter& out) {
      write_pending(*now, paths_[object], out);
    });
    return;
  }
  paths_.clear();
  std::vector<std::string> identities;
  if (now != nullptr) {
    for (const auto& [path, file] : *now->files) {
      if (file.kind == audit::LoadedFile::Kind::kPattern) continue;
      paths_.push_back(path);
      identities.push_back(LabelText{{"path", path}}.text());
    }
  }
  files_.arrange(identities);
  files_.write(
      {}, [&](std::size_t object, SampleWriter& out) { write_pending(*now, paths_[object], out); });
}

void LiveFamilies::update_verdicts(const Delta& delta) {
  const audit::Loaded* now = loaded_of(&delta.now);
  const audit::Loaded* before = loaded_of(delta.before);
  const auto config = now != nullptr ? now->config : nullptr;
  std::vector<std::size_t> changed;
  if (config && before != nullptr && before->config == config) {
    for (std::size_t i = 0; i < indexes_.size(); ++i)
      if (!is_same_verdict(delta.now, *delta.before, indexes_[i])) changed.push_back(i);
  } else {
    indexes_.clear();
    std::vector<std::string> identities;
    for (std::size_t i = 0; config && i < config->resolved.servers.size(); ++i) {
      if (config->resolved.label_owner(i) != i) continue;
      const config::ContextId& id = config->resolved.servers[i].id;
      indexes_.push_back(i);
      identities.push_back(LabelText{{"server", id.server}, {"listen", id.listen}}.text());
    }
    verdicts_.arrange(identities);
  }
  verdicts_.write(changed, [&](std::size_t object, SampleWriter& out) {
    const std::size_t index = indexes_[object];
    const audit::ServerAudit* server = server_of(&delta.now, index);
    if (server == nullptr) return;
    write_loaded_verdicts(config->resolved.servers[index].id, *server,
                          !differs_from_disk(delta.now, index), out);
  });
}

// The server blocks whose CAs have other states than before, by object of rotation_. A change of
// one file must not cost anything for each of thousands of others.
std::vector<std::size_t> LiveFamilies::changed_rotations(const Delta& delta) const {
  std::vector<std::size_t> changed;
  const audit::Snapshot* before = delta.before;
  const bool is_comparable = before != nullptr && before->config == delta.now.config &&
                             before->observed_truth == delta.now.observed_truth &&
                             has_loaded_config(*before) == has_loaded_config(delta.now);
  const bool is_known = has_loaded_config(delta.now);
  for (std::size_t object = 0; object < rotating_.size(); ++object) {
    const std::size_t i = rotating_[object];
    const bool is_same = is_comparable && delta.now.servers[i] == before->servers[i] &&
                         (is_known ? server_of(&delta.now, i) == server_of(before, i)
                                   : delta.now.loaded == before->loaded);
    if (!is_same) changed.push_back(object);
  }
  return changed;
}

void LiveFamilies::update_rotation(const Delta& delta) {
  const audit::Snapshot& now = delta.now;
  if (!delta.same_config) {
    rotating_.clear();
    std::vector<std::string> identities;
    for (std::size_t i = 0; i < now.servers.size(); ++i) {
      if (now.config->resolved.label_owner(i) != i) continue;
      rotating_.push_back(i);
      identities.push_back(Server(now, i).labels.text());
    }
    rotation_.arrange(identities);
  }
  const std::vector<std::size_t> changed = changed_rotations(delta);
  if (changed.empty()) return;
  const bool has_loaded = has_loaded_config(now);
  const std::optional<audit::LoadedServers> elsewhere =
      has_loaded ? std::nullopt : std::optional<audit::LoadedServers>(now);
  const ObservedClients observed(now);
  rotation_.write(changed, [&](std::size_t object, SampleWriter& out) {
    const Server server(now, rotating_[object]);
    write_live_rotation({.server = server,
                         .loaded = has_loaded ? server_of(&now, rotating_[object])
                                              : elsewhere->of(server.context.id),
                         .clients = observed.of(server.context.id)},
                        delta.limits, out);
  });
}

void LiveFamilies::update(const Delta& delta) {
  nginx_.write({0}, [&](std::size_t, SampleWriter& out) { write_nginx(delta.now, out); });
  update_files(delta);
  update_verdicts(delta);
  update_rotation(delta);
  if (delta.before == nullptr || delta.before->probed != delta.now.probed)
    probes_.write({0}, [&](std::size_t, SampleWriter& out) { write_probed(delta.now, out); });
}

}  // namespace mtls::collectors
