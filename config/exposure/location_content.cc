#include "config/exposure/location_content.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "config/grammar/directives.h"
#include "config/vocabulary/vocabulary.h"

namespace mtls::config::exposure {
namespace {

template <std::size_t kCount>
bool is_one_of(std::string_view name, const std::array<std::string_view, kCount>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Third-party modules that neither admit nor refuse requests.
bool is_harmless(std::string_view name) {
  constexpr std::array<std::string_view, 12> kFamilies{
      "brotli", "zstd", "more_", "lua_",        "vhost_traffic_status", "geoip2",
      "otel_",  "js_",  "perl_", "opentracing", "headers_more",         "init_"};
  return std::any_of(kFamilies.begin(), kFamilies.end(),
                     [&](std::string_view family) { return name.starts_with(family); });
}

bool is_lua(std::string_view name) { return name.find("_by_lua") != std::string_view::npos; }

// Code of the site that can read the verdict and answer.
bool is_code(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames{"js_content", "js_access", "js_header_filter",
                                                   "js_body_filter", "perl"};
  constexpr std::array<std::string_view, 3> kElsewhere{"log_", "ssl_", "balancer_"};
  const bool elsewhere =
      std::any_of(kElsewhere.begin(), kElsewhere.end(),
                  [&](std::string_view phase) { return name.starts_with(phase); });
  return is_one_of(name, kNames) ||
         (is_lua(name) && !elsewhere && !name.starts_with("init_") && !name.starts_with("set_"));
}

bool is_own_handler(std::string_view name) {
  return name == "js_content" || name == "perl" || name.starts_with("content_by_lua");
}

bool is_unknown(std::string_view name) {
  return !vocabulary::is_known(name) && grammar::find_rule(name) == nullptr && !is_lua(name) &&
         !is_harmless(name) && name != "perl" && name != kVerifyException;
}

// The code and unknown modules at one level. A content handler counts only where it is set, since
// it is not inherited.
std::string foreign_code_in(const syntax::Directive& level, bool is_here) {
  for (const syntax::Directive& directive : *level.block) {
    const std::string& name = directive.name;
    if (is_code(name) && (is_here || !is_own_handler(name))) return name + " decides";
    if (is_unknown(name)) return name + " of a module not known here may decide";
  }
  return "";
}

std::string foreign_code_at(const LocationTree& tree, const Location& at) {
  for (const Location* level = &at; level != nullptr; level = level->outer) {
    std::string found = foreign_code_in(*level->directive, &level->location() == &at.location());
    if (!found.empty()) return found;
  }
  return foreign_code_in(tree.http(), false);
}

bool is_on(const syntax::Directive* directive) {
  return directive != nullptr && !directive->args.empty() && directive->args[0].text != "off";
}

enum class Addresses { kUnasked, kAll, kNone, kSome };

// ngx_http_access_handler(): the first rule that matches decides.
Addresses addresses_at(const LocationTree& tree, const Location& at) {
  const syntax::Directive* first = tree.first_effective(at, {"allow", "deny"});
  if (first == nullptr || first->args.empty()) return Addresses::kUnasked;
  if (first->args[0].text != "all") return Addresses::kSome;
  return first->name == "allow" ? Addresses::kAll : Addresses::kNone;
}

// `proxy` of `proxy_pass`: `proxy_set_header` and similar names begin with it.
std::string_view family_of(const syntax::Directive& pass) {
  return std::string_view(pass.name).substr(0, pass.name.size() - std::string_view("_pass").size());
}

bool carries(const Variables& variables, const syntax::Directive& directive) {
  return std::any_of(
      directive.args.begin(), directive.args.end(),
      [&](const syntax::Argument& word) { return variables.carries_verdict(word.text); });
}

Content of_backend(const LocationTree& tree, const Variables& variables, const Location& at,
                   const syntax::Directive& pass) {
  const std::string name = backend_of(pass).value_or("");
  Content content{.source = "backend " + name, .is_files = false, .from = &pass, .doubt = {}};
  if (carries(variables, pass)) content.doubt = pass.name + " depends on $ssl_client_*";
  for (const std::string_view suffix : {"_set_header", "_param", "_set_body"}) {
    const std::string directive = std::string(family_of(pass)).append(suffix);
    for (const syntax::Directive* one : tree.effective(at, directive)) {
      if (carries(variables, *one))
        content.doubt = "the backend is told $ssl_client_* and may refuse";
    }
  }
  return content;
}

Content of_files(const LocationTree& tree, const Variables& variables, const Location& at) {
  const syntax::Directive* root = tree.first_effective(at, {"root", "alias"});
  const bool is_bare = root == nullptr && at.kind == Location::Kind::kServer;
  // Without locations and without a root nginx serves its own welcome page.
  if (is_bare && !tree.locations().empty()) return {};
  Content content{.source = "files", .is_files = true, .from = root, .doubt = {}};
  if (root == nullptr || root->args.empty()) return content;
  content.source += " " + root->args[0].text;
  if (carries(variables, *root)) content.doubt = root->name + " depends on $ssl_client_*";
  return content;
}

const syntax::Directive* handler_in(const Location& level) {
  constexpr std::array<std::string_view, 4> kOthers{"stub_status", "empty_gif", "flv", "mp4"};
  const auto& inside = *level.directive->block;
  const auto found =
      std::find_if(inside.begin(), inside.end(), [&](const syntax::Directive& directive) {
        return is_pass(directive) || is_one_of(directive.name, kOthers) ||
               is_own_handler(directive.name);
      });
  return found == inside.end() ? nullptr : &*found;
}

}  // namespace

bool is_pass(const syntax::Directive& directive) {
  return directive.name.ends_with("_pass") && !directive.args.empty() && !directive.block;
}

std::optional<std::string> backend_of(const syntax::Directive& pass) {
  std::string_view url = pass.args.at(0).text;
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
    url.remove_prefix(scheme + 3);
  }
  const bool is_unix = url.starts_with("unix:");
  url = url.substr(0, is_unix ? url.find(':', std::string_view("unix:").size()) : url.find('/'));
  if (url.find('$') != std::string_view::npos) return std::nullopt;
  return std::string(url);
}

bool names_nothing(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
    url.remove_prefix(scheme + 3);
  }
  return url.empty() || url.starts_with('/');
}

bool has_handler(const LocationTree& tree) {
  std::vector<const Location*> levels = tree.locations();
  while (!levels.empty()) {
    const Location* level = levels.back();
    levels.pop_back();
    if (handler_in(*level) != nullptr) return true;
    for (const auto& inner : level->inside) {
      if (inner->is_inside_location()) levels.push_back(inner.get());
    }
  }
  return false;
}

bool runs_before_rewrite(const syntax::Directive& http, const syntax::Directive& server) {
  const auto runs = [](const syntax::Directive& directive) {
    return directive.name.starts_with("server_rewrite_by_lua");
  };
  return std::any_of(http.block->begin(), http.block->end(), runs) ||
         std::any_of(server.block->begin(), server.block->end(), runs);
}

AccessPhase access_at(const LocationTree& tree, const Location& at) {
  const Addresses addresses = addresses_at(tree, at);
  const syntax::Directive* satisfy = tree.effective_one(at, "satisfy");
  const bool any = satisfy != nullptr && !satisfy->args.empty() && satisfy->args[0].text == "any";
  std::string other;
  for (const char* name : {"auth_basic", "auth_request"}) {
    if (is_on(tree.effective_one(at, name))) other = std::string(name) + " decides";
  }
  const std::string foreign = foreign_code_at(tree, at);
  const bool has_other = !other.empty() || !foreign.empty();
  if (addresses == Addresses::kNone && !(any && has_other)) {
    return {.is_closed = true, .doubt = {}, .by = tree.first_effective(at, {"allow", "deny"})};
  }
  if (!foreign.empty()) return {.is_closed = false, .doubt = foreign};
  if (any && addresses == Addresses::kAll) return {};
  if (!other.empty()) return {.is_closed = false, .doubt = other};
  if (addresses == Addresses::kSome) {
    return {.is_closed = false, .doubt = "allow and deny decide by address"};
  }
  return {};
}

Content content_at(const LocationTree& tree, const Variables& variables, const Location& at) {
  const syntax::Directive* handler = handler_in(at);
  if (handler == nullptr && at.is_inside_location()) {
    handler = handler_in(at.location());
    // A limit_except inherits only a pass (clcf->noname).
    const bool is_limit = at.kind == Location::Kind::kLimitExcept;
    if (is_limit && handler != nullptr && !is_pass(*handler)) handler = nullptr;
  }
  if (handler == nullptr) return of_files(tree, variables, at);
  if (is_pass(*handler)) return of_backend(tree, variables, at, *handler);
  return {.source = handler->name, .is_files = false, .from = handler, .doubt = {}};
}

}  // namespace mtls::config::exposure
