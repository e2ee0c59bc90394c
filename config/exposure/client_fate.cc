#include "config/exposure/client_fate.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "config/exposure/request_flow.h"
#include "config/exposure/request_paths.h"

namespace mtls::config::exposure {
namespace {

// What one request of the client comes to.
struct Outcome {
  bool reaches = false;        // content, for sure
  bool may_reach = false;      // content, perhaps
  bool after_refusal = false;  // all content it reaches comes after a guard's refusal
  std::string doubt;
  const syntax::Directive* refused_by = nullptr;
  std::optional<int> status;
};

// A missing file and a body that is too large do not count: the ordinary request differs.
std::optional<int> status_of(const std::vector<Ending>& endings) {
  const bool has_ordinary = std::any_of(endings.begin(), endings.end(),
                                        [](const Ending& ending) { return !ending.is_what_if; });
  std::set<std::optional<int>> seen;
  for (const Ending& ending : endings) {
    if (!has_ordinary || !ending.is_what_if) seen.insert(ending.status);
  }
  return seen.size() == 1 ? *seen.begin() : std::nullopt;
}

Outcome outcome_of(const RequestFlow& flow) {
  Outcome outcome;
  outcome.status = status_of(flow.endings());
  bool is_direct = false;
  for (const Arrival& arrival : flow.arrivals()) {
    const bool is_sure = arrival.doubt.empty() && !arrival.is_guess;
    outcome.reaches = outcome.reaches || is_sure;
    outcome.may_reach = true;
    if (outcome.doubt.empty()) outcome.doubt = arrival.doubt;
    is_direct = is_direct || arrival.refused_by == nullptr;
  }
  outcome.after_refusal = outcome.may_reach && !is_direct;
  for (const Ending& ending : flow.endings()) {
    if (outcome.doubt.empty() && !ending.doubt.empty()) outcome.doubt = ending.doubt;
    if (outcome.refused_by == nullptr && ending.doubt.empty()) {
      outcome.refused_by = ending.refused_by;
    }
  }
  if (flow.gave_up()) {
    outcome.may_reach = true;
    outcome.reaches = false;
    outcome.doubt = "there are too many ways through its rewrite directives";
  }
  return outcome;
}

}  // namespace

std::string written(const syntax::Directive& directive) {
  std::string text = directive.name;
  for (const syntax::Argument& word : directive.args) {
    if (word.text != ")") text += " ";  // of a condition, behind a quoted word
    text += word.quoted ? "\"" + word.text + "\"" : word.text;
  }
  return text;
}

FateOfClients::FateOfClients(const GuardQuestion& question)
    : question_(question),
      tree_(question.http, question.server),
      answers_(answers_of(tree_, question.variables, question.host)) {
  // Any client at all: verified, and in optional_no_ca of an unknown CA.
  RequestFlow flow(tree_, question.variables, answers_);
  for (const std::string& path : paths_of(tree_, question.variables)) {
    if (content_paths_.size() >= kMaxPaths) return;
    bool is_content = false;
    for (const char* verify :
         {"SUCCESS", "FAILED:unable to verify the first certificate", "NONE"}) {
      const bool is_possible = verify[0] == 'S' || question.mode == VerifyClient::kOptionalNoCa ||
                               (verify[0] == 'N' && question.mode == VerifyClient::kOptional);
      if (!is_possible || is_content) continue;
      RequestState request;
      request.verify = verify;
      request.host = question.host;
      request.uri = path;
      request.sent_uri = path;
      request.method = "GET";
      flow.clear();
      flow.follow(request);
      is_content =
          std::any_of(flow.arrivals().begin(), flow.arrivals().end(),
                      [](const Arrival& arrival) { return arrival.refused_by == nullptr; });
    }
    if (is_content) content_paths_.push_back(path);
  }
}

ClientFate FateOfClients::of(const FateQuestion& question) const {
  const auto ask = [&](const std::string& path, Sender sender) {
    RequestFlow flow(tree_, question_.variables, answers_);
    RequestState request;
    request.verify = question.client.verify;
    request.client = &question.client;
    request.sender = sender;
    request.host = question_.host;
    request.uri = path;
    request.sent_uri = path;
    request.method = "GET";
    if (question.passes) flow.follow(request);
    if (!question.passes) flow.follow_error(request, request.verify == "NONE" ? 496 : 495);
    return outcome_of(flow);
  };
  ClientFate fate;
  const Outcome root = ask("/", Sender::kPlainGet);
  fate.http_status = root.status;
  const syntax::Directive* guard = root.reaches ? nullptr : root.refused_by;
  std::size_t reached = 0;
  std::size_t refused = 0;
  bool some = false;
  fate.is_let_in = question.passes && content_paths_.empty();
  for (const std::string& path : content_paths_) {
    const Outcome outcome = ask(path, Sender::kAnybody);
    const bool is_direct = question.passes && !outcome.after_refusal;
    fate.is_let_in = fate.is_let_in || (outcome.may_reach && is_direct);
    if (outcome.reaches && is_direct) ++reached;
    if (!outcome.may_reach) ++refused;
    some = some || outcome.reaches;
    if (!outcome.reaches && guard == nullptr) guard = outcome.refused_by;
    if (fate.doubt.empty() && !outcome.reaches && outcome.may_reach) fate.doubt = outcome.doubt;
  }
  const std::size_t all = content_paths_.size();
  if (reached < all) {
    fate.served = some ? Served::kSomewhere : refused == all ? Served::kNowhere : Served::kUnknown;
  }
  if (all == 0 && !question.passes) fate.served = Served::kNowhere;
  if (!fate.http_status && fate.doubt.empty()) fate.doubt = root.doubt;
  for (const std::string& path : question.paths) {
    const Outcome outcome = ask(path, Sender::kPlainGet);
    const bool is_direct = question.passes && !outcome.after_refusal;
    fate.paths[path] = !outcome.may_reach || !is_direct ? Served::kNowhere
                       : outcome.reaches                ? Served::kEverywhere
                                                        : Served::kUnknown;
    if (outcome.may_reach && !is_direct) fate.shown_after_refusal.insert(path);
  }
  if (guard != nullptr) fate.refused_by = GuardPlace{guard->at, written(*guard)};
  return fate;
}

}  // namespace mtls::config::exposure
