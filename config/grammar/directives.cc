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

bool reaches(Placement reach, vocabulary::Context context) {
  const bool is_pass = reach == Placement::kPass || reach == Placement::kPassOrExcept;
  switch (context) {
    case kHttp:
    case kStream:
    case kMail: return reach == Placement::kServer || reach == Placement::kLocation;
    case kHttpServer: return !is_pass;
    case kStreamServer:
    case kMailServer: return true;
    case kLocation: return is_pass || reach == Placement::kLocation;
    case kLocationIf: return is_pass;
    case kLimitExcept: return reach == Placement::kPassOrExcept;
    default: return false;
  }
}

}  // namespace

bool is_allowed(const DirectiveRule& rule, vocabulary::Context context, Version version) {
  const char module = module_of(context);
  if (module == '\0' || rule.modules.find(module) == std::string_view::npos) return false;
  if (module == 's' && version < rule.stream_since) return false;
  return reaches(rule.reach, context);
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
