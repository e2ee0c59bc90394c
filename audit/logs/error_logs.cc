#include "audit/logs/error_logs.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "audit/loaded.h"
#include "config/conf_path.h"
#include "config/tls/core_directive.h"

namespace mtls::audit::logs {
namespace {

using config::Module;
using config::TlsContext;
using config::syntax::Directive;
using config::tls::InForce;

bool is_file(std::string_view target) {
  return target != "stderr" && target != "/dev/null" && !target.starts_with("syslog:") &&
         !target.starts_with("memory:");
}

// What a service writes to stderr, and what goes to the socket of the host's syslog, systemd puts
// into the journal.
bool is_in_journal(std::string_view target) {
  constexpr std::array<std::string_view, 3> kSockets{"server=unix:/dev/log",
                                                     "server=unix:/run/systemd/journal/dev-log",
                                                     "server=unix:/var/run/log"};
  if (target == "stderr" || target == "/dev/stderr") return true;
  return target.starts_with("syslog:") &&
         std::ranges::any_of(kSockets, [&](std::string_view socket) {
           const std::size_t at = target.find(socket);
           if (at == std::string_view::npos) return false;
           const std::string_view rest = target.substr(at + socket.size());
           return rest.empty() || rest.front() == ',';
         });
}

/// Where a target of error_log can be read.
class Places {
 public:
  explicit Places(const Policy& policy)
      : prefix_(policy.build.prefix), unit_(policy.logs.journal) {}
  /// nullopt: nowhere.
  std::optional<std::string> of(const std::string& target) const {
    if (!unit_.empty() && is_in_journal(target))
      return std::string(running::VerifyPlan::kJournal) + unit_;
    if (!is_file(target)) return std::nullopt;
    return config::main_conf_path(target, prefix_);
  }

 private:
  const std::string& prefix_;
  const std::string& unit_;
};

void add_logs(const std::vector<config::syntax::Directive>& directives, const Places& places,
              bool& is_set, std::vector<std::string>& logs) {
  for (const config::syntax::Directive& directive : directives) {
    if (directive.name != "error_log" || directive.args.empty()) continue;
    is_set = true;
    if (auto place = places.of(directive.args.front().text)) logs.push_back(std::move(*place));
  }
}

// The files that nginx's master logs into. ngx_error_log() and ngx_conf_full_name(): relative to
// the prefix. Without a directive it is -e, or what was compiled in.
std::vector<std::string> main_error_logs(const Snapshot& snapshot, const Places& places) {
  const config::NginxBuild& build = snapshot.policy->build;
  const ConfigView& view =
      snapshot.loaded && snapshot.loaded->config ? *snapshot.loaded->config : *snapshot.config;
  std::vector<std::string> logs;
  bool is_set = false;
  add_logs(view.document->globals, places, is_set, logs);
  add_logs(view.document->main, places, is_set, logs);
  if (is_set) return logs;
  const running::Master* master = snapshot.master();
  std::optional<std::string> built_in =
      master != nullptr ? master->process.error_log : std::nullopt;
  if (!built_in && build.configure)
    built_in = config::configured(" " + *build.configure, "--error-log-path=");
  if (!built_in) return logs;
  if (auto place = places.of(*built_in)) logs.push_back(std::move(*place));
  return logs;
}

/// The files, each with its number.
class Files {
 public:
  explicit Files(std::vector<std::string>& paths) : paths_(paths) {}
  std::size_t number_of(const std::string& path) {
    const auto [at, is_new] = numbers_.try_emplace(path, paths_.size());
    if (is_new) paths_.push_back(path);
    return at->second;
  }

 private:
  std::vector<std::string>& paths_;
  std::unordered_map<std::string, std::size_t> numbers_;
};

/// Angie's format=json is a form that nobody here reads.
bool is_plain(const Directive& log) {
  return std::ranges::none_of(
      log.args, [](const config::syntax::Argument& word) { return word.text == "format=json"; });
}

class Planner {
 public:
  using Takes = bool (*)(const Directive& log);

  Planner(const ConfigView& view, const Places& places, Files& files)
      : view_(view), places_(places), files_(files), logs_(*view.document, "error_log") {}

  std::vector<running::VerifyPlan::Block> blocks() {
    std::vector<running::VerifyPlan::Block> blocks;
    for (const TlsContext& server : view_.resolved.servers) blocks.push_back(block_of(server));
    return blocks;
  }

  /// Of every level that has an error_log, locations too.
  std::vector<std::vector<std::size_t>> of_levels(Takes takes) {
    std::set<std::vector<std::size_t>> lists;
    add_level(logs_.main(), takes, lists);
    for (const Directive& directive : view_.document->main)
      if (directive.block) add_levels(*directive.block, takes, lists);
    return {lists.begin(), lists.end()};
  }

  /// Of each server block whose clients nginx tells of (R9.7 l), where it warns.
  std::vector<std::vector<std::size_t>> of_observed() {
    std::vector<std::vector<std::size_t>> lists;
    for (const TlsContext& server : view_.resolved.servers) {
      if (config::asks(server) && server.id.module != Module::kMail)
        lists.push_back(numbers(logs_.in(server), config::tls::takes_warnings));
    }
    return lists;
  }

 private:
  std::vector<std::size_t> numbers(const InForce& logs, Takes takes) {
    std::vector<std::size_t> numbers;
    for (const Directive* log : logs) {
      const auto place = log->args.empty() ? std::nullopt : places_.of(log->args.front().text);
      if (!place) continue;
      const std::size_t number = files_.number_of(*place);
      if (takes(*log) && is_plain(*log)) numbers.push_back(number);
    }
    return numbers;
  }

  void add_level(const InForce& logs, Takes takes, std::set<std::vector<std::size_t>>& lists) {
    auto level = numbers(logs, takes);
    if (!level.empty()) lists.insert(std::move(level));
  }

  void add_levels(const std::vector<Directive>& block, Takes takes,
                  std::set<std::vector<std::size_t>>& lists) {
    InForce here;
    for (const Directive& directive : block) {
      if (directive.name == "error_log") here.push_back(&directive);
      if (directive.block) add_levels(*directive.block, takes, lists);
    }
    add_level(here, takes, lists);
  }

  // http prints the first name, stream and mail the address.
  running::VerifyPlan::Block block_of(const TlsContext& server) {
    running::VerifyPlan::Block block;
    block.is_http = server.id.module == Module::kHttp;
    block.label = !server.id.server.empty() || block.is_http ? server.id.server : server.id.listen;
    if (block.is_http) {
      block.names.push_back(server.id.server);
    } else {
      for (const config::Listen& listen : server.listens) block.names.push_back(listen.canonical());
    }
    block.asks = config::asks(server);
    block.logs = numbers(logs_.in(server), config::tls::takes_refusals);
    return block;
  }

  const ConfigView& view_;
  const Places& places_;
  Files& files_;
  config::tls::CoreDirective logs_;
};

/// A plan in which the settings choose among its files.
class Choice {
 public:
  Choice(running::VerifyPlan& plan, const std::vector<std::string>& chosen) : plan_(plan) {
    const std::set<std::string> wanted(chosen.begin(), chosen.end());
    std::set<std::string> named;
    for (const std::string& log : plan.logs) {
      named.insert(log);
      const bool is_kept = log.starts_with(running::VerifyPlan::kJournal) || wanted.contains(log);
      number_of_.push_back(is_kept ? std::optional(logs_.size()) : std::nullopt);
      if (is_kept) logs_.push_back(log);
    }
    for (const std::string& log : wanted) {
      if (named.contains(log)) continue;
      stand_ins_.push_back(logs_.size());
      logs_.push_back(log);
    }
  }

  void apply() {
    for (auto& block : plan_.blocks) block.logs = chosen(block.logs);
    for (auto* lists : {&plan_.upstream_logs, &plan_.loss_logs}) {
      for (auto& list : *lists) list = chosen(list);
      std::erase_if(*lists, [](const auto& list) { return list.empty(); });
    }
    for (auto& list : plan_.observed_logs) list = chosen(list);
    plan_.logs = std::move(logs_);
  }

 private:
  std::vector<std::size_t> chosen(const std::vector<std::size_t>& numbers) const {
    std::vector<std::size_t> chosen;
    bool lacks = false;
    for (const std::size_t number : numbers) {
      if (number_of_[number]) chosen.push_back(*number_of_[number]);
      if (!number_of_[number]) lacks = true;
    }
    if (lacks) chosen.insert(chosen.end(), stand_ins_.begin(), stand_ins_.end());
    return chosen;
  }

  running::VerifyPlan& plan_;
  std::vector<std::string> logs_;
  std::vector<std::optional<std::size_t>> number_of_;  // by that of the plan
  std::vector<std::size_t> stand_ins_;
};

}  // namespace

running::VerifyPlan verify_plan(const Snapshot& snapshot) {
  running::VerifyPlan plan;
  Files files(plan.logs);
  const Places places(*snapshot.policy);
  const bool has_loaded = snapshot.loaded && snapshot.loaded->config;
  const ConfigView& view = has_loaded ? *snapshot.loaded->config : *snapshot.config;
  for (const std::string& log : main_error_logs(snapshot, places)) files.number_of(log);
  Planner planner(view, places, files);
  plan.blocks = planner.blocks();
  plan.upstream_logs = planner.of_levels(config::tls::takes_upstream_failures);
  plan.observer_socket = snapshot.policy->observer_socket;
  if (!plan.observer_socket.empty()) {
    plan.loss_logs = planner.of_levels(config::tls::takes_warnings);
    plan.observed_logs = planner.of_observed();
  }
  if (&view != snapshot.config.get())
    Planner(*snapshot.config, places, files).of_levels(config::tls::takes_upstream_failures);
  if (const auto& chosen = snapshot.policy->logs.error_logs) Choice(plan, *chosen).apply();
  constexpr int kCodes = 101;  // of OpenSSL 3.6
  for (int code = 0; code < kCodes; ++code)
    plan.reasons.push_back(pki::verify_text(code, openssl_of(snapshot.policy->build)));
  return plan;
}

}  // namespace mtls::audit::logs
