// A case: tests/cases/NAME/ with nginx/ (the tree under /etc/nginx), pki.yml (recipe.h) and
// settings.yml if any, evaluated at kT0 without a disk; expected/ is what must come out.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace mtls::cases {

/// File name under expected/ to text: contexts.txt, crossplane.json, findings.txt, metrics.prom.
/// Certificates and contents go by the names of the recipe, `<root-a>` and `<bundle:clients.pem>`,
/// for they differ from run to run. metrics.prom has the families of tests/cases/families.txt, and
/// those that it names already: write `# HELP NAME` into it to have a case show another one.
std::map<std::string, std::string> outcome(const std::filesystem::path& directory);

}  // namespace mtls::cases
