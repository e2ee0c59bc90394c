// Catch2 3 (Debian 13) under the name and with the matchers of Catch2 2 (Debian 12), for which the tests are written.
// cmake/dependencies.cmake puts this folder on the include path when it finds version 3.
#pragma once

#include <catch2/catch_all.hpp>

namespace Catch {

using Matchers::EndsWith;
using Matchers::Equals;
using Matchers::Matches;
using Matchers::StartsWith;
using Matchers::VectorContains;

inline auto Contains(const std::string& text) { return Matchers::ContainsSubstring(text); }

}  // namespace Catch
