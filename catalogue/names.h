// The names of our alerts and metric families, explained by the documents that describe them: each
// heading of alerts/runbook.md and each row of the tables of docs/metrics.md is an entry.
// tests/arch compares docs/metrics.md with the families of the code. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mtls::catalogue {

struct NamedField {
  std::string name;  // "meaning", "labels"
  std::string text;
};

struct NamedThing {
  std::string name;
  std::string kind;  // "alert", or the type of the family: "gauge 0/1"
  std::vector<NamedField> fields;
  std::string more;  // the document and heading that say more
};

/// All of them: the alerts in the order of the runbook, then the families.
const std::vector<NamedThing>& named_things();

/// Those whose names are words of `line`, each once, in its order. In OpenMetrics the family of a
/// counter is without its `_total`.
std::vector<const NamedThing*> named_things_in(std::string_view line);

/// The words of `line`: letters, digits, `_` and `-` without anything else between them.
std::vector<std::string_view> words_of(std::string_view line);

}  // namespace mtls::catalogue
