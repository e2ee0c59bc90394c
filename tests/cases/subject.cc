#include "tests/cases/subject.h"

#include <yaml-cpp/yaml.h>

#include <functional>
#include <sstream>
#include <stdexcept>

namespace mtls::cases {
namespace {

using Lines = std::function<bool(const std::string& line)>;

std::string kept(const std::string& text, const Lines& keep) {
  std::istringstream in(text);
  std::string all;
  for (std::string line; std::getline(in, line);) {
    if (keep(line)) all += line + "\n";
  }
  return all;
}

std::string word_at(const std::string& line, std::size_t begin) {
  return line.substr(begin, line.find_first_of(" {", begin) - begin);
}

// `critical ca-expired at nginx.conf:3: ...`
std::string select_findings(const std::string& text, const Subject& subject, Outcome& outcome) {
  return kept(text, [&](const std::string& line) {
    const std::string rule = word_at(line, line.find(' ') + 1);
    outcome.rules.insert(rule);
    return subject.findings.contains(rule);
  });
}

bool is_of_rules(const std::string& series, const std::set<std::string>& rules) {
  constexpr std::string_view kLabel = "rule=\"";
  const std::size_t begin = series.find(kLabel);
  if (begin == std::string::npos) return true;  // not of the family of findings
  const std::size_t from = begin + kLabel.size();
  return rules.contains(series.substr(from, series.find('"', from) - from));
}

// `# HELP nginx_mtls_ca_info ...` begins a family.
std::string select_metrics(const std::string& text, const Subject& subject, Outcome& outcome) {
  constexpr std::string_view kBegin = "# HELP nginx_mtls_";
  std::string family;
  return kept(text, [&](const std::string& line) {
    if (line.starts_with(kBegin)) family = word_at(line, kBegin.size());
    outcome.families.insert(family);
    if (!subject.metrics.contains(family)) return false;
    return line.starts_with('#') || is_of_rules(line, subject.findings);
  });
}

// A server block has a line of its own, then `  name: value` or `  canary NAME: value`.
std::string select_contexts(const std::string& text, const Subject& subject,
                            std::set<std::string>& fields) {
  return kept(text, [&](const std::string& line) {
    if (!line.starts_with("  ")) return true;
    constexpr std::string_view kCanary = "  canary ";
    const std::string field =
        line.starts_with(kCanary) ? "canary" : line.substr(2, line.find(':') - 2);
    fields.insert(field);
    return subject.contexts.contains(field);
  });
}

void complain_of_missing(const std::string& key, const std::set<std::string>& named,
                         const std::set<std::string>& appeared, Outcome& outcome) {
  for (const std::string& name : named) {
    if (!appeared.contains(name))
      outcome.complaints.push_back(key + ": " + name + " never appears");
  }
}

std::set<std::string> names(const YAML::Node& node) {
  std::set<std::string> all;
  for (const auto& name : node) all.insert(name.as<std::string>());
  return all;
}

}  // namespace

Subject read_subject(const std::string& yaml) {
  const YAML::Node root = YAML::Load(yaml);
  const std::set<std::string> known{"findings", "beside", "metrics", "contexts", "crossplane"};
  for (const auto& entry : root) {
    const auto key = entry.first.as<std::string>();
    if (!known.contains(key)) throw std::runtime_error("subject.yml: unknown key " + key);
  }
  return {.findings = names(root["findings"]),
          .beside = names(root["beside"]),
          .metrics = names(root["metrics"]),
          .contexts = names(root["contexts"]),
          .crossplane = root["crossplane"].as<bool>(false)};
}

Outcome select(const Subject& subject, const std::map<std::string, std::string>& whole,
               const std::set<std::string>& known_rules) {
  Outcome outcome;
  std::set<std::string> fields;
  outcome.texts = {{"contexts.txt", select_contexts(whole.at("contexts.txt"), subject, fields)},
                   {"findings.txt", select_findings(whole.at("findings.txt"), subject, outcome)},
                   {"metrics.prom", select_metrics(whole.at("metrics.prom"), subject, outcome)}};
  if (subject.crossplane) outcome.texts["crossplane.json"] = whole.at("crossplane.json");
  complain_of_missing("findings", subject.findings, outcome.rules, outcome);
  complain_of_missing("beside", subject.beside, outcome.rules, outcome);
  complain_of_missing("metrics", subject.metrics, outcome.families, outcome);
  complain_of_missing("contexts", subject.contexts, fields, outcome);
  for (const std::string& rule : outcome.rules) {
    const bool is_named = subject.findings.contains(rule) || subject.beside.contains(rule);
    if (!is_named && known_rules.contains(rule)) {
      outcome.complaints.push_back("neither findings nor beside names " + rule);
    }
  }
  return outcome;
}

}  // namespace mtls::cases
