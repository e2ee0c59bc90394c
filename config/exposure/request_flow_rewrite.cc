// The rewrite phases of config/exposure/request_flow.h: `if`, `set`, `return`, `rewrite` and
// `break` run in the order written, and each level has its own (ngx_http_rewrite_handler(): no
// inheritance).
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "config/exposure/request_flow.h"
#include "config/grammar/status_code.h"

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

// The names in a replacement that come from the path alone: captures and $uri.
bool keeps_fixed(const std::string& replacement, bool was_fixed) {
  const auto names = syntax::variables_in(replacement);
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    const bool is_capture = name.find_first_not_of("0123456789") == std::string::npos;
    return was_fixed && (is_capture || name == "uri" || name == "document_uri");
  });
}

void doubt_test(RequestState& request, const std::string& what) {
  if (request.doubt.empty()) request.doubt = what;
}

}  // namespace

const RequestFlow::Program& RequestFlow::program_of(const Location& level) {
  const auto [entry, is_new] = programs_.try_emplace(&level);
  // The codes of an outer level do not run in a limit_except, which can have none of its own.
  if (is_new && level.kind != Location::Kind::kLimitExcept) {
    compile(level, *level.directive, entry->second);
  }
  return entry->second;
}

void RequestFlow::compile(const Location& level, const syntax::Directive& block, Program& program) {
  const syntax::Directive* inside = &block == level.directive ? nullptr : &block;
  for (const syntax::Directive& directive : *block.block) {
    const std::string_view name = directive.name;
    if (name == "if" && directive.block) {
      const std::size_t at = program.size();
      const auto own = std::find_if(level.inside.begin(), level.inside.end(),
                                    [&](const auto& one) { return one->directive == &directive; });
      program.push_back({.directive = &directive,
                         .enters = own == level.inside.end() ? nullptr : own->get(),
                         .condition = grammar::Condition(directive)});
      compile(level, directive, program);
      program[at].next_if_false = program.size();
    } else if (name == "rewrite" && directive.args.size() >= 2) {
      auto regex = syntax::Regex::compile(directive.args[0].text, syntax::Letters::kExact);
      program.push_back({.directive = &directive});
      if (regex) program.back().regex = std::move(*regex);
    } else if ((name == "return" && !directive.args.empty()) || name == "break" ||
               (name == "set" && directive.args.size() == 2)) {
      program.push_back({.directive = &directive, .inside = inside});
    }
  }
}

void RequestFlow::rewrite(RequestPath branch) {
  const Program& program = program_of(*branch.program);
  if (branch.op >= program.size()) return end_rewrite(std::move(branch));
  const Op& op = program[branch.op++];
  const syntax::Directive& directive = *op.directive;
  if (op.condition) return take_if(std::move(branch), op);
  if (directive.name == "return") return take_return(std::move(branch), op);
  if (directive.name == "rewrite") return take_rewrite(std::move(branch), op);
  if (directive.name == "set") return take_set(std::move(branch), directive);
  branch.uri_changed = false;  // break
  end_rewrite(std::move(branch));
}

void RequestFlow::take_set(RequestPath branch, const syntax::Directive& directive) {
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
    if (--branch.uri_changes <= 0) return finish(branch, 500);
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
// statuses without a text go through error_page.
void RequestFlow::take_return(RequestPath branch, const Op& op) {
  const syntax::Directive& directive = *op.directive;
  const int status = grammar::status_code(directive.args[0].text).value_or(kFound);
  const bool has_text = directive.args.size() > 1 && !directive.args[1].text.empty();
  if (status >= 300) branch.refused_by = op.inside != nullptr ? op.inside : op.directive;
  if (status == kClosed) return finish(branch, kClosed);
  if (grammar::is_redirect(status) || (status >= 400 && !has_text))
    return fail(std::move(branch), status);
  answer(branch, directive, branch.sent_status != 0 ? branch.sent_status : status);
}

void RequestFlow::answer(const RequestPath& branch, const syntax::Directive& directive,
                         int status) {
  const bool is_content =
      answers_ == Answers::kContent && status >= 200 && status < 300 && !branch.is_after_error;
  finish(branch, status, is_content);
  if (!is_content) return;
  arrivals_.push_back({.location = &branch.here->location(),
                       .sent_uri = branch.request.sent_uri,
                       .uri = branch.request.uri,
                       .content = {.source = "return " + std::to_string(status),
                                   .is_files = false,
                                   .from = &directive,
                                   .doubt = {}},
                       .doubt = branch.request.doubt,
                       .is_guess = branch.is_guess});
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
  branch.uri_is_fixed = keeps_fixed(path, branch.uri_is_fixed);
  branch.uri_changed = flag != "break";
  if (flag == "last" || flag == "break") return end_rewrite(std::move(branch));
  open_.push_back(std::move(branch));
}

}  // namespace mtls::config::exposure
