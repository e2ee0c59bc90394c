#include "config/blocks/scopes.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/text.h"
#include "config/blocks/log_formats.h"
#include "config/blocks/shared_zones.h"
#include "config/grammar/directives.h"
#include "config/grammar/location_name.h"
#include "config/grammar/shape.h"
#include "config/grammar/upstream_url.h"
#include "config/grammar/values.h"
#include "config/vocabulary/nginx_modules.h"
#include "config/vocabulary/vocabulary.h"

namespace mtls::config::blocks {
namespace {

using enum vocabulary::Context;

std::optional<Module> server_module(vocabulary::Context context) {
  switch (context) {
    case kHttpServer: return Module::kHttp;
    case kStreamServer: return Module::kStream;
    case kMailServer: return Module::kMail;
    default: return std::nullopt;
  }
}

// Another module's directive with the same name: in mail, server_name is a text for the greeting.
bool is_namesake(const syntax::Directive& directive, const grammar::DirectiveRule& rule,
                 vocabulary::Context context) {
  return !grammar::is_allowed(rule, context, rule.until) &&
         vocabulary::find_known(directive.name, context) != nullptr;
}

bool is_on(const Settings& settings, std::string_view name) {
  const auto found = settings.find(name);
  return found != settings.end() && !found->second.empty() &&
         !grammar::starts_with_ignoring_case(found->second.front()->args.at(0).text, "off");
}

// ngx_mail_ssl_starttls() and ngx_mail_ssl_enable() before 1.25.1, which exclude each other in one
// block.
std::optional<std::string> starttls_error(const syntax::Directive& directive,
                                          const Settings& settings) {
  if (grammar::starts_with_ignoring_case(directive.args.at(0).text, "off")) return std::nullopt;
  if (directive.name == "starttls" && is_on(settings, "ssl")) {
    return "\"ssl\" directive conflicts with \"starttls\"";
  }
  if (directive.name == "ssl" && is_on(settings, "starttls")) {
    return "\"starttls\" directive conflicts with \"ssl on\"";
  }
  return std::nullopt;
}

class ScopeReader {
 public:
  ScopeReader(const syntax::Document& document, const NginxBuild& build)
      : build_(build),
        modules_(vocabulary::ModuleSet::of(build, vocabulary::loaded_modules(document))),
        sockets_(build) {}

  Scopes read(const syntax::Document& document) && {
    Settings main;
    read_block(document.main, kMain, main);
    scopes_.sockets = sockets_.sockets();
    return std::move(scopes_);
  }

 private:
  void read_block(const std::vector<syntax::Directive>& directives, vocabulary::Context context,
                  Settings& settings);
  void enter(const syntax::Directive& directive, vocabulary::Context inside);
  void enter_server(const syntax::Directive& directive, vocabulary::Context inside, Module module);
  void enter_location(const syntax::Directive& directive);
  void enter_upstream(const syntax::Directive& directive, vocabulary::Context inside);
  void take_log(const syntax::Directive& directive, vocabulary::Context context);
  void take(const syntax::Directive& directive, const grammar::DirectiveRule& rule,
            vocabulary::Context context, Settings& settings);
  std::optional<std::string> own_error(const syntax::Directive& directive,
                                       const grammar::DirectiveRule& rule,
                                       vocabulary::Context context, const Settings& settings);
  bool takes_no_uri(vocabulary::Context context) const;
  bool is_absent(const grammar::DirectiveRule& rule) const;
  void take_listen(const syntax::Directive& directive);
  void complain(const syntax::Directive& directive, std::string message);

  NginxBuild build_;
  std::optional<vocabulary::ModuleSet> modules_;
  SocketTable sockets_;
  SharedZones zones_;
  LogFormats formats_;
  std::map<vocabulary::Context, std::set<std::string>> upstreams_;  // their names
  Scopes scopes_;
  const syntax::Directive* outer_ = nullptr;
  const LocationScope* location_ = nullptr;
};

void ScopeReader::complain(const syntax::Directive& directive, std::string message) {
  scopes_.diagnostics.push_back({.code = base::ErrorCode::kSyntax,
                                 .message = std::move(message),
                                 .at = directive.end,
                                 .when = {.order = directive.order}});
}

void ScopeReader::read_block(const std::vector<syntax::Directive>& directives,
                             vocabulary::Context context, Settings& settings) {
  if (context == kData || context == kOpaque) return;
  for (const syntax::Directive& directive : directives) {
    const grammar::DirectiveRule* rule = grammar::find_rule(directive.name);
    if (rule != nullptr && !is_namesake(directive, *rule, context)) {
      take(directive, *rule, context, settings);
    } else if (directive.block) {
      enter(directive, grammar::context_inside(directive, context));
    } else {
      take_log(directive, context);
    }
  }
}

// Only where config/grammar/shape.h has nothing to complain about.
void ScopeReader::take_log(const syntax::Directive& directive, vocabulary::Context context) {
  if (directive.name != "log_format" && directive.name != "access_log") return;
  const auto* known = vocabulary::find_known(directive.name, context);
  if (known == nullptr || !known->takes(directive.args.size())) return;
  const bool is_stream = context == kStream || context == kStreamServer;
  auto error = formats_.take(directive, is_stream ? Module::kStream : Module::kHttp);
  if (error) complain(directive, std::move(*error));
}

void ScopeReader::enter(const syntax::Directive& directive, vocabulary::Context inside) {
  if (const auto module = server_module(inside); module && directive.name == "server") {
    enter_server(directive, inside, *module);
    return;
  }
  if (inside == kLocation) return enter_location(directive);
  if (inside == kUpstream || inside == kStreamUpstream) return enter_upstream(directive, inside);
  if (inside != kHttp && inside != kStream && inside != kMail) {
    Settings unused;  // only complaints and passes count in such a block
    read_block(*directive.block, inside, unused);
    return;
  }
  outer_ = &directive;
  read_block(*directive.block, inside, scopes_.outers[&directive]);
}

void ScopeReader::enter_server(const syntax::Directive& directive, vocabulary::Context inside,
                               Module module) {
  const std::size_t index = scopes_.servers.size();
  scopes_.servers.push_back(
      {.module = module, .server = &directive, .outer = outer_, .settings = {}, .listens = {}});
  Settings settings;
  read_block(*directive.block, inside, settings);
  ServerScope& server = scopes_.servers[index];
  server.settings = std::move(settings);
  if (!server.listens.empty() || server.settings.contains("listen")) return;
  if (module == Module::kHttp) {
    ParsedListen implied;
    implied.listens = {default_listen(directive.at)};
    sockets_.add(module, index, implied);
    server.listens = std::move(implied.listens);
  } else {
    // ngx_stream_core_server(), ngx_mail_core_server(): said when the block has been read.
    scopes_.diagnostics.push_back({.code = base::ErrorCode::kSyntax,
                                   .message = "no \"listen\" is defined for server",
                                   .at = directive.end,
                                   .when = {.order = directive.last}});
  }
}

void ScopeReader::enter_location(const syntax::Directive& directive) {
  const bool has_outer = location_ != nullptr && !location_->location->args.empty();
  if (has_outer && !directive.args.empty()) {
    auto error = grammar::location_place_error(directive, *location_->location);
    if (error) complain(directive, std::move(*error));
  }
  LocationScope& here = scopes_.locations.emplace_back(
      LocationScope{.location = &directive, .outer = location_, .settings = {}});
  const LocationScope* around = std::exchange(location_, &here);
  read_block(*directive.block, kLocation, here.settings);
  location_ = around;
}

// ngx_http_upstream(), ngx_stream_upstream(). Some of nginx's family fill an empty one at run time.
void ScopeReader::enter_upstream(const syntax::Directive& directive, vocabulary::Context inside) {
  const std::string name = directive.args.empty() ? "" : directive.args.front().text;
  if (!upstreams_[inside].insert(base::ascii_lower(name)).second)
    complain(directive, "duplicate upstream \"" + name + "\"");
  Settings unused;
  read_block(*directive.block, inside, unused);
  const bool is_filled = std::ranges::any_of(
      *directive.block, [](const syntax::Directive& one) { return one.name == "server"; });
  if (is_filled || !modules_ || !directive.close) return;
  scopes_.diagnostics.push_back({.code = base::ErrorCode::kSyntax,
                                 .message = "no servers are inside upstream",
                                 .at = directive.close,
                                 .when = {.order = directive.last}});
}

// The complaint of the directive's own function.
std::optional<std::string> ScopeReader::own_error(const syntax::Directive& directive,
                                                  const grammar::DirectiveRule& rule,
                                                  vocabulary::Context context,
                                                  const Settings& settings) {
  if (auto error = grammar::value_error(rule, directive, context)) return error;
  if (auto error = zones_.add(rule, directive, outer_->name)) return error;
  if (rule.value == grammar::ValueKind::kProxyUrl && takes_no_uri(context)) {
    return grammar::proxy_uri_error(directive.args.at(0).text);
  }
  const bool is_mail = context == kMail || context == kMailServer;
  return is_mail ? starttls_error(directive, settings) : std::nullopt;
}

// ngx_http_proxy_pass(): where nginx cannot know which prefix of the request's path to replace.
bool ScopeReader::takes_no_uri(vocabulary::Context context) const {
  if (context == kLocationIf || context == kLimitExcept) return true;
  if (context != kLocation || location_->location->args.empty()) return false;
  const std::string& first = location_->location->args.front().text;
  return first.starts_with('~') || first.starts_with('@');
}

// Whether none of the modules with this directive takes part. http always does.
bool ScopeReader::is_absent(const grammar::DirectiveRule& rule) const {
  if (!modules_ || rule.modules.find('h') != std::string_view::npos) return false;
  const bool in_stream = rule.modules.find('s') != std::string_view::npos;
  const bool in_mail = rule.modules.find('m') != std::string_view::npos;
  return !(in_stream && modules_->has("stream")) && !(in_mail && modules_->has("mail"));
}

// ngx_conf_handler(), then the directive's own function.
void ScopeReader::take(const syntax::Directive& directive, const grammar::DirectiveRule& rule,
                       vocabulary::Context context, Settings& settings) {
  if (!grammar::exists_in(rule, build_.version) || is_absent(rule)) {
    return complain(directive, "unknown directive \"" + directive.name + "\"");
  }
  if (!grammar::is_allowed(rule, context, build_.version)) {
    return complain(directive, grammar::directive_complaint(directive, "is not allowed here"));
  }
  if (directive.block) return;  // config/grammar/shape.h has complained already
  const int count = static_cast<int>(directive.args.size());
  if (count < rule.min_args || count > rule.max_args) {
    return complain(directive, grammar::wrong_arity(directive));
  }
  auto& same = settings[rule.name];
  if (rule.repeat == grammar::Repeat::kOnce && !same.empty()) {
    return complain(directive, grammar::directive_complaint(directive, "is duplicate"));
  }
  if (auto error = own_error(directive, rule, context, settings)) {
    return complain(directive, std::move(*error));
  }
  same.push_back(&directive);
  if (rule.name == "listen") take_listen(directive);
  if (rule.placement == grammar::Placement::kPass ||
      rule.placement == grammar::Placement::kPassOrExcept) {
    scopes_.passes.push_back(
        {.pass = &directive, .server = scopes_.servers.size() - 1, .location = location_});
  }
}

void ScopeReader::take_listen(const syntax::Directive& directive) {
  ServerScope& server = scopes_.servers.back();
  auto parsed = parse_listen(directive, server.module, build_);
  if (!parsed) return complain(directive, std::move(parsed.error().message));
  auto error = sockets_.add(server.module, scopes_.servers.size() - 1, *parsed);
  if (error) complain(directive, std::move(*error));
  std::move(parsed->listens.begin(), parsed->listens.end(), std::back_inserter(server.listens));
}

}  // namespace

Scopes read_scopes(const syntax::Document& document, const NginxBuild& build) {
  return ScopeReader(document, build).read(document);
}

}  // namespace mtls::config::blocks
