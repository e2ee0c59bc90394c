// `check --format nagios`: a plugin of Nagios, Icinga and Checkmk: the state and the numbers in the
// first line, then a line an issue. The exit code is the plugin's. Pure.
#pragma once

#include <string>

#include "reports/formats/formats.h"

namespace mtls::reports::formats {

std::string check_nagios(const Report& report);

/// 0: OK, 1: WARNING, 2: CRITICAL, by the worst issue (Monitoring Plugins Development Guidelines).
int nagios_state(const Report& report);

}  // namespace mtls::reports::formats
