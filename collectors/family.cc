#include "collectors/family.h"

#include <algorithm>
#include <numeric>

#include <prometheus/text_serializer.h>

#include "collectors/text.h"

namespace mtls::collectors {

Family::Family(const FamilySpec& spec, bool is_compact) : spec_(spec), is_compact_(is_compact) {
  family_.name = spec.name;
  family_.help = spec.help;
  family_.type = spec.type;
}

// nullptr: there is one with these labels.
prometheus::ClientMetric* Family::metric_for(const Labels& labels) {
  prometheus::ClientMetric metric;
  std::string key;
  for (const auto& [name, raw] : labels) {
    std::string safe = safe_label(name, raw);
    key += safe + '\n';
    metric.label.push_back({name, std::move(safe)});
  }
  if (!seen_.insert(std::move(key)).second) return nullptr;
  family_.metric.push_back(std::move(metric));
  return &family_.metric.back();
}

void Family::add(const Labels& labels, double value) {
  if (is_compact_ && !is_in_compact(spec_, value)) return;
  prometheus::ClientMetric* const metric = metric_for(labels);
  if (metric == nullptr) return;
  if (family_.type == prometheus::MetricType::Counter) {
    metric->counter.value = value;
  } else {
    metric->gauge.value = value;
  }
}

void Family::add(const Labels& labels, prometheus::ClientMetric::Histogram histogram) {
  if (is_compact_ && !is_in_compact(spec_, histogram.sample_sum)) return;
  prometheus::ClientMetric* const metric = metric_for(labels);
  if (metric != nullptr) metric->histogram = std::move(histogram);
}

std::size_t series(const Families& families) {
  return std::accumulate(
      families.begin(), families.end(), std::size_t{0},
      [](std::size_t sum, const auto& family) { return sum + family.metric.size(); });
}

void sort_by_name(Families& families) {
  std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
}

std::string render(const Families& families) {
  Families present;
  for (const prometheus::MetricFamily& family : families) {
    if (!family.metric.empty()) present.push_back(family);
  }
  return prometheus::TextSerializer{}.Serialize(present);
}

}  // namespace mtls::collectors
