#include "config/exposure/request_flow.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace mtls::config::exposure {
namespace {

constexpr std::size_t kMaxSteps = 100'000;  // takes some tenths of a second

std::optional<int> number(std::string_view text) {
  int value = 0;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [rest, error] = std::from_chars(begin, end, value);
  return error == std::errc() && rest == end && !text.empty() ? std::optional(value) : std::nullopt;
}

bool limits_body(const LocationTree& tree, const Location& at) {
  const syntax::Directive* limit = tree.effective_one(at, "client_max_body_size");
  return limit == nullptr || limit->args.empty() || limit->args[0].text != "0";
}

void doubt(std::string& doubts, const std::string& why) {
  if (doubts.empty()) doubts = why;
}

std::string without_arguments(const std::string& uri) { return uri.substr(0, uri.find('?')); }

}  // namespace

RequestFlow::RequestFlow(const LocationTree& tree, const Variables& variables)
    : tree_(tree), variables_(variables), steps_left_(kMaxSteps) {
  collect_error_pages(tree.http());
  collect_error_pages(*tree.server().directive);
}

void RequestFlow::collect_error_pages(const syntax::Directive& level) {
  for (const syntax::Directive& directive : *level.block) {
    if (directive.name == "error_page" && !directive.args.empty()) {
      error_pages_.insert(without_arguments(directive.args.back().text));
    } else if (directive.block && (directive.name == "location" || directive.name == "if")) {
      collect_error_pages(directive);
    }
  }
}

void RequestFlow::follow(const RequestState& request) {
  run({.request = request, .here = &tree_.server(), .program = &tree_.server()});
}

void RequestFlow::follow_error(const RequestState& request, int status) {
  run({.request = request, .phase = Phase::kError, .here = &tree_.server(), .status = status});
}

void RequestFlow::run(RequestPath start) {
  open_.push_back(std::move(start));
  while (!open_.empty()) {
    RequestPath next = std::move(open_.back());
    open_.pop_back();
    if (steps_left_ == 0) continue;
    --steps_left_;
    step(std::move(next));
  }
}

void RequestFlow::step(RequestPath branch) {
  switch (branch.phase) {
    case Phase::kServerRewrite:
    case Phase::kRewrite: return rewrite(std::move(branch));
    case Phase::kFind: return find(branch);
    case Phase::kAccess: return access(std::move(branch));
    case Phase::kContent: return content(std::move(branch));
    case Phase::kError: return error(std::move(branch));
  }
}

// ngx_http_core_find_config_phase()
void RequestFlow::find(const RequestPath& branch) {
  for (const LocationTree::LocationMatch& found : tree_.find(branch.request)) arrive(branch, found);
}

void RequestFlow::arrive(RequestPath branch, const LocationTree::LocationMatch& found) {
  branch.here = found.at;
  branch.is_guess = branch.is_guess || !found.is_certain;
  if (found.at->kind == Location::Kind::kExact) branch.request.uri = found.at->name;
  if (!branch.is_internal && tree_.effective_one(*found.at, "internal") != nullptr) {
    return fail(std::move(branch), 404);
  }
  if (found.is_redirect) return fail(std::move(branch), 301);
  if (limits_body(tree_, *branch.here) && has_error_page(branch, 413)) {
    fail(branch, 413);  // nginx checks the body's size before any `if` of the location
  }
  branch.program = found.at;
  branch.op = 0;
  branch.uri_changed = false;
  branch.phase = found.at == &tree_.server() ? Phase::kAccess : Phase::kRewrite;
  open_.push_back(std::move(branch));
}

void RequestFlow::access(RequestPath branch) {
  const AccessPhase access_phase = access_at(tree_, *branch.here);
  if (access_phase.is_closed) return fail(std::move(branch), 403);
  if (!access_phase.doubt.empty()) {
    doubt(branch.request.doubt, access_phase.doubt);
    for (const int status : {401, 403}) fail(branch, status);
  }
  branch.phase = Phase::kContent;
  open_.push_back(std::move(branch));
}

void RequestFlow::content(RequestPath branch) {
  const syntax::Directive* tries = branch.here->own("try_files");
  if (tries != nullptr && !tries->args.empty()) return try_files(std::move(branch), *tries);
  serve(branch);
  if (!content_at(tree_, variables_, *branch.here).is_files) return;
  // The file is missing, or the method is POST.
  for (const int status : {404, 405}) fail(branch, status);
}

// ngx_http_try_files_handler(): the last name applies when no file exists. When the names contain
// variables and the location serves files, some of the site's files exist. Otherwise, with a single
// name or with files in front of a backend, it is not known.
void RequestFlow::try_files(RequestPath branch, const syntax::Directive& directive) {
  const bool takes_names = std::any_of(
      directive.args.begin(), directive.args.end() - 1,
      [](const syntax::Argument& word) { return word.text.find('$') != std::string::npos; });
  RequestPath found = branch;
  if (!takes_names || !content_at(tree_, variables_, *branch.here).is_files) {
    doubt(found.request.doubt, "try_files " + directive.args.front().text + " decides");
  }
  serve(found);
  const std::string& last = directive.args.back().text;
  if (last.starts_with('=')) return fail(std::move(branch), number(last.substr(1)).value_or(404));
  if (!last.starts_with('@')) return redirect(std::move(branch), last);
  if (const Location* location = tree_.named(last)) go_named(std::move(branch), *location);
}

void RequestFlow::serve(const RequestPath& branch) {
  Content content = content_at(tree_, variables_, *branch.here);
  if (content.source.empty()) return;
  if (content.is_files && branch.request.uri && is_error_page(*branch.request.uri)) return;
  arrivals_.push_back({.location = &branch.here->location(),
                       .uri = branch.request.uri,
                       .content = std::move(content),
                       .doubt = branch.request.doubt,
                       .is_guess = branch.is_guess});
}

bool RequestFlow::has_error_page(const RequestPath& branch, int status) const {
  const auto pages = tree_.effective(*branch.here, "error_page");
  return std::any_of(pages.begin(), pages.end(), [&](const syntax::Directive* page) {
    return std::any_of(page->args.begin(), page->args.end(),
                       [&](const syntax::Argument& word) { return number(word.text) == status; });
  });
}

void RequestFlow::fail(RequestPath branch, int status) {
  branch.phase = Phase::kError;
  branch.status = status;
  open_.push_back(std::move(branch));
}

// ngx_http_special_response_handler(): the first error_page for this status. There is no second one
// without recursive_error_pages.
void RequestFlow::error(RequestPath branch) {
  const auto pages = tree_.effective(*branch.here, "error_page");
  if (branch.had_error_page || pages.empty()) return;
  const syntax::Directive* recursive = tree_.effective_one(*branch.here, "recursive_error_pages");
  branch.had_error_page =
      recursive == nullptr || recursive->args.empty() || recursive->args[0].text != "on";
  for (const syntax::Directive* page : pages) {
    const bool is_for_it = std::any_of(page->args.begin(), page->args.end(), [&](const auto& word) {
      return number(word.text) == branch.status;
    });
    if (is_for_it) return redirect(std::move(branch), page->args.back().text);
  }
}

// ngx_http_internal_redirect() runs the server rewrite phase again, ngx_http_named_location() does
// not. A full URL ends the request with a redirect.
void RequestFlow::redirect(RequestPath branch, const std::string& written) {
  if (is_external(written)) return;
  const Known target = variables_.text(without_arguments(written), branch.request);
  if (!target) {
    doubt(branch.request.doubt, "what " + written + " names is not known");
    for (const Location* location : tree_.locations()) {
      if (location->kind == Location::Kind::kNamed) go_named(branch, *location);
    }
  } else if (target->starts_with('@')) {
    if (const Location* location = tree_.named(*target)) go_named(std::move(branch), *location);
    return;
  } else if (!target->starts_with('/')) {
    return;
  }
  if (--branch.uri_changes <= 0) return;
  change_uri(branch.request, target ? Known(without_arguments(*target)) : std::nullopt);
  branch.is_internal = true;
  branch.here = &tree_.server();
  branch.program = branch.here;
  branch.op = 0;
  branch.phase = Phase::kServerRewrite;
  open_.push_back(std::move(branch));
}

void RequestFlow::go_named(RequestPath branch, const Location& location) {
  if (--branch.uri_changes <= 0) return;
  branch.is_internal = true;
  branch.here = &location;
  branch.program = &location;
  branch.op = 0;
  branch.uri_changed = false;
  branch.phase = Phase::kRewrite;
  open_.push_back(std::move(branch));
}

}  // namespace mtls::config::exposure
