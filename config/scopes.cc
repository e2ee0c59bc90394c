#include "config/scopes.h"

#include <utility>

#include "config/directives.h"
#include "config/values.h"

namespace mtls::config {
namespace {

using enum Context;

std::optional<Module> server_module(Context context) {
  switch (context) {
    case kHttpServer: return Module::kHttp;
    case kStreamServer: return Module::kStream;
    case kMailServer: return Module::kMail;
    default: return std::nullopt;
  }
}

class Walker {
 public:
  explicit Walker(const NginxBuild& build) : build_(build), sockets_(build) {}

  Scopes walk(const Document& document) && {
    Settings main;
    walk_block(document.main, kMain, main);
    scopes_.sockets = sockets_.sockets();
    return std::move(scopes_);
  }

 private:
  void walk_block(const std::vector<Directive>& directives, Context context, Settings& settings);
  void enter(const Directive& directive, Context inside);
  void enter_server(const Directive& directive, Context inside, Module module);
  void take(const Directive& directive, const DirectiveRule& rule, Context context,
            Settings& settings);
  void take_listen(const Directive& directive);
  void complain(const Directive& directive, std::string message);

  NginxBuild build_;
  SocketTable sockets_;
  Scopes scopes_;
  const Directive* outer_ = nullptr;
};

void Walker::complain(const Directive& directive, std::string message) {
  scopes_.diagnostics.push_back({.code = base::ErrorCode::kSyntax,
                                 .message = std::move(message),
                                 .at = directive.end,
                                 .when = {.order = directive.order}});
}

void Walker::walk_block(const std::vector<Directive>& directives, Context context,
                        Settings& settings) {
  if (context == kData || context == kOpaque) return;
  for (const Directive& directive : directives) {
    if (const DirectiveRule* rule = find_rule(directive.name)) {
      take(directive, *rule, context, settings);
    } else if (directive.block) {
      enter(directive, context_inside(directive, context));
    }
  }
}

void Walker::enter(const Directive& directive, Context inside) {
  if (const auto module = server_module(inside); module && directive.name == "server") {
    enter_server(directive, inside, *module);
    return;
  }
  if (inside != kHttp && inside != kStream && inside != kMail) {
    Settings unused;  // only the complaints count there
    walk_block(*directive.block, inside, unused);
    return;
  }
  outer_ = &directive;
  walk_block(*directive.block, inside, scopes_.outers[&directive]);
}

void Walker::enter_server(const Directive& directive, Context inside, Module module) {
  const std::size_t index = scopes_.servers.size();
  scopes_.servers.push_back(
      {.module = module, .server = &directive, .outer = outer_, .settings = {}, .listens = {}});
  Settings settings;
  walk_block(*directive.block, inside, settings);
  ServerScope& server = scopes_.servers[index];
  server.settings = std::move(settings);
  if (!server.listens.empty() || server.settings.contains("listen")) return;
  if (module == Module::kHttp) {
    ParsedListen implied;
    implied.listens = {default_listen(directive.at)};
    sockets_.add(module, index, implied);
    server.listens = std::move(implied.listens);
  }
}

// ngx_conf_handler(), then the directive's own function.
void Walker::take(const Directive& directive, const DirectiveRule& rule, Context context,
                  Settings& settings) {
  if (!exists_in(rule, build_.version)) {
    return complain(directive, "unknown directive \"" + directive.name + "\"");
  }
  if (!is_allowed(rule, context, build_.version)) {
    return complain(directive, about(directive, "is not allowed here"));
  }
  if (directive.block) return;  // said when it was read
  const int count = static_cast<int>(directive.args.size());
  if (count < rule.min_args || count > rule.max_args) {
    return complain(directive, wrong_arity(directive));
  }
  auto& same = settings[rule.name];
  if (rule.repeat == Repeat::kOnce && !same.empty()) {
    return complain(directive, about(directive, "is duplicate"));
  }
  if (auto error = value_error(rule, directive)) return complain(directive, std::move(*error));
  same.push_back(&directive);
  if (rule.name == "listen") take_listen(directive);
}

void Walker::take_listen(const Directive& directive) {
  ServerScope& server = scopes_.servers.back();
  auto parsed = parse_listen(directive, server.module, build_);
  if (!parsed) return complain(directive, std::move(parsed.error().message));
  auto error = sockets_.add(server.module, scopes_.servers.size() - 1, *parsed);
  if (error) complain(directive, std::move(*error));
  std::move(parsed->listens.begin(), parsed->listens.end(), std::back_inserter(server.listens));
}

}  // namespace

Scopes read_scopes(const Document& document, const NginxBuild& build) {
  return Walker(build).walk(document);
}

}  // namespace mtls::config
