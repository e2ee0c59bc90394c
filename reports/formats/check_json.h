// `check --format json`, schema nginx-mtls-exporter/check/v1 (docs/commands.md). Pure.
#pragma once

#include <string>

#include "reports/assessment.h"

namespace mtls::reports::formats {

std::string check_json(const Assessment& assessment);

}  // namespace mtls::reports::formats
