// subject.yml: what a case is about. Its goldens hold that and nothing else, so that a new finding
// or metric changes the goldens of its own cases only. Pure.
//
//   findings: [ca-expired]       rules whose findings are kept, with place and detail
//   beside: [canary-rejected]    rules that the tree raises as well; they are not kept
//   metrics: [ca_info]           families that are kept, without nginx_mtls_; of `findings` only
//                                the series of the rules above
//   contexts: [judged by]        lines of each server block in contexts.txt that are kept
//   crossplane: true             the tree as crossplane would print it is kept
//
// What is named must appear, or the case fails. A finding of a rule in known_rules.txt must be
// named wherever it appears.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace mtls::cases {

struct Subject {
  std::set<std::string> findings;
  std::set<std::string> beside;
  std::set<std::string> metrics;
  std::set<std::string> contexts;
  bool crossplane = false;
};

/// What a case comes to, and which rules and families it brought about, kept or not.
struct Outcome {
  std::map<std::string, std::string> texts;  // file name under expected/ to what belongs there
  std::set<std::string> rules;
  std::set<std::string> families;       // without nginx_mtls_
  std::vector<std::string> complaints;  // what the subject names wrongly, or does not name
};

/// Throws when the text has unknown keys.
Subject read_subject(const std::string& yaml);

/// `whole`: contexts.txt, crossplane.json, findings.txt, metrics.prom of the whole tree.
/// `known_rules`: the ids that must be named wherever they appear.
Outcome select(const Subject& subject, const std::map<std::string, std::string>& whole,
               const std::set<std::string>& known_rules);

}  // namespace mtls::cases
