// One metric family under construction. Label values become safe to print, and no two series have
// the same labels. Also what a list of families allows: counting, sorting, text format 0.0.4. Pure.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

#include "collectors/metric_names.h"

namespace mtls::collectors {

using Labels = std::vector<std::pair<const char*, std::string>>;

class Family {
 public:
  /// `is_compact`: only the series that are in compact (metric_names.h).
  explicit Family(const FamilySpec& spec, bool is_compact = false);

  /// Label values are sanitized (base::sanitize). A second series with the same labels is ignored.
  void add(const Labels& labels, double value);
  /// The same, of a histogram; its last bucket is not the infinite one.
  void add(const Labels& labels, prometheus::ClientMetric::Histogram histogram);
  /// Once, at the end.
  prometheus::MetricFamily take() { return std::move(family_); }

 private:
  prometheus::ClientMetric* metric_for(const Labels& labels);

  FamilySpec spec_;
  bool is_compact_;
  prometheus::MetricFamily family_;
  std::set<std::string> seen_;
};

using Families = std::vector<prometheus::MetricFamily>;

/// How many series all of them have.
std::size_t series(const Families& families);

/// Expositions are sorted by name, as those of other exporters are.
void sort_by_name(Families& families);

/// Text format 0.0.4. Families without series are left out.
std::string render(const Families& families);

}  // namespace mtls::collectors
