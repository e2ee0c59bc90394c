// The files behind the contexts and canaries as JSON: what refers to each and what it holds. Pure.
#pragma once

#include "reports/json.h"

namespace mtls::reports {

Json files_json(const Assessment& assessment);

}  // namespace mtls::reports
