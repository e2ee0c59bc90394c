#include "config/exposure/enforcement.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

#include "config/exposure/request_flow.h"
#include "config/exposure/request_paths.h"
#include "config/grammar/status_code.h"

namespace mtls::config::exposure {
namespace {

using Paths = std::set<std::string>;

RequestState request_of(const std::string& verify, const std::string& host) {
  RequestState request;
  request.verify = verify;
  request.host = host;
  return request;
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

// Whoever nginx refuses may have any of these verdicts; "" is plain HTTP on a TLS listen.
const std::vector<std::string>& refused_verdicts() {
  static const std::vector<std::string> kAll = [] {
    std::vector<std::string> all{"NONE", "", "FAILED:certificate has expired"};
    all.insert(all.end(), forgiven_verdicts().begin(), forgiven_verdicts().end());
    return all;
  }();
  return kAll;
}

// The statuses for which an error_page of the server level exists: what nginx refuses before it
// searches a location goes through these.
std::set<int> caught_statuses(const LocationTree& tree) {
  std::set<int> statuses;
  for (const syntax::Directive* page : tree.effective(tree.server(), "error_page")) {
    for (const syntax::Argument& word : page->args) {
      if (const auto status = grammar::status_code(word.text)) statuses.insert(*status);
    }
  }
  return statuses;
}

// A method that nginx never serves (TRACE), a Transfer-Encoding that it does not know, a Host that
// is not the SNI's, headers that are too large or cannot be read. The path is the client's choice.
void follow_unserved(RequestFlow& flow, const Paths& paths, const std::set<int>& caught,
                     const RequestState& client) {
  constexpr std::array kWithPath{400, 405, 421, 494, 501};
  constexpr std::array kWithoutPath{400, 414, 505};
  for (const int status : kWithoutPath) {
    if (!caught.contains(status)) continue;
    RequestState request = client;
    request.uri = "";
    request.sent_uri = "";
    flow.follow_error(request, status);
  }
  for (const int status : kWithPath) {
    if (!caught.contains(status)) continue;
    for (const std::string& path : paths) {
      RequestState request = client;
      request.uri = path;
      request.sent_uri = path;
      if (status == 405) request.method = "TRACE";
      if (status == 421) request.host.clear();
      flow.follow_error(request, status);
    }
  }
}

void follow_refused(RequestFlow& flow, const Paths& paths, const RequestState& client, int status) {
  for (const std::string& path : paths) {
    RequestState request = client;
    request.uri = path;
    request.sent_uri = path;
    flow.follow_error(request, status);
  }
}

// Clients that nginx itself refuses: error_page may lead them on.
void follow_refusals(RequestFlow& flow, const Paths& paths, const GuardQuestion& question,
                     const std::set<int>& caught) {
  for (const std::string& verify : refused_verdicts()) {
    const RequestState client = request_of(verify, question.host);
    follow_unserved(flow, paths, caught, client);
    const int status = verify.empty() ? 497 : verify == "NONE" ? 496 : 495;
    if (!caught.contains(status)) continue;
    const bool passes_without = status == 496 && question.mode != VerifyClient::kOn;
    const bool is_forgiven = question.mode == VerifyClient::kOptionalNoCa &&
                             std::find(forgiven_verdicts().begin(), forgiven_verdicts().end(),
                                       verify) != forgiven_verdicts().end();
    if (!passes_without && !is_forgiven) follow_refused(flow, paths, client, status);
  }
}

Opening opening_of(const Arrival& arrival) {
  return {.location = arrival.location->label(),
          .path = arrival.sent_uri.value_or(arrival.uri.value_or("")),
          .content = arrival.content.source,
          .at = arrival.location->directive->at,
          .method = arrival.method,
          .status = arrival.error};
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

std::string doubt_of(const std::vector<Arrival>& arrivals, InformedBackend informed) {
  for (const Arrival& arrival : arrivals) {
    const std::string doubt = doubt_of(arrival, informed);
    if (!doubt.empty()) return doubt;
  }
  if (arrivals.empty()) return "";
  return "it is not known which paths reach location " + arrivals.front().location->label();
}

GuardAnswer answer_of(const RequestFlow& flow, InformedBackend informed) {
  GuardAnswer answer{.guard = Guard::kComplete,
                     .openings = sure_openings(flow.arrivals(), informed),
                     .doubt = doubt_of(flow.arrivals(), informed)};
  if (answer.doubt.empty() && flow.gave_up()) {
    answer.doubt = "there are too many ways through its rewrite directives";
  }
  return answer;
}

// Tengine's ssl_verify_client_exception, in force at the location where it stands and in no other
// (ngx_http_core_find_config_phase() of Tengine 3.2).
const syntax::Directive* exception_at(const Location& location) {
  const syntax::Directive* exception = location.own(kVerifyException);
  const bool is_on =
      exception != nullptr && exception->args.size() == 1 && exception->args[0].text == "on";
  return is_on ? exception : nullptr;
}

bool has_exception(const LocationTree& tree) {
  return std::any_of(tree.locations().begin(), tree.locations().end(),
                     [](const Location* one) { return exception_at(*one) != nullptr; });
}

// Whom nginx refuses reaches those locations, and what guards them there counts as elsewhere.
void follow_exceptions(const LocationTree& tree, const Paths& paths, const GuardQuestion& question,
                       GuardAnswer& answer) {
  if (question.mode == VerifyClient::kOff || !has_exception(tree)) return;
  RequestFlow flow(tree, question.variables, answers_of(tree, question.variables, question.host));
  for (const std::string& verify : refused_verdicts()) {
    if (!verify.empty()) follow_requests(flow, paths, request_of(verify, question.host));
  }
  std::vector<Arrival> excepted;
  std::copy_if(
      flow.arrivals().begin(), flow.arrivals().end(), std::back_inserter(excepted),
      [](const Arrival& one) { return exception_at(one.location->location()) != nullptr; });
  std::set<const syntax::Directive*> known;
  for (const Arrival& arrival : excepted) {
    const syntax::Directive* exception = exception_at(arrival.location->location());
    const std::string doubt = doubt_of(arrival, InformedBackend::kMayRefuse);
    if (answer.doubt.empty()) answer.doubt = doubt;
    if (arrival.is_guess || !doubt.empty() || !known.insert(exception).second) continue;
    Opening opening = opening_of(arrival);
    opening.waived_at = exception->at;
    answer.openings.push_back(std::move(opening));
  }
  if (answer.doubt.empty() && known.empty())
    answer.doubt = doubt_of(excepted, InformedBackend::kMayRefuse);
}

void conclude(const GuardQuestion& question, GuardAnswer& answer) {
  if (answer.doubt.empty() && runs_before_rewrite(question.http, question.server)) {
    answer.doubt = "server_rewrite_by_lua decides";
  }
  if (!answer.openings.empty()) {
    answer.guard = Guard::kNone;
    answer.doubt.clear();
  } else if (!answer.doubt.empty()) {
    answer.guard = Guard::kUndecidable;
  }
}

}  // namespace

const std::vector<std::string>& forgiven_verdicts() {
  static const std::vector<std::string> kTexts{
      "FAILED:self-signed certificate", "FAILED:self-signed certificate in certificate chain",
      "FAILED:unable to get local issuer certificate",
      "FAILED:unable to verify the first certificate", "FAILED:certificate not trusted"};
  return kTexts;
}

Answers answers_of(const LocationTree& tree, const Variables& variables, const std::string& host) {
  if (has_handler(tree)) return Answers::kNotContent;
  RequestFlow flow(tree, variables);
  const Paths paths = paths_of(tree, variables);
  for (const std::string& verify : {std::string("SUCCESS"), forgiven_verdicts().front()}) {
    follow_requests(flow, paths, request_of(verify, host));
    if (!flow.arrivals().empty()) return Answers::kNotContent;
  }
  return Answers::kContent;
}

GuardAnswer guard_of(const GuardQuestion& question) {
  const LocationTree tree(question.http, question.server);
  const std::set<int> caught = caught_statuses(tree);
  GuardAnswer answer;
  if (question.mode != VerifyClient::kOn || !caught.empty()) {
    const Paths paths = paths_of(tree, question.variables);
    RequestFlow flow(tree, question.variables, answers_of(tree, question.variables, question.host));
    if (question.mode != VerifyClient::kOn) {
      follow_requests(flow, paths, request_of("NONE", question.host));
      if (question.mode == VerifyClient::kOptionalNoCa) {
        for (const std::string& verify : forgiven_verdicts()) {
          follow_requests(flow, paths, request_of(verify, question.host));
        }
      }
    }
    follow_refusals(flow, paths, question, caught);
    answer = answer_of(flow, InformedBackend::kMayRefuse);
  }
  follow_exceptions(tree, paths_of(tree, question.variables), question, answer);
  conclude(question, answer);
  return answer;
}

GuardAnswer guard_in_plaintext(const GuardQuestion& question) {
  const LocationTree tree(question.http, question.server);
  RequestFlow flow(tree, question.variables, answers_of(tree, question.variables, question.host));
  const Paths paths = paths_of(tree, question.variables);
  const RequestState client = request_of("", question.host);
  follow_requests(flow, paths, client);
  follow_unserved(flow, paths, caught_statuses(tree), client);
  // Where the server block itself may let in clients without a certificate, the backend may ask
  // again; otherwise none does.
  const bool may_ask =
      question.mode == VerifyClient::kOptional || question.mode == VerifyClient::kOptionalNoCa;
  GuardAnswer answer =
      answer_of(flow, may_ask ? InformedBackend::kMayRefuse : InformedBackend::kServes);
  conclude(question, answer);
  return answer;
}

}  // namespace mtls::config::exposure
