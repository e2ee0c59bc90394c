// What prometheus-cpp's serializer makes of the families and samples of an exposition: the same
// bytes, if the exposition was written as it writes. Reads our own text only, not what others
// write. Header only: whoever includes it links prometheus-cpp.
#pragma once

#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace mtls::testing {

/// One sample of a gauge or counter, taken apart.
inline prometheus::ClientMetric parse_sample(std::string_view line, std::string_view name,
                                             prometheus::MetricType type) {
  prometheus::ClientMetric metric;
  if (!line.starts_with(name)) throw std::runtime_error("not of its family: " + std::string(line));
  line.remove_prefix(name.size());
  while (line.starts_with('{') || line.starts_with(',')) {
    line.remove_prefix(1);
    auto& label = metric.label.emplace_back();
    label.name = line.substr(0, line.find("=\""));
    line.remove_prefix(label.name.size() + 2);
    for (; !line.starts_with('"'); line.remove_prefix(1)) {
      const bool escaped = line.starts_with('\\');
      if (escaped) line.remove_prefix(1);
      label.value += escaped && line.front() == 'n' ? '\n' : line.front();
    }
    line.remove_prefix(1);
  }
  if (line.starts_with('}')) line.remove_prefix(1);
  const double value = std::strtod(std::string(line).c_str(), nullptr);
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return metric;
}

inline std::string as_prometheus_cpp_writes(const std::string& text) {
  std::vector<prometheus::MetricFamily> families;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# HELP ")) {
      auto& family = families.emplace_back();
      family.name = line.substr(7, line.find(' ', 7) - 7);
      family.help = line.substr(8 + family.name.size());
    } else if (line.starts_with("# TYPE ")) {
      families.back().type = line.ends_with(" counter") ? prometheus::MetricType::Counter
                                                        : prometheus::MetricType::Gauge;
    } else {
      auto& family = families.at(families.size() - 1);
      family.metric.push_back(parse_sample(line, family.name, family.type));
    }
  }
  return prometheus::TextSerializer{}.Serialize(families);
}

}  // namespace mtls::testing
