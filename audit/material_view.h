// The files of an evaluation as one judgement sees them. The view notes every file it was asked
// for, so that what a judgement depends on is known without anybody listing files. Pure.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "audit/clock.h"
#include "audit/snapshot.h"

namespace mtls::audit {

/// Not for two threads at once: asking is const, but it is noted.
class MaterialView {
 public:
  /// `all` has to outlive this.
  explicit MaterialView(const MaterialSet& all) : all_(all) {}

  /// nullptr without a path, or when the file is not part of the material.
  std::shared_ptr<const MaterialFile> file(const std::string* path) const;
  /// The certificates and CRLs of a file that could be read; nullptr otherwise.
  const pki::Material* content(const std::string* path) const;

  /// The files it was asked for, by path, each once.
  std::vector<std::shared_ptr<const MaterialFile>> used() const {
    return {used_.begin(), used_.end()};
  }

 private:
  struct ByPath {
    bool operator()(const std::shared_ptr<const MaterialFile>& a,
                    const std::shared_ptr<const MaterialFile>& b) const {
      return a->path < b->path;
    }
  };

  const MaterialSet& all_;
  mutable std::set<std::shared_ptr<const MaterialFile>, ByPath> used_;
};

/// What one judgement goes by, and what it turns out to depend on.
struct Evidence {
  MaterialView material;
  Clock clock;

  explicit Evidence(const Snapshot& snapshot) : Evidence(snapshot, snapshot.evaluated_at) {}
  Evidence(const Snapshot& snapshot, base::sys_seconds now)
      : material(snapshot.material), clock(now) {}
};

}  // namespace mtls::audit
