#include <algorithm>
#include <set>
#include <string_view>

#include "collectors/family_groups.h"

namespace mtls::collectors {
namespace {

const std::string* crl_path_of(const audit::Snapshot& snapshot, std::size_t server) {
  return audit::static_path(snapshot.config->resolved.servers[server].crl.value);
}

void write_crls(const std::string& path, const CrlsByIssuer& lists, SampleWriter& out) {
  const LabelText file{{"path", path}};
  for (const auto& [issuer, list] : lists) {
    const LabelText id = file.with("issuer", issuer);
    if (list->this_update) out.add(kCrlThisUpdate, id, base::unix_seconds(*list->this_update));
    if (list->next_update) out.add(kCrlNextUpdate, id, base::unix_seconds(*list->next_update));
    out.add(kCrlRevoked, id, static_cast<double>(list->revoked));
  }
}

}  // namespace

std::vector<std::string> checked_issuers(const Server& server, const CrlsByIssuer& lists) {
  std::set<std::string_view> trusted;
  for (const pki::paths::Member& member : server.audit.store.members)
    trusted.insert(member.certificate.facts().subject.canonical);
  std::vector<std::string> issuers;
  for (const auto& [issuer, list] : lists)
    if (trusted.contains(list->issuer.canonical)) issuers.push_back(issuer);
  return issuers;
}

void write_checked(const Server& server, const std::vector<std::string>& issuers,
                   SampleWriter& out) {
  const LabelText labels = server.labels.with("path", server.audit.crl_path);
  for (const std::string& issuer : issuers)
    out.add(kServerCrlInfo, labels.with("issuer", issuer), 1);
}

CrlFamilies::CrlFamilies(bool is_compact)
    : crls_({&kCrlThisUpdate, &kCrlNextUpdate, &kCrlRevoked}, is_compact) {}

// What depends on the configuration alone.
void CrlFamilies::find_paths(const audit::Snapshot& snapshot) {
  paths_.clear();
  users_.clear();
  place_of_path_.clear();
  for (std::size_t i = 0; i < snapshot.servers.size(); ++i) {
    const std::string* path = crl_path_of(snapshot, i);
    if (path == nullptr) continue;
    const auto [place, is_new] = place_of_path_.try_emplace(*path, paths_.size());
    if (is_new) paths_.push_back(*path);
    users_.emplace_back(i, place->second);
  }
}

// Whether a CRL file is another object, or a server block uses other CRLs of one.
bool CrlFamilies::is_concerned(const Delta& delta) const {
  if (!delta.same_config || !delta.files.same_keys) return true;
  for (const std::size_t index : delta.servers.positions) {
    const bool has_crl = crl_path_of(delta.now, index) != nullptr;
    if (has_crl && delta.now.servers[index]->crls_without_use !=
                       delta.before->servers[index]->crls_without_use)
      return true;
  }
  return std::ranges::any_of(delta.files.objects, [&](const audit::MaterialFile* file) {
    return place_of_path_.contains(file->path);
  });
}

void CrlFamilies::find_files(const Delta& delta) {
  const auto content = [](const std::shared_ptr<const audit::MaterialFile>& file) {
    return file->material ? file : nullptr;
  };
  if (delta.same_config && delta.files.same_keys) {
    for (const audit::MaterialFile* file : delta.files.objects) {
      const auto place = place_of_path_.find(file->path);
      if (place != place_of_path_.end())
        files_[place->second] = content(delta.now.material.at(file->path));
    }
    return;
  }
  files_.assign(paths_.size(), nullptr);
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    const auto file = delta.now.material.find(paths_[i]);
    if (file != delta.now.material.end()) files_[i] = content(file->second);
  }
}

// A server block that uses a file as one before it does says nothing new.
std::vector<CrlFamilies::Use> CrlFamilies::uses_of(const audit::Snapshot& snapshot) const {
  std::vector<Use> uses;
  std::vector<std::vector<std::size_t>> by_path(paths_.size());
  for (const auto& [server, path] : users_) {
    if (!files_[path]) continue;
    Use use{.path = path,
            .file = files_[path],
            .without_use = snapshot.servers[server]->crls_without_use,
            .servers = 1};
    bool is_known = false;
    for (const std::size_t known : by_path[path]) {
      if (!uses[known].is_like(use)) continue;
      ++uses[known].servers;
      is_known = true;
    }
    if (is_known) continue;
    by_path[path].push_back(uses.size());
    uses.push_back(std::move(use));
  }
  return uses;
}

void CrlFamilies::update(const Delta& delta) {
  if (!is_concerned(delta)) return;
  if (!delta.same_config) find_paths(delta.now);
  find_files(delta);
  std::vector<Use> uses = uses_of(delta.now);
  std::vector<std::size_t> changed;
  bool is_alike = delta.same_config && uses.size() == uses_.size();
  for (std::size_t i = 0; i < uses.size() && is_alike; ++i) {
    is_alike = uses[i].is_like(uses_[i]);
    if (uses[i].file != uses_[i].file) changed.push_back(i);
  }
  uses_ = std::move(uses);
  if (!is_alike) {
    std::vector<std::string> identities;
    for (const Use& use : uses_) identities.push_back(LabelText{{"path", paths_[use.path]}}.text());
    crls_.arrange(identities);
  }
  const auto lists_of = [&](const Use& use) -> const CrlsByIssuer& {
    return delta.crls.of(*use.file->material, use.without_use);
  };
  crls_.write(changed, [&](std::size_t object, SampleWriter& out) {
    const CrlsByIssuer& lists = lists_of(uses_[object]);
    if (!too_many_crls(lists, delta.limits)) write_crls(paths_[uses_[object].path], lists, out);
  });
  omitted_ = 0;
  for (const Use& use : uses_) {
    const CrlsByIssuer& lists = lists_of(use);
    if (too_many_crls(lists, delta.limits)) omitted_ += use.servers * kSeriesPerCrl * lists.size();
  }
}

}  // namespace mtls::collectors
