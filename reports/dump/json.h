// `dump --format json`, schema nginx-mtls-exporter/dump/v1: what was understood, with the line that
// caused each value, and without any judgement. Its field names are API (docs/commands.md). Pure.
#pragma once

#include <string>

#include "reports/dump/formats.h"

namespace mtls::reports::dump {

std::string dump_json(const Report& report);

}  // namespace mtls::reports::dump
