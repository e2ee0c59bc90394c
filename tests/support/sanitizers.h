// What a sanitizer in the build takes away from the tests. A test then says so and skips what it
// cannot check.
#pragma once

#include <catch2/catch.hpp>

namespace mtls::testing {

/// With these sanitizers, memory, time and malloc are not the program's own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// gcc 12's libubsan, which the preset asan uses, calls pipe(2) to find out whether an object's
/// memory is readable (its vptr check). When no descriptor is left, it reports a good object as
/// wrong and ends the exporter.
inline bool skipped_as_sanitizer_needs_descriptors() {
#if defined(__SANITIZE_ADDRESS__)
  WARN("skipped: UndefinedBehaviorSanitizer takes a pipe it cannot have for a wrong object");
  return true;
#else
  return false;
#endif
}

}  // namespace mtls::testing
