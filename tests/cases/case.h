// A case: tests/cases/NAME/ with nginx/ (the tree under /etc/nginx), pki.yml (recipe.h),
// subject.yml (subject.h) and settings.yml if any, evaluated at kT0 without a disk; expected/ is
// what must come out of what the case is about.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "tests/cases/subject.h"

namespace mtls::cases {

/// Certificates and contents go by the names of the recipe, `<root-a>` and `<bundle:clients.pem>`,
/// for they differ from run to run; file_modified_* is left out.
Outcome outcome(const std::filesystem::path& directory, const std::set<std::string>& known_rules);

/// What `check` prints of the tree, by the name of the format; paths are seen from /etc.
std::map<std::string, std::string> documents(const std::filesystem::path& directory);

/// Writes the tree with its PKI and settings below `to`, as it would be below `/`.
void write_tree(const std::filesystem::path& directory, const std::filesystem::path& to);

}  // namespace mtls::cases
