#include "collectors/openmetrics.h"

#include <array>
#include <charconv>
#include <string_view>

namespace mtls::collectors {
namespace {

using prometheus::MetricType;

constexpr std::string_view kCounterSuffix = "_total";

// The ABNF's `escaped-string` (OpenMetrics 1.0.0), for label values and HELP alike.
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
}

// As many digits as prometheus-cpp 1.0 writes, so that both formats show the same number.
void append_number(std::string& out, double value) {
  constexpr int kDigits = 16;
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value,
                                          std::chars_format::general, kDigits);
  out.append(text.data(), end);
}

// The samples of a counter have the suffix _total; the name of its family does not.
std::string_view family_name(const prometheus::MetricFamily& family) {
  std::string_view name = family.name;
  const bool counts = family.type == MetricType::Counter;
  if (counts && name.ends_with(kCounterSuffix)) name.remove_suffix(kCounterSuffix.size());
  return name;
}

void append_sample(std::string& out, const prometheus::MetricFamily& family,
                   const prometheus::ClientMetric& metric) {
  out += family_name(family);
  const bool counts = family.type == MetricType::Counter;
  if (counts) out += kCounterSuffix;
  char separator = '{';
  for (const auto& label : metric.label) {
    out += separator;
    out += label.name;
    out += "=\"";
    append_escaped(out, label.value);
    out += '"';
    separator = ',';
  }
  if (!metric.label.empty()) out += '}';
  out += ' ';
  append_number(out, counts ? metric.counter.value : metric.gauge.value);
  out += '\n';
}

}  // namespace

std::string render_openmetrics(const Families& families) {
  std::string out;
  for (const prometheus::MetricFamily& family : families) {
    if (family.metric.empty()) continue;
    const std::string name(family_name(family));
    out += "# HELP " + name + " ";
    append_escaped(out, family.help);
    out += "\n# TYPE " + name + (family.type == MetricType::Counter ? " counter\n" : " gauge\n");
    for (const auto& metric : family.metric) append_sample(out, family, metric);
  }
  return out;
}

}  // namespace mtls::collectors
