// `dump --format crossplane`: the JSON tree the crossplane tools print, on one line as they do, so
// that scripts for it work. Words, includes and errors are nginx's where the tools differ
// (docs/commands.md). Pure.
#pragma once

#include <string>
#include <vector>

#include "config/file_trees.h"
#include "reports/assessment.h"

namespace mtls::reports::dump {

std::string dump_crossplane(const Assessment& assessment,
                            const std::vector<config::FileTree>& trees);

}  // namespace mtls::reports::dump
