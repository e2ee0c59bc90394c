#include "config/exposure/request_paths.h"

#include <utility>

#include "config/grammar/condition.h"
#include "config/syntax/regex_sample.h"

namespace mtls::config::exposure {
namespace {

using Paths = std::set<std::string>;

void add_sample(Paths& paths, const std::string& pattern) {
  if (auto path = syntax::sample_path(pattern, syntax::Letters::kEitherCase))
    paths.insert(std::move(*path));
}

// A pattern inside a prefix location is tried only below that prefix.
void add_nested_sample(Paths& paths, const Location& location) {
  const auto path = syntax::sample_path(location.name, syntax::Letters::kEitherCase);
  if (!path) return;
  paths.insert(*path);
  if (location.outer->kind == Location::Kind::kPrefix) paths.insert(location.outer->name + *path);
}

void add_condition(Paths& paths, const syntax::Directive& directive) {
  const grammar::Condition condition(directive);
  if (!is_path_variable(condition.variable())) return;
  if (condition.is_pattern()) return add_sample(paths, condition.operand());
  const std::string& literal = condition.operand();
  if (literal.starts_with('/')) paths.insert(literal.substr(0, literal.find('?')));
}

void add_rewrites(Paths& paths, const std::vector<syntax::Directive>& block) {
  for (const syntax::Directive& directive : block) {
    if (directive.name == "if") add_condition(paths, directive);
    if (directive.name == "rewrite" && !directive.args.empty()) {
      add_sample(paths, directive.args[0].text);
    }
    if (directive.block && (directive.name == "if" || directive.name == "location")) {
      add_rewrites(paths, *directive.block);
    }
  }
}

}  // namespace

Paths paths_of(const LocationTree& tree, const Variables& variables) {
  Paths paths{"/", "/0"};
  for (const Location* location : tree.locations()) {
    if (location->kind == Location::Kind::kNamed) continue;
    if (location->kind == Location::Kind::kRegex) {
      add_nested_sample(paths, *location);
    } else if (location->name.starts_with('/')) {
      paths.insert(location->name);
      if (location->kind == Location::Kind::kPrefix) paths.insert(location->name + "0");
    }
  }
  add_rewrites(paths, *tree.server().directive->block);
  for (const std::string& pattern : variables.paths().patterns) add_sample(paths, pattern);
  for (const std::string& literal : variables.paths().literals) {
    if (literal.starts_with('/')) paths.insert(literal);
  }
  return paths;
}

}  // namespace mtls::config::exposure
