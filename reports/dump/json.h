// `dump --format json`, schema nginx-mtls-exporter/dump/v1: what was understood, with the line that
// caused each value; nothing judged (docs/commands.md). Pure.
#pragma once

#include <string>

#include "reports/assessment.h"

namespace mtls::reports::dump {

std::string dump_json(const Assessment& assessment);

}  // namespace mtls::reports::dump
