// Which request paths tell everything about an http server block: one for each place at which its
// configuration distinguishes paths. Pure.
#pragma once

#include <set>
#include <string>

#include "config/exposure/location_tree.h"
#include "config/exposure/variables.h"

namespace mtls::config::exposure {

/// Every path that a comparison or an exact location names, and one sample path for each other
/// location and each pattern.
std::set<std::string> paths_of(const LocationTree& tree, const Variables& variables);

/// Past this many, further paths count as unknown ones.
inline constexpr std::size_t kMaxPaths = 1000;

}  // namespace mtls::config::exposure
