// A smaller case with the same failure: leaves out everything that can be left out, one thing after
// the other. Knows the shape of a case, not what it means. Pure, apart from what `fails` does.
#pragma once

#include <functional>

#include "tests/integration/random_pki/random_pki_case.h"

namespace mtls::testing {

/// REQUIRES: `fails(all)`. It also holds for the result. Calls `fails` at most `budget` times.
PkiCase shrink(PkiCase all, const std::function<bool(const PkiCase&)>& fails, std::size_t budget);

}  // namespace mtls::testing
