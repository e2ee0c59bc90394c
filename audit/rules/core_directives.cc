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

CoreDirective::CoreDirective(const config::syntax::Document& document, std::string_view name)
    : name_(name) {
  InForce main;
  add(document.globals, name, main);
  add(document.main, name, main);
  for (const auto module :
       {config::Module::kHttp, config::Module::kStream, config::Module::kMail}) {
    const Directive* around = config::tls::block_of(document, module);
    if (around != nullptr) around_[module] = own_or(*around->block, name, main);
  }
}

InForce CoreDirective::in(const config::TlsContext& server) const {
  return own_or(*server.directive->block, name_, around_.at(server.id.module));
}

}  // namespace mtls::audit::rules
