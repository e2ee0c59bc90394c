#include "config/tls/observer_line.h"

#include <algorithm>
#include <utility>

namespace mtls::config::tls {
namespace {

using syntax::Directive;

// `syslog:server=unix:/run/x.sock,nohostname,tag=mtls`
bool goes_to(std::string_view target, std::string_view socket) {
  constexpr std::string_view kSyslog = "syslog:";
  constexpr std::string_view kServer = "server=unix:";
  if (!target.starts_with(kSyslog)) return false;
  target.remove_prefix(kSyslog.size());
  while (!target.empty()) {
    const std::size_t comma = std::min(target.find(','), target.size());
    const std::string_view option = target.substr(0, comma);
    if (option.starts_with(kServer)) return option.substr(kServer.size()) == socket;
    target.remove_prefix(std::min(comma + 1, target.size()));
  }
  return false;
}

bool is_off(const Directive* log) { return !log->args.empty() && log->args.front().text == "off"; }

// Another condition than that of the snippets may leave connections out.
bool is_line(const Directive* log, std::string_view socket) {
  const auto& args = log->args;
  return args.size() >= 2 && goes_to(args[0].text, socket) && args[1].text == kObserverFormat &&
         std::all_of(args.begin() + 2, args.end(), [](const syntax::Argument& word) {
           return !word.text.starts_with("if=") || word.text == "if=$mtls_observer";
         });
}

}  // namespace

ObserverLine::ObserverLine(const syntax::Document& document, std::string socket)
    : socket_(std::move(socket)), logs_(document, "access_log") {}

// ngx_http_log_handler(): `off` beside others turns all of its level off.
bool ObserverLine::sends(const InForce& logs) const {
  return std::ranges::none_of(logs, is_off) &&
         std::ranges::any_of(logs, [&](const Directive* log) { return is_line(log, socket_); });
}

void ObserverLine::add_gaps(const Directive& block, std::vector<LineGap>& gaps) const {
  for (const Directive& inner : *block.block) {
    if (!inner.block) continue;
    InForce own;
    for (const Directive& directive : *inner.block)
      if (directive.name == "access_log") own.push_back(&directive);
    if (!own.empty() && !sends(own)) gaps.push_back({.block = &inner, .instead = own.front()});
    add_gaps(inner, gaps);
  }
}

std::vector<LineGap> ObserverLine::gaps(const TlsContext& server) const {
  std::vector<LineGap> gaps;
  const InForce logs = logs_.in(server);
  if (!sends(logs))
    gaps.push_back({.block = &*server.directive, .instead = logs.empty() ? nullptr : logs.front()});
  if (server.id.module == Module::kHttp) add_gaps(*server.directive, gaps);
  return gaps;
}

}  // namespace mtls::config::tls
