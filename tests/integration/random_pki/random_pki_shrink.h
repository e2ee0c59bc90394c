// A smaller case with the same trouble: whatever can be left out is, one thing after the other.
// Knows the shape of a case, not what it means. Pure in what `fails` answers.
#pragma once

#include <functional>

#include "tests/integration/random_pki/random_pki_case.h"

namespace mtls::testing {

/// `fails(all)` must hold, and holds of the result. Asks at most `budget` times.
PkiCase shrink(PkiCase all, const std::function<bool(const PkiCase&)>& fails, std::size_t budget);

}  // namespace mtls::testing
