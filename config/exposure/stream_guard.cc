#include "config/exposure/stream_guard.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "config/exposure/client_fate.h"
#include "config/exposure/location_content.h"
#include "config/exposure/location_tree.h"

namespace mtls::config::exposure {
namespace {

// How one session ends. `by`: the directive that decides it.
struct Session {
  bool is_served = false;
  std::string doubt = {};
  const syntax::Directive* by = nullptr;
};

class SessionFlow {
 public:
  explicit SessionFlow(const GuardQuestion& question)
      : question_(question), tree_(question.http, question.server) {}

  Session follow(RequestState client) const {
    const AccessPhase access = access_at(tree_, tree_.server());
    if (access.is_closed) return {.by = access.by};
    run_sets(client);
    Session session = connect(client);
    if (session.is_served && session.doubt.empty()) session.doubt = access.doubt;
    return session;
  }

  const LocationTree& tree() const { return tree_; }

 private:
  // ngx_stream_set_module runs before the handshake: there `$ssl_client_*` are empty, and the value
  // of a map is kept (R9.24).
  void run_sets(RequestState& client) const {
    RequestState before = client;
    before.verify.clear();
    const ClientVariables nobody;
    before.client = &nobody;
    for (const syntax::Directive& directive : *question_.server.block) {
      if (directive.name != "set" || directive.args.size() != 2) continue;
      const Known value = question_.variables.text(directive.args[1].text, before);
      for (const std::string& name : syntax::variables_in(directive.args[0].text)) {
        before.variables[name] = value;
      }
    }
    client.variables = std::move(before.variables);
  }

  Session connect(RequestState& client) const {
    const syntax::Directive* pass = tree_.server().own("proxy_pass");
    const syntax::Directive* fixed = tree_.server().own("return");
    const bool is_text = fixed != nullptr && pass == nullptr;
    if (is_text) return {.is_served = true, .by = fixed};  // it has no other content
    if (pass == nullptr || pass->args.empty()) {
      return {.is_served = true, .doubt = "another module answers", .by = nullptr};
    }
    const std::string& target = pass->args[0].text;
    if (target.find('$') == std::string::npos) return {.is_served = true, .by = pass};
    Value value;
    const auto names = syntax::variables_in(target);
    const bool is_one_variable = names.size() == 1 && target == "$" + names.front();
    if (is_one_variable) value = question_.variables.value(names.front(), client);
    if (!is_one_variable) value.known = question_.variables.text(target, client);
    if (value.known) return {.is_served = !value.known->empty(), .by = pass};
    const bool some_name = std::any_of(value.one_of.begin(), value.one_of.end(),
                                       [](const std::string& one) { return !one.empty(); });
    if (!value.one_of.empty() && !some_name) return {.by = pass};
    if (value.is_clients_choice && some_name) return {.is_served = true, .by = pass};
    return {.is_served = true, .doubt = "proxy_pass " + target + " decides", .by = pass};
  }

  const GuardQuestion& question_;
  LocationTree tree_;
};

RequestState client_with(const std::string& verify) {
  RequestState client;
  client.verify = verify;
  return client;
}

GuardAnswer answer_to(const SessionFlow& flow, const std::vector<std::string>& verdicts) {
  GuardAnswer answer;
  for (const std::string& verify : verdicts) {
    const Session session = flow.follow(client_with(verify));
    if (!session.is_served) continue;
    if (!session.doubt.empty()) {
      answer.doubt = session.doubt;
      continue;
    }
    const std::string target =
        session.by->args.empty() ? session.by->name : "backend " + session.by->args[0].text;
    answer.openings = {{.location = "", .path = "", .content = target, .at = session.by->at}};
  }
  if (!answer.openings.empty()) {
    answer.guard = Guard::kNone;
    answer.doubt.clear();
  } else if (!answer.doubt.empty()) {
    answer.guard = Guard::kUndecidable;
  }
  return answer;
}

}  // namespace

GuardAnswer stream_guard_of(const GuardQuestion& question) {
  if (question.mode == VerifyClient::kOn) return {};
  std::vector<std::string> verdicts{"NONE"};
  if (question.mode == VerifyClient::kOptionalNoCa) {
    verdicts.insert(verdicts.end(), forgiven_verdicts().begin(), forgiven_verdicts().end());
  }
  return answer_to(SessionFlow(question), verdicts);
}

GuardAnswer stream_guard_in_plaintext(const GuardQuestion& question) {
  return answer_to(SessionFlow(question), {""});
}

ClientFate stream_fate_of(const GuardQuestion& question, const ClientVariables& client,
                          bool passes) {
  ClientFate fate;
  fate.served = Served::kNowhere;
  fate.is_let_in = false;
  if (!passes) return fate;
  RequestState request = client_with(client.verify);
  request.client = &client;
  const Session session = SessionFlow(question).follow(std::move(request));
  if (session.is_served) {
    fate.served = session.doubt.empty() ? Served::kEverywhere : Served::kUnknown;
    fate.doubt = session.doubt;
    fate.is_let_in = true;
  } else if (session.by != nullptr) {
    fate.refused_by = GuardPlace{session.by->at, written(*session.by)};
  }
  return fate;
}

}  // namespace mtls::config::exposure
