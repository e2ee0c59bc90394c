// The rewrite phases of config/exposure/request_flow.h: `if`, `set`, `return`, `rewrite` and
// `break` run in the order written, and each level has its own (ngx_http_rewrite_handler(): no
// inheritance).
#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "config/exposure/request_flow.h"

namespace mtls::config::exposure {
namespace {

constexpr int kFound = 302;
constexpr int kClosed = 444;

// Patterns that every path matches.
bool takes_all(std::string_view pattern) {
  constexpr std::array<std::string_view, 12> kPatterns{
      "^", "/", "^/", ".*", "^.*", "^.*$", "(.*)", "^(.*)$", "^(.*)", "^/(.*)$", "^/(.*)", "."};
  return std::find(kPatterns.begin(), kPatterns.end(), pattern) != kPatterns.end();
}

bool is_redirect(int status) {
  constexpr std::array kStatuses{301, 302, 303, 307, 308};
  return std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end();
}

void doubt_test(RequestState& request, const std::string& what) {
  if (request.doubt.empty()) request.doubt = what;
}

}  // namespace

const RequestFlow::Program& RequestFlow::program_of(const Location& level) {
  const auto [entry, is_new] = programs_.try_emplace(&level);
  if (is_new) compile(level, *level.directive->block, entry->second);
  return entry->second;
}

void RequestFlow::compile(const Location& level, const std::vector<syntax::Directive>& block,
                          Program& program) {
  for (const syntax::Directive& directive : block) {
    const std::string_view name = directive.name;
    if (name == "if" && directive.block) {
      const std::size_t at = program.size();
      const auto own = std::find_if(level.inside.begin(), level.inside.end(),
                                    [&](const auto& one) { return one->directive == &directive; });
      program.push_back({.directive = &directive,
                         .enters = own == level.inside.end() ? nullptr : own->get(),
                         .condition = grammar::Condition(directive)});
      compile(level, *directive.block, program);
      program[at].next_if_false = program.size();
    } else if (name == "rewrite" && directive.args.size() >= 2) {
      auto regex = syntax::Regex::compile(directive.args[0].text, syntax::Letters::kExact);
      program.push_back({.directive = &directive});
      if (regex) program.back().regex = std::move(*regex);
    } else if ((name == "return" && !directive.args.empty()) || name == "break" ||
               (name == "set" && directive.args.size() == 2)) {
      program.push_back({.directive = &directive});
    }
  }
}

void RequestFlow::rewrite(RequestPath branch) {
  const Program& program = program_of(*branch.program);
  if (branch.op >= program.size()) return end_rewrite(std::move(branch));
  const Op& op = program[branch.op++];
  const syntax::Directive& directive = *op.directive;
  if (op.condition) return take_if(std::move(branch), op);
  if (directive.name == "return") return take_return(std::move(branch), directive);
  if (directive.name == "rewrite") return take_rewrite(std::move(branch), op);
  if (directive.name == "break") {
    branch.uri_changed = false;
    return end_rewrite(std::move(branch));
  }
  const Known value = variables_.text(directive.args[1].text, branch.request);
  for (const std::string& name : syntax::variables_in(directive.args[0].text)) {
    branch.request.variables[name] = value;
  }
  branch.request.outcomes.clear();
  open_.push_back(std::move(branch));
}

// ngx_http_core_post_rewrite_phase(): after a change of the URI nginx searches the location again,
// and skips the server's rewrite directives.
void RequestFlow::end_rewrite(RequestPath branch) {
  if (branch.phase == Phase::kServerRewrite) {
    branch.phase = Phase::kFind;
  } else if (!branch.uri_changed) {
    branch.phase = Phase::kAccess;
  } else {
    if (--branch.uri_changes <= 0) return;
    branch.here = &tree_.server();
    branch.phase = Phase::kFind;
  }
  open_.push_back(std::move(branch));
}

void RequestFlow::take_branch(RequestPath branch, const Op& op, bool outcome) {
  if (outcome && op.enters != nullptr) branch.here = op.enters;
  if (!outcome) branch.op = op.next_if_false;
  open_.push_back(std::move(branch));
}

void RequestFlow::take_both(const RequestPath& branch, const Op& op, bool is_doubted) {
  for (const bool outcome : {false, true}) {
    RequestPath taken = branch;
    taken.request.outcomes[op.condition->text()] = outcome;
    if (is_doubted) doubt_test(taken.request, "if (" + op.condition->text() + ") decides");
    take_branch(std::move(taken), op, outcome);
  }
}

void RequestFlow::take_if(RequestPath branch, const Op& op) {
  const grammar::Condition& condition = *op.condition;
  const auto before = branch.request.outcomes.find(condition.text());
  if (before != branch.request.outcomes.end()) return take_branch(branch, op, before->second);
  const std::optional<bool> outcome = outcome_of(condition, variables_, branch.request);
  const std::string& variable = condition.variable();
  if (outcome) {
    // Another spelling of the same request may have another outcome, but it never equals another
    // path.
    const bool is_another_path =
        is_path_variable(variable) && condition.is_equality() && *outcome == condition.is_negated();
    if (variables_.is_one_spelling(variable) && !is_another_path) {
      RequestPath other = branch;
      doubt_test(other.request, "if (" + condition.text() + ") decides");
      take_branch(std::move(other), op, !*outcome);
    }
    return take_branch(std::move(branch), op, *outcome);
  }
  const bool is_free = !variable.empty() &&
                       variables_.value(variable, branch.request).is_clients_choice &&
                       branch.request.asked.insert(variable).second;
  take_both(branch, op, !is_free);
}

// ngx_http_script_return_code(): below 400, or with a text, it is the final answer. Redirects and
// statuses without a text go through error_page. A redirect or a fixed text serves no content.
void RequestFlow::take_return(RequestPath branch, const syntax::Directive& directive) {
  const std::string& first = directive.args[0].text;
  int status = 0;
  const auto [rest, error] = std::from_chars(first.data(), first.data() + first.size(), status);
  if (error != std::errc() || rest != first.data() + first.size()) status = kFound;
  const bool has_text = directive.args.size() > 1 && !directive.args[1].text.empty();
  if (status == kClosed || (!is_redirect(status) && (status < 400 || has_text))) return;
  fail(std::move(branch), status);
}

// ngx_http_script_regex_start_code()
void RequestFlow::take_rewrite(RequestPath branch, const Op& op) {
  const auto& args = op.directive->args;
  syntax::Match match = takes_all(args[0].text) ? syntax::Match::kYes : syntax::Match::kUndecided;
  if (branch.request.uri && op.regex) match = op.regex->match(*branch.request.uri);
  if (match == syntax::Match::kUndecided) {
    branch.is_guess = true;
    open_.push_back(branch);
  }
  if (match == syntax::Match::kNo) return open_.push_back(std::move(branch));
  const std::string flag = args.size() > 2 ? args[2].text : "";
  if (is_external(args[1].text) || flag == "redirect" || flag == "permanent") {
    return fail(std::move(branch), flag == "permanent" ? 301 : kFound);
  }
  const std::string path = args[1].text.substr(0, args[1].text.find('?'));
  const Known uri = variables_.text(path, branch.request);
  if (uri && uri->empty()) return fail(std::move(branch), 500);
  change_uri(branch.request, uri);
  branch.is_internal = true;
  branch.uri_changed = flag != "break";
  if (flag == "last" || flag == "break") return end_rewrite(std::move(branch));
  open_.push_back(std::move(branch));
}

}  // namespace mtls::config::exposure
