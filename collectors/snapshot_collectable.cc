#include "collectors/snapshot_collectable.h"

#include <utility>

#include "collectors/collect.h"

namespace mtls::collectors {

SnapshotCollectable::SnapshotCollectable(std::shared_ptr<const audit::Snapshot> snapshot,
                                         audit::Limits limits)
    : snapshot_(std::move(snapshot)), limits_(limits) {}

std::vector<prometheus::MetricFamily> SnapshotCollectable::Collect() const {
  return collect(*snapshot_, limits_).families;
}

}  // namespace mtls::collectors
