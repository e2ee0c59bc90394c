// One metric family under construction: safe label values, and never two series with the same
// labels. Pure.
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
  explicit Family(const FamilySpec& spec);

  /// Values are sanitized (base::sanitize). A second series with the same labels is ignored: the
  /// first speaks.
  void add(const Labels& labels, double value);
  prometheus::MetricFamily take() { return std::move(family_); }

 private:
  prometheus::MetricFamily family_;
  std::set<std::string> seen_;
};

using Families = std::vector<prometheus::MetricFamily>;

std::size_t series(const Families& families);

/// The order of an exposition, as other exporters have it.
void sort_by_name(Families& families);

/// Text format 0.0.4. Families without series are left out.
std::string render(const Families& families);

}  // namespace mtls::collectors
