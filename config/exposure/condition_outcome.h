// Decides the condition of an `if` for one request, from what is known of the request's variables.
// Knows nothing of the block that follows. Pure.
#pragma once

#include <optional>

#include "config/exposure/variables.h"
#include "config/grammar/condition.h"

namespace mtls::config::exposure {

/// Whether the condition holds for `request`; nullopt when that is not known. May note values of
/// maps in `request`.
std::optional<bool> outcome_of(const grammar::Condition& condition, const Variables& variables,
                               RequestState& request);

}  // namespace mtls::config::exposure
