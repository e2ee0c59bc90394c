// `dump --format crossplane`: the JSON tree that the crossplane tools print, on one line as they
// do, so that scripts made for them work. Where the tools differ from nginx, this follows nginx
// (docs/commands.md).
#pragma once

#include <string>

#include "reports/dump/formats.h"

namespace mtls::reports::dump {

std::string dump_crossplane(const Report& report);

}  // namespace mtls::reports::dump
