#include "collectors/openmetrics.h"

#include <string_view>

#include "collectors/text.h"

namespace mtls::collectors {
namespace {

using prometheus::MetricType;

constexpr std::string_view kCounterSuffix = "_total";

// The samples of a counter have the suffix _total; the name of its family does not.
std::string_view family_name(std::string_view name, MetricType type) {
  const bool counts = type == MetricType::Counter;
  if (counts && name.ends_with(kCounterSuffix)) name.remove_suffix(kCounterSuffix.size());
  return name;
}

std::string_view type_of(MetricType type) {
  switch (type) {
    case MetricType::Counter: return "counter";
    case MetricType::Histogram: return "histogram";
    default: return "gauge";
  }
}

void append_histogram(std::string& out, const std::string& name, const LabelText& labels,
                      const prometheus::ClientMetric::Histogram& histogram) {
  for (const auto& bucket : histogram.bucket) {
    std::string bound;
    append_number(bound, bucket.upper_bound);
    append_sample(out, name + "_bucket", labels.with("le", bound).text(),
                  static_cast<double>(bucket.cumulative_count));
  }
  const auto count = static_cast<double>(histogram.sample_count);
  append_sample(out, name + "_bucket", labels.with("le", "+Inf").text(), count);
  append_sample(out, name + "_count", labels.text(), count);
  append_sample(out, name + "_sum", labels.text(), histogram.sample_sum);
}

void append_header(std::string& out, std::string_view whole_name, std::string_view help,
                   MetricType type) {
  const std::string name(family_name(whole_name, type));
  out += "# HELP " + name + " ";
  append_escaped(out, help);
  out += "\n# TYPE " + name + " " + std::string(type_of(type)) + "\n";
}

void append_metric(std::string& out, const prometheus::MetricFamily& family,
                   const prometheus::ClientMetric& metric) {
  const bool counts = family.type == MetricType::Counter;
  std::string name(family_name(family.name, family.type));
  if (counts) name += kCounterSuffix;
  LabelText labels;
  for (const auto& label : metric.label) labels.add(label.name, label.value);
  if (family.type == MetricType::Histogram)
    return append_histogram(out, name, labels, metric.histogram);
  append_sample(out, name, labels.text(), counts ? metric.counter.value : metric.gauge.value);
}

}  // namespace

std::string render_openmetrics(const Families& families) {
  std::string out;
  for (const prometheus::MetricFamily& family : families) {
    if (family.metric.empty()) continue;
    append_header(out, family.name, family.help, family.type);
    for (const auto& metric : family.metric) append_metric(out, family, metric);
  }
  return out;
}

std::string openmetrics_header(const FamilySpec& family) {
  std::string header;
  append_header(header, family.name, family.help, family.type);
  return header;
}

}  // namespace mtls::collectors
