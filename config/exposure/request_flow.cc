#include "config/exposure/request_flow.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace mtls::config::exposure {
namespace {

constexpr std::size_t kMaxSteps = 100'000;  // some tenths of a second

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

void RequestFlow::step(RequestPath walk) {
  switch (walk.phase) {
    case Phase::kServerRewrite:
    case Phase::kRewrite: return rewrite(std::move(walk));
    case Phase::kFind: return find(walk);
    case Phase::kAccess: return access(std::move(walk));
    case Phase::kContent: return content(std::move(walk));
    case Phase::kError: return error(std::move(walk));
  }
}

// ngx_http_core_find_config_phase()
void RequestFlow::find(const RequestPath& walk) {
  for (const LocationTree::LocationMatch& found : tree_.find(walk.request)) arrive(walk, found);
}

void RequestFlow::arrive(RequestPath walk, const LocationTree::LocationMatch& found) {
  walk.here = found.at;
  walk.is_guess = walk.is_guess || !found.is_certain;
  if (found.at->kind == Location::Kind::kExact) walk.request.uri = found.at->name;
  if (!walk.is_internal && tree_.effective_one(*found.at, "internal") != nullptr) {
    return fail(std::move(walk), 404);
  }
  if (found.is_redirect) return fail(std::move(walk), 301);
  if (limits_body(tree_, *walk.here) && has_error_page(walk, 413)) {
    fail(walk, 413);  // before any `if` here
  }
  walk.program = found.at;
  walk.op = 0;
  walk.uri_changed = false;
  walk.phase = found.at == &tree_.server() ? Phase::kAccess : Phase::kRewrite;
  open_.push_back(std::move(walk));
}

void RequestFlow::access(RequestPath walk) {
  const AccessPhase entry = access_at(tree_, *walk.here);
  if (entry.is_closed) return fail(std::move(walk), 403);
  if (!entry.doubt.empty()) {
    doubt(walk.request.doubt, entry.doubt);
    for (const int status : {401, 403}) fail(walk, status);
  }
  walk.phase = Phase::kContent;
  open_.push_back(std::move(walk));
}

void RequestFlow::content(RequestPath walk) {
  const syntax::Directive* tries = walk.here->own("try_files");
  if (tries != nullptr && !tries->args.empty()) return try_files(std::move(walk), *tries);
  serve(walk);
  if (!content_at(tree_, variables_, *walk.here).is_files) return;
  for (const int status : {404, 405}) fail(walk, status);  // no such file; a POST
}

// ngx_http_try_files_handler(): the last one when no file is there. Of a site's own files some are
// there; a single name, or files before a backend, we cannot tell.
void RequestFlow::try_files(RequestPath walk, const syntax::Directive& directive) {
  const bool takes_names = std::any_of(
      directive.args.begin(), directive.args.end() - 1,
      [](const syntax::Argument& word) { return word.text.find('$') != std::string::npos; });
  RequestPath found = walk;
  if (!takes_names || !content_at(tree_, variables_, *walk.here).is_files) {
    doubt(found.request.doubt, "try_files " + directive.args.front().text + " decides");
  }
  serve(found);
  const std::string& last = directive.args.back().text;
  if (last.starts_with('=')) return fail(std::move(walk), number(last.substr(1)).value_or(404));
  if (!last.starts_with('@')) return redirect(std::move(walk), last);
  if (const Location* location = tree_.named(last)) go_named(std::move(walk), *location);
}

void RequestFlow::serve(const RequestPath& walk) {
  Content content = content_at(tree_, variables_, *walk.here);
  if (content.source.empty()) return;
  if (content.is_files && walk.request.uri && is_error_page(*walk.request.uri)) return;
  arrivals_.push_back({.location = &walk.here->location(),
                       .uri = walk.request.uri,
                       .content = std::move(content),
                       .doubt = walk.request.doubt,
                       .is_guess = walk.is_guess});
}

bool RequestFlow::has_error_page(const RequestPath& walk, int status) const {
  const auto pages = tree_.effective(*walk.here, "error_page");
  return std::any_of(pages.begin(), pages.end(), [&](const syntax::Directive* page) {
    return std::any_of(page->args.begin(), page->args.end(),
                       [&](const syntax::Argument& word) { return number(word.text) == status; });
  });
}

void RequestFlow::fail(RequestPath walk, int status) {
  walk.phase = Phase::kError;
  walk.status = status;
  open_.push_back(std::move(walk));
}

// ngx_http_special_response_handler(): the first page for this status; no second one unless
// recursive_error_pages.
void RequestFlow::error(RequestPath walk) {
  const auto pages = tree_.effective(*walk.here, "error_page");
  if (walk.had_error_page || pages.empty()) return;
  const syntax::Directive* recursive = tree_.effective_one(*walk.here, "recursive_error_pages");
  walk.had_error_page =
      recursive == nullptr || recursive->args.empty() || recursive->args[0].text != "on";
  for (const syntax::Directive* page : pages) {
    const bool is_for_it = std::any_of(page->args.begin(), page->args.end(), [&](const auto& word) {
      return number(word.text) == walk.status;
    });
    if (is_for_it) return redirect(std::move(walk), page->args.back().text);
  }
}

// ngx_http_internal_redirect() runs the server rewrite phase again, ngx_http_named_location() does
// not. A full URL is an answer.
void RequestFlow::redirect(RequestPath walk, const std::string& written) {
  if (is_external(written)) return;
  const Known target = variables_.text(without_arguments(written), walk.request);
  if (!target) {
    doubt(walk.request.doubt, "what " + written + " names is not known");
    for (const Location* location : tree_.locations()) {
      if (location->kind == Location::Kind::kNamed) go_named(walk, *location);
    }
  } else if (target->starts_with('@')) {
    if (const Location* location = tree_.named(*target)) go_named(std::move(walk), *location);
    return;
  } else if (!target->starts_with('/')) {
    return;
  }
  if (--walk.uri_changes <= 0) return;
  change_uri(walk.request, target ? Known(without_arguments(*target)) : std::nullopt);
  walk.is_internal = true;
  walk.here = &tree_.server();
  walk.program = walk.here;
  walk.op = 0;
  walk.phase = Phase::kServerRewrite;
  open_.push_back(std::move(walk));
}

void RequestFlow::go_named(RequestPath walk, const Location& location) {
  if (--walk.uri_changes <= 0) return;
  walk.is_internal = true;
  walk.here = &location;
  walk.program = &location;
  walk.op = 0;
  walk.uri_changed = false;
  walk.phase = Phase::kRewrite;
  open_.push_back(std::move(walk));
}

}  // namespace mtls::config::exposure
