#include "config/tls/core_directive.h"

#include <algorithm>
#include <array>

#include "config/tls/merge_check.h"

namespace mtls::config::tls {
namespace {

using syntax::Directive;

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

bool keeps(const Directive& log) {
  if (log.args.empty()) return false;
  const std::string& target = log.args.front().text;
  return target != "/dev/null" && !target.starts_with("memory:");
}

bool has_level(const Directive& log, bool (*is_wanted)(std::string_view)) {
  return std::any_of(log.args.begin() + 1, log.args.end(),
                     [&](const syntax::Argument& word) { return is_wanted(word.text); });
}

}  // namespace

CoreDirective::CoreDirective(const syntax::Document& document, std::string_view name)
    : name_(name) {
  add(document.globals, name, main_);
  add(document.main, name, main_);
  for (const Module module : {Module::kHttp, Module::kStream, Module::kMail}) {
    const Directive* around = block_of(document, module);
    if (around != nullptr) around_[module] = own_or(*around->block, name, main_);
  }
}

InForce CoreDirective::in(const TlsContext& server) const {
  return own_or(*server.directive->block, name_, around_.at(server.id.module));
}

bool takes_refusals(const Directive& log) {
  return keeps(log) && has_level(log, [](std::string_view word) {
           return word == "info" || word.starts_with("debug");
         });
}

// Without a level it is error.
bool takes_upstream_failures(const Directive& log) {
  return keeps(log) && !has_level(log, [](std::string_view word) {
           constexpr std::array kHigher{"crit", "alert", "emerg"};
           return std::ranges::find(kHigher, word) != kHigher.end();
         });
}

bool takes_warnings(const Directive& log) {
  return keeps(log) && has_level(log, [](std::string_view word) {
           return word == "warn" || word == "notice" || word == "info" || word.starts_with("debug");
         });
}

}  // namespace mtls::config::tls
