// What the condition of an `if` comes to for one request. Pure.
#pragma once

#include <optional>

#include "config/condition.h"
#include "config/variables.h"

namespace mtls::config {

/// nullopt: it could go either way.
std::optional<bool> outcome_of(const Condition& condition, const Variables& variables,
                               RequestState& request);

}  // namespace mtls::config
