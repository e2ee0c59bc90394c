#include "config/grammar/directives.h"

namespace mtls::config::grammar {
namespace {

using enum vocabulary::Context;

char module_of(vocabulary::Context context) {
  switch (context) {
    case kHttp:
    case kHttpServer:
    case kLocation:
    case kServerIf:
    case kLocationIf:
    case kLimitExcept: return 'h';
    case kStream:
    case kStreamServer: return 's';
    case kMail:
    case kMailServer: return 'm';
    default: return '\0';
  }
}

bool covers(Placement placement, vocabulary::Context context) {
  const bool is_pass = placement == Placement::kPass || placement == Placement::kPassOrExcept;
  switch (context) {
    case kHttp:
    case kStream:
    case kMail: return placement == Placement::kServer || placement == Placement::kLocation;
    case kHttpServer: return !is_pass;
    case kStreamServer:
    case kMailServer: return true;
    case kLocation: return is_pass || placement == Placement::kLocation;
    case kLocationIf: return is_pass;
    case kLimitExcept: return placement == Placement::kPassOrExcept;
    default: return false;
  }
}

}  // namespace

bool is_allowed(const DirectiveRule& rule, vocabulary::Context context, Version version) {
  const char module = module_of(context);
  if (module == '\0' || rule.modules.find(module) == std::string_view::npos) return false;
  if (module == 's' && version < rule.stream_since) return false;
  return covers(rule.placement, context);
}

std::string directive_complaint(const syntax::Directive& directive, std::string_view complaint) {
  return "\"" + directive.name + "\" directive " + std::string(complaint);
}

std::string wrong_arity(const syntax::Directive& directive) {
  return "invalid number of arguments in \"" + directive.name + "\" directive";
}

std::string not_terminated(const syntax::Directive& directive) {
  return "directive \"" + directive.name + "\" is not terminated by \";\"";
}

}  // namespace mtls::config::grammar
