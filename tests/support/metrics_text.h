// Reads the Prometheus text format 0.0.4 strictly into samples. Knows none of the exporter's metric
// names, and drops HELP texts and timestamps. Pure.
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

/// The samples in the order of the text. Throws std::runtime_error with the line's number and text
/// wherever Prometheus' own parser (expfmt) would: bad names, escapes, values or types, a repeated
/// label, a TYPE that is repeated or comes after its samples, a last line without line feed.
std::vector<Sample> parse_metrics(std::string_view text);

/// The samples with this name that have all of `labels`, and perhaps more.
std::vector<Sample> find(const std::vector<Sample>& samples, std::string_view name,
                         const Labels& labels = {});

/// Every sample whose name and labels occurred before. Such a sample makes Prometheus reject the
/// scrape.
std::vector<Sample> duplicates(const std::vector<Sample>& samples);

}  // namespace mtls::testing
