// The Prometheus text format 0.0.4 as a test reads it: samples, strictly. Pure.
// Knows nothing of our metric names, and keeps neither HELP texts nor timestamps.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::testing {

using Labels = std::map<std::string, std::string>;

struct Sample {
  std::string name;
  Labels labels;
  double value = 0;
};

/// In the order of the text. Throws std::runtime_error, with the number of the line and its text,
/// where Prometheus' own parser (expfmt) would: bad names, escapes, values or types, a label twice,
/// a TYPE twice or after its samples, a last line without line feed.
std::vector<Sample> parse_metrics(std::string_view text);

/// The samples of that name that have all of `labels`, and perhaps more.
std::vector<Sample> find(const std::vector<Sample>& samples, std::string_view name,
                         const Labels& labels = {});

/// Every sample whose name and labels occurred before, which makes Prometheus reject the scrape.
std::vector<Sample> duplicates(const std::vector<Sample>& samples);

}  // namespace mtls::testing
