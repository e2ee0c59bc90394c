// The rewrite phases of config/exposure/request_flow.h: `if`, `set`, `return`, `rewrite`, `break`
// run in the order written, at each level for itself (ngx_http_rewrite_handler: no inheritance).
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

void RequestFlow::rewrite(RequestPath walk) {
  const Program& program = program_of(*walk.program);
  if (walk.op >= program.size()) return end_rewrite(std::move(walk));
  const Op& op = program[walk.op++];
  const syntax::Directive& directive = *op.directive;
  if (op.condition) return take_if(std::move(walk), op);
  if (directive.name == "return") return take_return(std::move(walk), directive);
  if (directive.name == "rewrite") return take_rewrite(std::move(walk), op);
  if (directive.name == "break") {
    walk.uri_changed = false;
    return end_rewrite(std::move(walk));
  }
  const Known value = variables_.text(directive.args[1].text, walk.request);
  for (const std::string& name : syntax::variables_in(directive.args[0].text)) {
    walk.request.variables[name] = value;
  }
  walk.request.outcomes.clear();
  open_.push_back(std::move(walk));
}

// ngx_http_core_post_rewrite_phase(): a changed URI looks for its location, without the server's
// rewrite directives.
void RequestFlow::end_rewrite(RequestPath walk) {
  if (walk.phase == Phase::kServerRewrite) {
    walk.phase = Phase::kFind;
  } else if (!walk.uri_changed) {
    walk.phase = Phase::kAccess;
  } else {
    if (--walk.uri_changes <= 0) return;
    walk.here = &tree_.server();
    walk.phase = Phase::kFind;
  }
  open_.push_back(std::move(walk));
}

void RequestFlow::take_branch(RequestPath walk, const Op& op, bool outcome) {
  if (outcome && op.enters != nullptr) walk.here = op.enters;
  if (!outcome) walk.op = op.next_if_false;
  open_.push_back(std::move(walk));
}

void RequestFlow::take_both(const RequestPath& walk, const Op& op, bool is_doubted) {
  for (const bool outcome : {false, true}) {
    RequestPath way = walk;
    way.request.outcomes[op.condition->text()] = outcome;
    if (is_doubted) doubt_test(way.request, "if (" + op.condition->text() + ") decides");
    take_branch(std::move(way), op, outcome);
  }
}

void RequestFlow::take_if(RequestPath walk, const Op& op) {
  const grammar::Condition& condition = *op.condition;
  const auto before = walk.request.outcomes.find(condition.text());
  if (before != walk.request.outcomes.end()) return take_branch(walk, op, before->second);
  const std::optional<bool> outcome = outcome_of(condition, variables_, walk.request);
  const std::string& variable = condition.variable();
  if (outcome) {
    // Another spelling of the request may end otherwise; it never equals another path.
    const bool is_another_path =
        is_path_variable(variable) && condition.is_equality() && *outcome == condition.is_negated();
    if (variables_.is_one_spelling(variable) && !is_another_path) {
      RequestPath other = walk;
      doubt_test(other.request, "if (" + condition.text() + ") decides");
      take_branch(std::move(other), op, !*outcome);
    }
    return take_branch(std::move(walk), op, *outcome);
  }
  const bool is_free = !variable.empty() &&
                       variables_.value(variable, walk.request).is_clients_choice &&
                       walk.request.asked.insert(variable).second;
  take_both(walk, op, !is_free);
}

// ngx_http_script_return_code(): below 400, or with a text, it is the answer; the redirects among
// them and the bare statuses go through error_page. A redirect or a fixed text serves no content.
void RequestFlow::take_return(RequestPath walk, const syntax::Directive& directive) {
  const std::string& first = directive.args[0].text;
  int status = 0;
  const auto [rest, error] = std::from_chars(first.data(), first.data() + first.size(), status);
  if (error != std::errc() || rest != first.data() + first.size()) status = kFound;
  const bool has_text = directive.args.size() > 1 && !directive.args[1].text.empty();
  if (status == kClosed || (!is_redirect(status) && (status < 400 || has_text))) return;
  fail(std::move(walk), status);
}

// ngx_http_script_regex_start_code()
void RequestFlow::take_rewrite(RequestPath walk, const Op& op) {
  const auto& args = op.directive->args;
  syntax::Match match = takes_all(args[0].text) ? syntax::Match::kYes : syntax::Match::kUndecided;
  if (walk.request.uri && op.regex) match = op.regex->match(*walk.request.uri);
  if (match == syntax::Match::kUndecided) {
    walk.is_guess = true;
    open_.push_back(walk);
  }
  if (match == syntax::Match::kNo) return open_.push_back(std::move(walk));
  const std::string flag = args.size() > 2 ? args[2].text : "";
  if (is_external(args[1].text) || flag == "redirect" || flag == "permanent") {
    return fail(std::move(walk), flag == "permanent" ? 301 : kFound);
  }
  const std::string path = args[1].text.substr(0, args[1].text.find('?'));
  const Known uri = variables_.text(path, walk.request);
  if (uri && uri->empty()) return fail(std::move(walk), 500);
  change_uri(walk.request, uri);
  walk.is_internal = true;
  walk.uri_changed = flag != "break";
  if (flag == "last" || flag == "break") return end_rewrite(std::move(walk));
  open_.push_back(std::move(walk));
}

}  // namespace mtls::config::exposure
