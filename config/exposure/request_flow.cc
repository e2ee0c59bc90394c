#include "config/exposure/request_flow.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "config/grammar/status_code.h"

namespace mtls::config::exposure {
namespace {

constexpr std::size_t kMaxSteps = 100'000;  // takes some tenths of a second
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kNotAllowed = 405;
constexpr int kTooLarge = 413;
constexpr int kServerError = 500;

bool limits_body(const LocationTree& tree, const Location& at) {
  const syntax::Directive* limit = tree.effective_one(at, "client_max_body_size");
  return limit == nullptr || limit->args.empty() || limit->args[0].text != "0";
}

void doubt(std::string& doubts, const std::string& why) {
  if (doubts.empty()) doubts = why;
}

bool has_variable(std::string_view text) { return text.find('$') != std::string_view::npos; }

bool reads_files(const Known& method) { return !method || *method == "GET" || *method == "HEAD"; }

bool is_listed(const syntax::Directive& limit, std::string_view method) {
  return std::any_of(limit.args.begin(), limit.args.end(), [&](const syntax::Argument& word) {
    return word.text == method || (word.text == "GET" && method == "HEAD");
  });
}

}  // namespace

RequestFlow::RequestFlow(const LocationTree& tree, const Variables& variables, Answers answers)
    : tree_(tree), variables_(variables), answers_(answers), steps_left_(kMaxSteps) {
  collect_error_pages(tree.http());
  collect_error_pages(*tree.server().directive);
}

void RequestFlow::follow(const RequestState& request) {
  run({.request = request, .here = &tree_.server(), .program = &tree_.server()});
}

void RequestFlow::follow_error(const RequestState& request, int status) {
  run({.request = request,
       .phase = Phase::kError,
       .here = &tree_.server(),
       .method = request.method.value_or(""),
       .status = status,
       .error = status});
}

void RequestFlow::clear() {
  arrivals_.clear();
  endings_.clear();
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
    return fail(std::move(branch), kNotFound);
  }
  if (found.is_redirect) return fail(std::move(branch), 301);
  enter(std::move(branch), *found.at);
}

// ngx_http_update_location_config(): for the methods that limit_except does not list, its level is
// the location, and no rewrite directive of the outer one runs (R9.25).
void RequestFlow::enter(RequestPath branch, const Location& location) {
  const Location* limit = location.limit_except();
  if (limit == nullptr || branch.request.method) {
    return enter_with_method(std::move(branch), location);
  }
  std::set<std::string> methods{"GET", "POST", "PUT", "OPTIONS"};
  for (const syntax::Argument& word : limit->directive->args) methods.insert(word.text);
  if (!branch.request.asked.insert("request_method").second) {
    doubt(branch.request.doubt, "limit_except decides");
  }
  for (const std::string& method : methods) {
    RequestPath taken = branch;
    taken.request.method = method;
    if (taken.method.empty()) taken.method = method;
    enter_with_method(std::move(taken), location);
  }
}

void RequestFlow::enter_with_method(RequestPath branch, const Location& location) {
  branch.here = &location;
  const Location* limit = location.limit_except();
  if (limit != nullptr && !is_listed(*limit->directive, *branch.request.method)) {
    branch.here = limit;
  }
  if (limits_body(tree_, *branch.here) && has_error_page(branch, kTooLarge)) {
    fail_what_if(branch,
                 kTooLarge);  // nginx checks the body's size before any `if` of the location
  }
  branch.program = branch.here;
  branch.op = 0;
  branch.uri_changed = false;
  branch.phase = branch.here == &tree_.server() ? Phase::kAccess : Phase::kRewrite;
  open_.push_back(std::move(branch));
}

void RequestFlow::access(RequestPath branch) {
  const AccessPhase access_phase = access_at(tree_, *branch.here);
  if (access_phase.is_closed) {
    branch.refused_by = access_phase.by;
    return fail(std::move(branch), kForbidden);
  }
  if (!access_phase.doubt.empty()) {
    doubt(branch.request.doubt, access_phase.doubt);
    for (const int status : {401, kForbidden}) fail(branch, status);
  }
  branch.phase = Phase::kContent;
  open_.push_back(std::move(branch));
}

void RequestFlow::content(RequestPath branch) {
  const syntax::Directive* tries = branch.here->own("try_files");
  if (tries != nullptr && !tries->args.empty()) return try_files(std::move(branch), *tries);
  const Content content = content_at(tree_, variables_, *branch.here);
  if (content.is_files) return files(std::move(branch));
  // A backend whose name comes to nothing: "no host in upstream" (R9.24).
  if (const syntax::Directive* pass = content.from; pass != nullptr && is_pass(*pass)) {
    const Known url = variables_.text(pass->args[0].text, branch.request);
    if (url && has_variable(pass->args[0].text) && names_nothing(*url)) {
      return fail(std::move(branch), kServerError);
    }
  }
  serve(branch);
}

// ngx_http_index_handler(), ngx_http_static_handler(): only GET and HEAD read files.
void RequestFlow::files(RequestPath branch) {
  if (!reads_files(branch.request.method)) return fail(std::move(branch), kNotAllowed);
  for (const int status : {kNotFound, kNotAllowed}) {
    if (status == kNotFound || !branch.request.method) fail_what_if(branch, status);
  }
  const Known& uri = branch.request.uri;
  if (!uri || !uri->ends_with('/')) return serve(branch);
  index(std::move(branch));
}

// A directory's index is an internal redirect, and may lead to another location. Without an index
// there is a listing, or 403.
void RequestFlow::index(RequestPath branch) {
  const syntax::Directive* listing = tree_.effective_one(*branch.here, "autoindex");
  const bool lists = listing != nullptr && !listing->args.empty() && listing->args[0].text != "off";
  const syntax::Directive* index = tree_.effective_one(*branch.here, "index");
  std::vector<std::string> names{"index.html"};
  if (index != nullptr) {
    names.clear();
    for (const syntax::Argument& word : index->args) names.push_back(word.text);
  }
  RequestPath none = branch;
  none.is_what_if = true;
  if (lists) serve(none);
  if (!lists) fail(std::move(none), kForbidden);
  for (const std::string& name : names) {
    RequestPath found = branch;
    const bool is_absolute = name.starts_with('/');
    found.uri_is_fixed = !has_variable(name) && (is_absolute || branch.uri_is_fixed);
    redirect(std::move(found), is_absolute ? name : *branch.request.uri + name);
    branch.is_what_if = true;
  }
}

// ngx_http_try_files_handler(): the last name applies when no file exists. When the names contain
// variables and the location serves files, some of the site's files exist. Otherwise, with a single
// name or with files in front of a backend, it is not known. A name without a final `/` is not a
// directory's.
void RequestFlow::try_files(RequestPath branch, const syntax::Directive& directive) {
  bool takes_names = false;
  bool may_exist = false;
  bool is_fixed = true;
  for (auto name = directive.args.begin(); name != directive.args.end() - 1; ++name) {
    takes_names = takes_names || has_variable(name->text);
    is_fixed = is_fixed && (branch.uri_is_fixed || !has_variable(name->text));
    const Known path = variables_.text(name->text, branch.request);
    may_exist = may_exist || !path || name->text.ends_with('/') || !path->ends_with('/');
  }
  const bool has_files = content_at(tree_, variables_, *branch.here).is_files;
  if (may_exist) {
    RequestPath found = branch;
    found.uri_is_fixed = is_fixed;
    if (!takes_names || !has_files) {
      doubt(found.request.doubt, "try_files " + directive.args.front().text + " decides");
    }
    if (has_files && !reads_files(found.request.method)) {
      fail(std::move(found), kNotAllowed);
    } else {
      serve(found);
    }
  }
  branch.is_what_if = branch.is_what_if || (may_exist && takes_names && has_files);
  const std::string& last = directive.args.back().text;
  if (last.starts_with('='))
    return fail(std::move(branch), grammar::status_code(last.substr(1)).value_or(kNotFound));
  if (last.starts_with('@')) return go_named(std::move(branch), tree_.named(last));
  branch.uri_is_fixed = !has_variable(last);
  redirect(std::move(branch), last);
}

// One fixed file at which an error_page ends is part of the error, not content (R9.23).
bool RequestFlow::is_page(const RequestPath& branch, const Content& content) const {
  if (!content.is_files || !branch.request.uri || branch.request.uri->ends_with('/')) return false;
  const bool is_fixed_root = content.from == nullptr || content.from->args.empty() ||
                             !has_variable(content.from->args[0].text);
  if (branch.is_after_error && branch.uri_is_fixed && is_fixed_root) return true;
  return error_pages_.contains(*branch.request.uri);
}

void RequestFlow::serve(const RequestPath& branch) {
  Content content = content_at(tree_, variables_, *branch.here);
  const int status = branch.sent_status != 0 ? branch.sent_status : 200;
  if (content.source.empty()) return finish(branch, status);  // the root that nginx was built with
  if (is_page(branch, content)) return finish(branch, status);
  finish(branch, status, true);
  arrivals_.push_back({.location = &branch.here->location(),
                       .sent_uri = branch.request.sent_uri,
                       .uri = branch.request.uri,
                       .content = std::move(content),
                       .doubt = branch.request.doubt,
                       .is_guess = branch.is_guess,
                       .refused_by = branch.refused_by,
                       .method = branch.method,
                       .error = branch.error});
}

void RequestFlow::finish(const RequestPath& branch, std::optional<int> status, bool is_content) {
  endings_.push_back({.status = status,
                      .is_content = is_content,
                      .is_what_if = branch.is_what_if,
                      .refused_by = branch.refused_by,
                      .doubt = branch.request.doubt});
}

}  // namespace mtls::config::exposure
