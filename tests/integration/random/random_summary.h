// What a resolved configuration comes to, as text without the places it stands at: equal for two
// spellings of one configuration. Pure.
#pragma once

#include <string>

#include "config/resolved.h"

namespace mtls::testing {

/// A line for each server, setting, socket, upstream and complaint.
std::string summary(const config::ResolvedConfig& resolved);

}  // namespace mtls::testing
