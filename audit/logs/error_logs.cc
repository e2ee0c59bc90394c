#include "audit/logs/error_logs.h"

#include <algorithm>
#include <set>
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

void add_logs(const std::vector<config::syntax::Directive>& directives, const std::string& prefix,
              bool& is_set, std::vector<std::string>& logs) {
  for (const config::syntax::Directive& directive : directives) {
    if (directive.name != "error_log" || directive.args.empty()) continue;
    is_set = true;
    const std::string& target = directive.args.front().text;
    if (is_file(target)) logs.push_back(config::main_conf_path(target, prefix));
  }
}

// The files that nginx's master logs into. ngx_error_log() and ngx_conf_full_name(): relative to
// the prefix. Without a directive it is -e, or what was compiled in.
std::vector<std::string> main_error_logs(const Snapshot& snapshot) {
  const config::NginxBuild& build = snapshot.policy->build;
  const ConfigView& view =
      snapshot.loaded && snapshot.loaded->config ? *snapshot.loaded->config : *snapshot.config;
  std::vector<std::string> logs;
  bool is_set = false;
  add_logs(view.document->globals, build.prefix, is_set, logs);
  add_logs(view.document->main, build.prefix, is_set, logs);
  if (is_set) return logs;
  const running::Master* master = snapshot.master();
  std::optional<std::string> built_in =
      master != nullptr ? master->process.error_log : std::nullopt;
  if (!built_in && build.configure)
    built_in = config::configured(" " + *build.configure, "--error-log-path=");
  if (built_in && is_file(*built_in))
    logs.push_back(config::main_conf_path(*built_in, build.prefix));
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
  Planner(const ConfigView& view, const std::string& prefix, Files& files)
      : view_(view), prefix_(prefix), files_(files), logs_(*view.document, "error_log") {}

  std::vector<running::VerifyPlan::Block> blocks() {
    std::vector<running::VerifyPlan::Block> blocks;
    for (const TlsContext& server : view_.resolved.servers) blocks.push_back(block_of(server));
    return blocks;
  }

  /// Of every level that has an error_log, locations too.
  std::set<std::vector<std::size_t>> upstream_logs() {
    std::set<std::vector<std::size_t>> lists;
    add_level(logs_.main(), lists);
    for (const Directive& directive : view_.document->main)
      if (directive.block) add_levels(*directive.block, lists);
    return lists;
  }

 private:
  std::vector<std::size_t> numbers(const InForce& logs, bool (*takes)(const Directive&)) {
    std::vector<std::size_t> numbers;
    for (const Directive* log : logs) {
      if (log->args.empty() || !is_file(log->args.front().text)) continue;
      const std::size_t number =
          files_.number_of(config::main_conf_path(log->args.front().text, prefix_));
      if (takes(*log) && is_plain(*log)) numbers.push_back(number);
    }
    return numbers;
  }

  void add_level(const InForce& logs, std::set<std::vector<std::size_t>>& lists) {
    auto level = numbers(logs, config::tls::takes_upstream_failures);
    if (!level.empty()) lists.insert(std::move(level));
  }

  void add_levels(const std::vector<Directive>& block, std::set<std::vector<std::size_t>>& lists) {
    InForce here;
    for (const Directive& directive : block) {
      if (directive.name == "error_log") here.push_back(&directive);
      if (directive.block) add_levels(*directive.block, lists);
    }
    add_level(here, lists);
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
  const std::string& prefix_;
  Files& files_;
  config::tls::CoreDirective logs_;
};

}  // namespace

running::VerifyPlan verify_plan(const Snapshot& snapshot) {
  running::VerifyPlan plan;
  Files files(plan.logs);
  const std::string& prefix = snapshot.policy->build.prefix;
  const bool has_loaded = snapshot.loaded && snapshot.loaded->config;
  const ConfigView& view = has_loaded ? *snapshot.loaded->config : *snapshot.config;
  for (const std::string& log : main_error_logs(snapshot)) files.number_of(log);
  Planner planner(view, prefix, files);
  plan.blocks = planner.blocks();
  const auto lists = planner.upstream_logs();
  plan.upstream_logs.assign(lists.begin(), lists.end());
  if (&view != snapshot.config.get()) Planner(*snapshot.config, prefix, files).upstream_logs();
  constexpr int kCodes = 101;  // of OpenSSL 3.6
  for (int code = 0; code < kCodes; ++code)
    plan.reasons.push_back(pki::verify_text(code, openssl_of(snapshot.policy->build)));
  return plan;
}

}  // namespace mtls::audit::logs
