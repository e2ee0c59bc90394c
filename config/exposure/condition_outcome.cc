#include "config/exposure/condition_outcome.h"

#include <string>

namespace mtls::config::exposure {

std::optional<bool> outcome_of(const grammar::Condition& condition, const Variables& variables,
                               RequestState& request) {
  if (condition.is_file_test()) return std::nullopt;
  const Value value = variables.value(condition.variable(), request);
  const Known operand = condition.is_equality() ? variables.text(condition.operand(), request)
                                                : Known(condition.operand());
  if (value.known) return condition.compare(*value.known, operand);
  if (is_path_variable(condition.variable()) && request.is_unnamed && condition.is_equality() &&
      operand) {
    return condition.is_negated();  // the path is none of those that the configuration names
  }
  if (value.is_unforgeable && operand) {
    const bool differs = condition.is_equality() ||
                         (condition.is_pattern() && pins_fingerprint(condition.operand()));
    if (differs) return condition.is_negated();
  }
  std::optional<bool> all;
  for (const std::string& one : value.one_of) {
    const auto outcome = condition.compare(one, operand);
    if (!outcome || (all && *all != *outcome)) return std::nullopt;
    all = outcome;
  }
  return all;
}

}  // namespace mtls::config::exposure
