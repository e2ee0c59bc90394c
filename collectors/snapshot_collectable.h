// A Snapshot as prometheus-cpp's Collectable: it collects the families each time it is asked
// instead of keeping a registry.
#pragma once

#include <memory>

#include <prometheus/collectable.h>

#include "audit/policy.h"
#include "audit/snapshot.h"

namespace mtls::collectors {

class SnapshotCollectable final : public prometheus::Collectable {
 public:
  /// `snapshot` is never null.
  SnapshotCollectable(std::shared_ptr<const audit::Snapshot> snapshot, audit::Limits limits);

  std::vector<prometheus::MetricFamily> Collect()
      const override;  // NOLINT(readability-identifier-naming): the library's

 private:
  std::shared_ptr<const audit::Snapshot> snapshot_;
  audit::Limits limits_;
};

}  // namespace mtls::collectors
