#include "audit/rules/core_directives.h"

#include "config/tls/merge_check.h"

namespace mtls::audit::rules {
namespace {

using config::syntax::Directive;

void add(const std::vector<Directive>& block, std::string_view name, InForce& found) {
  for (const Directive& directive : block) {
    if (directive.name == name) found.push_back(&directive);
  }
}

InForce own_or(const std::vector<Directive>& block, std::string_view name, const InForce& outer) {
  InForce own;
  add(block, name, own);
  return own.empty() ? outer : own;
}

}  // namespace

std::vector<InForce> in_force(const config::syntax::Document& document, config::Module module,
                              std::string_view name) {
  std::vector<InForce> of_servers;
  const Directive* around = config::tls::block_of(document, module);
  if (around == nullptr || !around->block) return of_servers;
  InForce main;
  add(document.globals, name, main);
  add(document.main, name, main);
  const InForce outer = own_or(*around->block, name, main);
  for (const Directive& directive : *around->block) {
    if (directive.name != "server" || !directive.block) continue;
    of_servers.push_back(own_or(*directive.block, name, outer));
  }
  return of_servers;
}

}  // namespace mtls::audit::rules
