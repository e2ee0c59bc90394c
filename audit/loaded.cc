#include "audit/loaded.h"

#include <string_view>

#include "config/conf_path.h"

namespace mtls::audit {
namespace {

bool is_file(std::string_view target) {
  return target != "stderr" && !target.starts_with("syslog:") && !target.starts_with("memory:");
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

}  // namespace

// ngx_error_log() and ngx_conf_full_name(): relative to the prefix. Without a directive it is -e,
// or what was compiled in.
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

}  // namespace mtls::audit
