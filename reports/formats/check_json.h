// `check --format json`, and the daemon's /api/v1/check: one document with everything that is
// known, schema nginx-mtls-exporter/check/v1 (docs/commands.md). Its field names are API. Pure.
#pragma once

#include <string>

#include "reports/formats/formats.h"

namespace mtls::reports::formats {

std::string check_json(const Report& report);

}  // namespace mtls::reports::formats
