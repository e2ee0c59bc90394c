#include "collectors/delta.h"

namespace mtls::collectors {
namespace {

template <class Object, class Map>
Changed<Object> all_of(const Map& map) {
  Changed<Object> all;
  for (const auto& [path, object] : map) all.add(all.positions.size(), object);
  return all;
}

// The same object has the same path.
template <class Object, class Map>
Changed<Object> changed_objects(const Map& now, const Map* before) {
  if (before == nullptr || before->size() != now.size()) return all_of<Object>(now);
  Changed<Object> changed{.same_keys = true, .positions = {}, .objects = {}};
  std::size_t position = 0;
  for (auto one = now.begin(), other = before->begin(); one != now.end(); ++one, ++other) {
    if (one->second != other->second) {
      if (one->first != other->first) return all_of<Object>(now);
      changed.add(position, one->second);
    }
    ++position;
  }
  return changed;
}

Changed<audit::ServerAudit> changed_servers(const audit::Snapshot& now,
                                            const audit::Snapshot* before) {
  Changed<audit::ServerAudit> changed{
      .same_keys = before != nullptr, .positions = {}, .objects = {}};
  for (std::size_t i = 0; i < now.servers.size(); ++i) {
    if (before == nullptr || now.servers[i] != before->servers[i]) changed.add(i, now.servers[i]);
  }
  return changed;
}

// Values that an object does not hold are those of its server block, which is judged again when
// they differ.
bool has_same_servers(const audit::ConfigView& now, const audit::ConfigView& before) {
  const auto& servers = now.resolved.servers;
  if (servers.size() != before.resolved.servers.size()) return false;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const config::TlsContext& other = before.resolved.servers[i];
    if (servers[i].id != other.id || servers[i].crl.value != other.crl.value ||
        now.resolved.label_owner(i) != before.resolved.label_owner(i))
      return false;
  }
  return true;
}

}  // namespace

Delta delta_of(const audit::Snapshot& now, const audit::Snapshot* before,
               const audit::Limits& limits, CrlIndex& crls) {
  const bool same_config = before != nullptr && (before->config == now.config ||
                                                 has_same_servers(*now.config, *before->config));
  return {.now = now,
          .before = before,
          .limits = limits,
          .same_config = same_config,
          .servers = changed_servers(now, same_config ? before : nullptr),
          .files = changed_objects<audit::MaterialFile>(
              now.material, before != nullptr ? &before->material : nullptr),
          .bundles = changed_objects<audit::BundleAudit>(
              now.bundles, before != nullptr ? &before->bundles : nullptr),
          .crls = crls};
}

}  // namespace mtls::collectors
