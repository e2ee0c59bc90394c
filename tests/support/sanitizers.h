// What a sanitizer in the build takes away from the tests. A test then says so and skips what it
// cannot check.
#pragma once

#include <catch2/catch.hpp>

namespace mtls::testing {

/// Memory, time and malloc are the sanitizer's then, not the program's.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// gcc 12's libubsan, which the preset asan brings, asks by pipe(2) whether an object's memory can
/// be read (its vptr check): with no descriptor left it calls the first object of a kind wrong, and
/// the exporter is ended.
inline bool skipped_as_sanitizer_needs_descriptors() {
#if defined(__SANITIZE_ADDRESS__)
  WARN("skipped: UndefinedBehaviorSanitizer takes a pipe it cannot have for a wrong object");
  return true;
#else
  return false;
#endif
}

}  // namespace mtls::testing
