#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "audit/trust/upstream_trust.h"
#include "collectors/family_groups.h"

namespace mtls::collectors {
namespace {

using config::UpstreamTlsContext;

// `listen` is not a label here, so several upstreams can have the same labels. The family then has
// the lowest of their values, which is the worst.
class Lowest {
 public:
  void add(double value) { value_ = value_ ? std::min(*value_, value) : value; }
  void write(const FamilySpec& family, const LabelText& labels, SampleWriter& out) const {
    if (value_) out.add(family, labels, *value_);
  }

 private:
  std::optional<double> value_;
};

LabelText labels_of(const UpstreamTlsContext& upstream) {
  return {{"server", upstream.server.server},
          {"location", upstream.location},
          {"directive", upstream.directive}};
}

std::shared_ptr<const audit::MaterialFile> file_at(const audit::Snapshot& snapshot,
                                                   const std::string& path) {
  const auto file = snapshot.material.find(path);
  return file == snapshot.material.end() ? nullptr : file->second;
}

void write_upstreams(const audit::Snapshot& snapshot, const std::vector<std::size_t>& members,
                     SampleWriter& out) {
  Lowest verify;
  Lowest trust;
  std::map<std::string, Lowest> certificates;  // by path
  for (const std::size_t index : members) {
    const UpstreamTlsContext& upstream = snapshot.config->resolved.upstreams[index];
    verify.add(upstream.verify.value ? 1 : 0);
    const auto end = snapshot.upstreams[index].trust_until;
    if (end) trust.add(base::unix_seconds(*end));
    for (const std::string& path : audit::trust::upstream_files(upstream).certificates) {
      const auto file = file_at(snapshot, path);
      if (!file || !file->material) continue;
      if (const auto until = audit::earliest_expiry(*file->material))
        certificates[path].add(base::unix_seconds(*until));
    }
  }
  const LabelText labels = labels_of(snapshot.config->resolved.upstreams[members.front()]);
  verify.write(kUpstreamVerifyEnabled, labels, out);
  trust.write(kUpstreamTrustExpiry, labels, out);
  for (const auto& [path, until] : certificates)
    until.write(kUpstreamCertificateExpiry, labels.with("path", path), out);
}

bool has_same_upstreams(const Delta& delta) {
  if (!delta.same_config) return false;
  const auto& config = *delta.now.config;
  const auto& before = *delta.before->config;
  return &config == &before || config.resolved.upstreams == before.resolved.upstreams;
}

}  // namespace

UpstreamFamilies::UpstreamFamilies(bool is_compact)
    : upstreams_({&kUpstreamVerifyEnabled, &kUpstreamTrustExpiry, &kUpstreamCertificateExpiry},
                 is_compact) {}

void UpstreamFamilies::arrange(const audit::Snapshot& snapshot) {
  const auto& upstreams = snapshot.config->resolved.upstreams;
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<std::size_t>> by_labels;
  for (std::size_t i = 0; i < upstreams.size(); ++i) {
    const UpstreamTlsContext& upstream = upstreams[i];
    if (upstream.speaks_tls != config::SpeaksTls::kYes) continue;
    by_labels[{upstream.server.server, upstream.location, upstream.directive}].push_back(i);
  }
  members_.clear();
  std::vector<std::string> identities;
  for (auto& [labels, members] : by_labels) {
    identities.push_back(labels_of(upstreams[members.front()]).text());
    members_.push_back(std::move(members));
  }
  upstreams_.arrange(identities);
}

std::vector<std::size_t> UpstreamFamilies::changed(const Delta& delta) const {
  const auto& upstreams = delta.now.config->resolved.upstreams;
  std::vector<std::size_t> objects;
  for (std::size_t object = 0; object < members_.size(); ++object) {
    const bool is_other = std::ranges::any_of(members_[object], [&](std::size_t index) {
      if (delta.now.upstreams[index].trust_until != delta.before->upstreams[index].trust_until)
        return true;
      const auto files = audit::trust::upstream_files(upstreams[index]).certificates;
      return std::ranges::any_of(files, [&](const std::string& path) {
        return file_at(delta.now, path) != file_at(*delta.before, path);
      });
    });
    if (is_other) objects.push_back(object);
  }
  return objects;
}

void UpstreamFamilies::update(const Delta& delta) {
  std::vector<std::size_t> objects;
  if (has_same_upstreams(delta)) {
    objects = changed(delta);
  } else {
    arrange(delta.now);
  }
  upstreams_.write(objects, [&](std::size_t object, SampleWriter& out) {
    write_upstreams(delta.now, members_[object], out);
  });
}

}  // namespace mtls::collectors
