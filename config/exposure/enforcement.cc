#include "config/exposure/enforcement.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "config/exposure/request_flow.h"
#include "config/syntax/regex_sample.h"

namespace mtls::config::exposure {
namespace {

// Further paths count as unknown ones.
constexpr std::size_t kMaxPaths = 1000;

using Paths = std::set<std::string>;

void add_sample(Paths& paths, const std::string& pattern) {
  if (auto path = syntax::sample_path(pattern, syntax::Letters::kEitherCase))
    paths.insert(std::move(*path));
}

// A pattern inside a prefix location is tried only below that prefix.
void add_nested_sample(Paths& paths, const Location& location) {
  const auto path = syntax::sample_path(location.name, syntax::Letters::kEitherCase);
  if (!path) return;
  paths.insert(*path);
  if (location.outer->kind == Location::Kind::kPrefix) paths.insert(location.outer->name + *path);
}

void add_condition(Paths& paths, const syntax::Directive& directive) {
  const grammar::Condition condition(directive);
  if (!is_path_variable(condition.variable())) return;
  if (condition.is_pattern()) return add_sample(paths, condition.operand());
  const std::string& literal = condition.operand();
  if (literal.starts_with('/')) paths.insert(literal.substr(0, literal.find('?')));
}

void add_rewrites(Paths& paths, const std::vector<syntax::Directive>& block) {
  for (const syntax::Directive& directive : block) {
    if (directive.name == "if") add_condition(paths, directive);
    if (directive.name == "rewrite" && !directive.args.empty()) {
      add_sample(paths, directive.args[0].text);
    }
    if (directive.block && (directive.name == "if" || directive.name == "location")) {
      add_rewrites(paths, *directive.block);
    }
  }
}

// Every path that a comparison or an exact location names, and one sample path for each other
// location and each pattern.
Paths paths_of(const LocationTree& tree, const Variables& variables) {
  Paths paths{"/"};
  for (const Location* location : tree.locations()) {
    if (location->kind == Location::Kind::kNamed) continue;
    if (location->kind == Location::Kind::kRegex) {
      add_nested_sample(paths, *location);
    } else if (location->name.starts_with('/')) {
      paths.insert(location->name);
      if (location->kind == Location::Kind::kPrefix) paths.insert(location->name + "0");
    }
  }
  add_rewrites(paths, *tree.server().directive->block);
  for (const std::string& pattern : variables.paths().patterns) add_sample(paths, pattern);
  for (const std::string& literal : variables.paths().literals) {
    if (literal.starts_with('/')) paths.insert(literal);
  }
  return paths;
}

RequestState request_of(const std::string& verify, const std::string& host) {
  RequestState request;
  request.verify = verify;
  request.host = host;
  return request;
}

// The texts of $ssl_client_verify (R3.32) for the errors that optional_no_ca forgives (R3.30).
const std::vector<std::string>& forgiven() {
  static const std::vector<std::string> kTexts{
      "FAILED:self-signed certificate", "FAILED:self-signed certificate in certificate chain",
      "FAILED:unable to get local issuer certificate",
      "FAILED:unable to verify the first certificate", "FAILED:certificate not trusted"};
  return kTexts;
}

void follow_requests(RequestFlow& flow, const Paths& paths, const RequestState& client) {
  RequestState unnamed = client;
  unnamed.is_unnamed = paths.size() <= kMaxPaths;
  flow.follow(unnamed);
  std::size_t left = kMaxPaths;
  for (const std::string& path : paths) {
    if (left-- == 0) return;
    RequestState request = client;
    request.uri = path;
    request.sent_uri = path;
    flow.follow(request);
  }
}

// Clients that nginx itself refuses: error_page may lead them on.
void follow_refusals(RequestFlow& flow, const GuardQuestion& question) {
  constexpr std::array kUnreadable{400, 414, 494};
  const RequestState nobody = request_of("NONE", question.host);
  for (const int status : kUnreadable) flow.follow_error(nobody, status);
  if (question.mode == VerifyClient::kOn) flow.follow_error(nobody, 496);
  flow.follow_error(request_of("FAILED:certificate has expired", question.host), 495);
  if (question.mode != VerifyClient::kOptionalNoCa) {
    for (const std::string& verify : forgiven()) {
      flow.follow_error(request_of(verify, question.host), 495);
    }
  }
  flow.follow_error(request_of("", question.host), 497);
}

Opening opening_of(const Arrival& arrival) {
  return {.location = arrival.location->label(),
          .path = arrival.uri.value_or(""),
          .content = arrival.content.source,
          .at = arrival.location->directive->at};
}

// A backend that receives `$ssl_client_*`: either it may refuse by itself, or nobody relies on
// that.
enum class InformedBackend { kMayRefuse, kServes };

std::string doubt_of(const Arrival& arrival, InformedBackend informed) {
  if (!arrival.doubt.empty()) return arrival.doubt;
  return informed == InformedBackend::kMayRefuse ? arrival.content.doubt : "";
}

// Each content of a location once, with the first path that leads to it.
std::vector<Opening> sure_openings(const std::vector<Arrival>& arrivals, InformedBackend informed) {
  std::vector<Opening> openings;
  std::set<std::pair<const Location*, std::string>> seen;
  for (const Arrival& arrival : arrivals) {
    if (arrival.is_guess || !doubt_of(arrival, informed).empty()) continue;
    if (seen.emplace(arrival.location, arrival.content.source).second) {
      openings.push_back(opening_of(arrival));
    }
  }
  std::stable_sort(openings.begin(), openings.end(), [](const Opening& a, const Opening& b) {
    return std::pair(a.at.file, a.at.line) < std::pair(b.at.file, b.at.line);
  });
  return openings;
}

std::string doubt_of(const std::vector<Arrival>& arrivals) {
  for (const Arrival& arrival : arrivals) {
    const std::string doubt = doubt_of(arrival, InformedBackend::kMayRefuse);
    if (!doubt.empty()) return doubt;
  }
  if (arrivals.empty()) return "";
  return "it is not known which paths reach location " + arrivals.front().location->label();
}

// With verify on only error_page leads to content. A path that it names is the page for refused
// clients, whoever serves it. @name is different: there the path remains the client's choice.
std::vector<Arrival> arrivals_that_count(const RequestFlow& flow, VerifyClient mode) {
  std::vector<Arrival> arrivals = flow.arrivals();
  if (mode != VerifyClient::kOn) return arrivals;
  std::erase_if(arrivals, [&](const Arrival& arrival) {
    return arrival.uri && flow.is_error_page(*arrival.uri);
  });
  return arrivals;
}

}  // namespace

GuardAnswer guard_of(const GuardQuestion& question) {
  const LocationTree tree(question.http, question.server);
  RequestFlow flow(tree, question.variables);
  if (question.mode != VerifyClient::kOn) {
    const Paths paths = paths_of(tree, question.variables);
    follow_requests(flow, paths, request_of("NONE", question.host));
    if (question.mode == VerifyClient::kOptionalNoCa) {
      for (const std::string& verify : forgiven()) {
        follow_requests(flow, paths, request_of(verify, question.host));
      }
    }
  }
  follow_refusals(flow, question);
  const std::vector<Arrival> arrivals = arrivals_that_count(flow, question.mode);
  GuardAnswer answer{.openings = sure_openings(arrivals, InformedBackend::kMayRefuse),
                     .doubt = doubt_of(arrivals)};
  if (answer.doubt.empty() && flow.gave_up()) {
    answer.doubt = "there are too many ways through its rewrite directives";
  }
  if (answer.doubt.empty() && runs_before_rewrite(question.http, question.server)) {
    answer.doubt = "server_rewrite_by_lua decides";
  }
  if (!answer.openings.empty()) {
    answer.guard = Guard::kNone;
    answer.doubt.clear();
  } else if (!answer.doubt.empty()) {
    answer.guard = Guard::kUndecidable;
  }
  return answer;
}

std::vector<Opening> openings_in_plaintext(const GuardQuestion& question) {
  const LocationTree tree(question.http, question.server);
  RequestFlow flow(tree, question.variables);
  follow_requests(flow, paths_of(tree, question.variables), request_of("", question.host));
  return sure_openings(flow.arrivals(), InformedBackend::kServes);
}

}  // namespace mtls::config::exposure
