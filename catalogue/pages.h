// Documents that are part of the program, byte for byte: what they say, `explain` says, too.
#pragma once

#include <string_view>

namespace mtls::catalogue {

std::string_view runbook_page();  // alerts/runbook.md
std::string_view metrics_page();  // docs/metrics.md

}  // namespace mtls::catalogue
