// What differs between two Snapshots, by the objects that they share. For the groups of families,
// each of which writes again what changed for it. Pure.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "audit/policy.h"
#include "audit/snapshot.h"
#include "collectors/crl_index.h"

namespace mtls::collectors {

template <class Object>
struct Changed {
  bool same_keys = false;              // else every object counts as changed
  std::vector<std::size_t> positions;  // ascending
  std::vector<const Object*> objects;  // at those positions

  void add(std::size_t position, const std::shared_ptr<const Object>& object) {
    positions.push_back(position);
    objects.push_back(object.get());
  }
};

struct Delta {
  const audit::Snapshot& now;
  const audit::Snapshot* before;  // nullptr: everything is new
  const audit::Limits& limits;
  bool same_config = false;             // the same server blocks, by labels and CRL files
  Changed<audit::ServerAudit> servers;  // by index; the keys are the configuration's
  Changed<audit::MaterialFile> files;   // in the order of Snapshot::material
  Changed<audit::BundleAudit> bundles;  // in the order of Snapshot::bundles

  CrlIndex& crls;
};

/// All references outlive the result.
Delta delta_of(const audit::Snapshot& now, const audit::Snapshot* before,
               const audit::Limits& limits, CrlIndex& crls);

}  // namespace mtls::collectors
