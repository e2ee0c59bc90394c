// What a resolved configuration amounts to, as text without locations: equal for two spellings of
// the same configuration. Pure.
#pragma once

#include <string>

#include "config/resolved.h"

namespace mtls::testing {

/// One line for each server, setting, socket, upstream and complaint.
std::string summary(const config::ResolvedConfig& resolved);

}  // namespace mtls::testing
