// A Snapshot as metric families in text. What a series says is in docs/metrics.md; names and helps
// are in metric_names.h; each group of families has a file of its own, *_families.cc. A Collector
// keeps the text of the Snapshot before: only objects that are other objects now are written again.
// The text is the same as from scratch. Pure in the Snapshots it is given.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "audit/policy.h"
#include "audit/snapshot.h"
#include "collectors/chunk_store.h"

namespace mtls::collectors {

/// A family with at least one sample. All are gauges, so both formats have the same text.
struct FamilyText {
  const FamilySpec* family = nullptr;
  std::vector<Text> texts;  // the HELP and TYPE lines, then the samples
  std::size_t series = 0;
};

using FamilyTexts = std::vector<FamilyText>;

/// How many objects were written anew.
struct Written {
  std::size_t servers = 0;
  std::size_t files = 0;
  std::size_t bundles = 0;
  std::size_t upstreams = 0;
};

struct Collection {
  FamilyTexts families;
  /// How many series were left out because there were more than limits.max_series in all.
  std::size_t over_limit = 0;
  Written written;
};

class Collector {
 public:
  /// `blackbox`: with the family of --compat.blackbox.
  explicit Collector(bool blackbox = false);
  ~Collector();
  Collector(Collector&&) noexcept;
  Collector& operator=(Collector&&) noexcept;

  /// All families. Above limits.max_series those named ca_*, server_ca_info and server_crl_info are
  /// left out, but not ca_rotation_state; series_omitted counts what any limit left out. Keeps
  /// `snapshot` until the next call. When memory runs out it starts over with the next.
  Collection collect(const std::shared_ptr<const audit::Snapshot>& snapshot,
                     const audit::Limits& limits);

 private:
  struct State;
  bool blackbox_;
  std::unique_ptr<State> state_;
};

/// From scratch.
Collection collect(const audit::Snapshot& snapshot, const audit::Limits& limits);

/// How many series all of them have.
std::size_t series(const FamilyTexts& families);

/// Expositions are sorted by name, as those of other exporters are.
void sort_by_name(FamilyTexts& families);

/// The exposition.
std::string render(const FamilyTexts& families);

}  // namespace mtls::collectors
