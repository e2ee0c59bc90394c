// `dump --format crossplane`: the JSON tree that the crossplane tools print, on one line as they
// do, so that scripts made for them work. Where the tools differ from nginx, this follows nginx
// (docs/commands.md). Like theirs, its errors are those of the text alone: files and releases that
// make nginx refuse are the business of `check`.
#pragma once

#include <string>

#include "reports/dump/formats.h"

namespace mtls::reports::dump {

std::string dump_crossplane(const Report& report);

}  // namespace mtls::reports::dump
