// Two texts as a unified diff, as `diff -u` prints it and patch(1) reads it. Pure.
#pragma once

#include <string>

namespace mtls::reports::fix {

/// "": they are the same. `path`: behind `--- a` and `+++ b`; an absolute one, for `patch -p1 -d
/// /`.
std::string unified_diff(const std::string& path, const std::string& before,
                         const std::string& now);

}  // namespace mtls::reports::fix
