// What the condition of an `if` comes to for one request. Pure.
#pragma once

#include <optional>

#include "config/exposure/variables.h"
#include "config/grammar/condition.h"

namespace mtls::config::exposure {

/// nullopt: it could go either way.
std::optional<bool> outcome_of(const grammar::Condition& condition, const Variables& variables,
                               RequestState& request);

}  // namespace mtls::config::exposure
