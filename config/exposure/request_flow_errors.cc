// The ways of config/exposure/request_flow.h that lead to another path or name: error_page,
// internal redirects and named locations.
#include <algorithm>
#include <string_view>
#include <utility>

#include "config/exposure/request_flow.h"
#include "config/grammar/status_code.h"

namespace mtls::config::exposure {
namespace {

constexpr int kBadRequest = 400;
constexpr int kMovedTemporarily = 302;
constexpr int kServerError = 500;

bool is_for(const syntax::Directive& page, int status) {
  return std::any_of(page.args.begin(), page.args.end(), [&](const syntax::Argument& word) {
    return grammar::status_code(word.text) == status;
  });
}

std::string without_arguments(const std::string& uri) { return uri.substr(0, uri.find('?')); }

// 494 to 497 are internal; the client sees 400 (R3.50).
int on_the_wire(int status) { return status >= 494 && status <= 497 ? kBadRequest : status; }

// The `=CODE` of an error_page; nullopt without one; 0 for `=`, which keeps the page's own status.
std::optional<int> answer_of(const syntax::Directive& page) {
  for (auto word = page.args.begin(); word + 1 < page.args.end(); ++word) {
    if (word->text.starts_with('=')) return grammar::status_code(word->text.substr(1)).value_or(0);
  }
  return std::nullopt;
}

}  // namespace

void RequestFlow::collect_error_pages(const syntax::Directive& level) {
  for (const syntax::Directive& directive : *level.block) {
    if (directive.name == "error_page" && !directive.args.empty()) {
      error_pages_.insert(without_arguments(directive.args.back().text));
    } else if (directive.block && (directive.name == "location" || directive.name == "if")) {
      collect_error_pages(directive);
    }
  }
}

bool RequestFlow::has_error_page(const RequestPath& branch, int status) const {
  const auto pages = tree_.effective(*branch.here, "error_page");
  return std::any_of(pages.begin(), pages.end(),
                     [&](const syntax::Directive* page) { return is_for(*page, status); });
}

void RequestFlow::fail(RequestPath branch, int status) {
  branch.phase = Phase::kError;
  branch.status = status;
  open_.push_back(std::move(branch));
}

void RequestFlow::fail_what_if(RequestPath branch, int status) {
  branch.is_what_if = true;
  fail(std::move(branch), status);
}

// ngx_http_special_response_handler(): the first error_page for this status. There is no second one
// without recursive_error_pages.
void RequestFlow::error(RequestPath branch) {
  const auto pages = tree_.effective(*branch.here, "error_page");
  branch.sent_status = on_the_wire(branch.status);
  if (branch.had_error_page || pages.empty()) return finish(branch, branch.sent_status);
  const syntax::Directive* recursive = tree_.effective_one(*branch.here, "recursive_error_pages");
  branch.had_error_page =
      recursive == nullptr || recursive->args.empty() || recursive->args[0].text != "on";
  for (const syntax::Directive* page : pages) {
    if (is_for(*page, branch.status)) return show_page(std::move(branch), *page);
  }
  finish(branch, branch.sent_status);
}

// ngx_http_send_error_page(): a path becomes a GET, a name keeps the method, anything else is the
// target of a redirect.
void RequestFlow::show_page(RequestPath branch, const syntax::Directive& page) {
  const std::string& target = page.args.back().text;
  const std::optional<int> answer = answer_of(page);
  if (answer) branch.sent_status = *answer;
  branch.is_after_error = true;
  if (!target.starts_with('@') && branch.request.method != "HEAD") branch.request.method = "GET";
  // A name keeps the path that was asked for, whatever rewrote it.
  branch.uri_is_fixed = target.starts_with('/') && target.find('$') == std::string::npos;
  if (is_external(target)) {
    return finish(branch, answer && grammar::is_redirect(*answer) ? *answer : kMovedTemporarily);
  }
  redirect(std::move(branch), target);
}

// ngx_http_internal_redirect() runs the server rewrite phase again, ngx_http_named_location() does
// not.
void RequestFlow::redirect(RequestPath branch, const std::string& written) {
  const Known target = variables_.text(without_arguments(written), branch.request);
  if (!target) {
    if (branch.request.doubt.empty()) {
      branch.request.doubt = "what " + written + " names is not known";
    }
    for (const Location* location : tree_.locations()) {
      if (location->kind == Location::Kind::kNamed) go_named(branch, location);
    }
  } else if (target->starts_with('@')) {
    return go_named(std::move(branch), tree_.named(*target));
  } else if (!target->starts_with('/')) {
    return finish(branch, kMovedTemporarily);
  }
  if (--branch.uri_changes <= 0) return finish(branch, kServerError);
  change_uri(branch.request, target ? Known(without_arguments(*target)) : std::nullopt);
  branch.is_internal = true;
  branch.here = &tree_.server();
  branch.program = branch.here;
  branch.op = 0;
  branch.phase = Phase::kServerRewrite;
  open_.push_back(std::move(branch));
}

// nullptr: nginx finds no such name, and answers 500.
void RequestFlow::go_named(RequestPath branch, const Location* location) {
  if (location == nullptr || --branch.uri_changes <= 0) return finish(branch, kServerError);
  branch.is_internal = true;
  enter(std::move(branch), *location);
}

}  // namespace mtls::config::exposure
