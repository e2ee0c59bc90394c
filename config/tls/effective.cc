#include "config/tls/effective.h"

#include "config/grammar/values.h"

namespace mtls::config::tls {
namespace {

std::string joined(const std::vector<syntax::Argument>& arguments) {
  std::string text;
  for (const syntax::Argument& argument : arguments)
    text += (text.empty() ? "" : " ") + argument.text;
  return text;
}

// R2.15: the builtin part and the shared zone of a level are set apart from each other.
struct SessionCache {
  std::string builtin;  // "" with a zone: off beside it
  std::string shared;
};

SessionCache read_cache(const std::vector<const syntax::Directive*>& directives) {
  SessionCache cache;
  for (const syntax::Directive* directive : directives) {
    for (const syntax::Argument& argument : directive->args) {
      (argument.text.starts_with("shared:") ? cache.shared : cache.builtin) = argument.text;
    }
  }
  return cache;
}

}  // namespace

EffectiveDirectives find_effective(const Levels& levels, std::string_view name) {
  for (const blocks::Settings* level : levels) {
    const auto found = level->find(name);
    if (found == level->end() || found->second.empty()) continue;
    const bool is_innermost = level == levels.front();
    return {&found->second, is_innermost ? Provenance::kLocal : Provenance::kInherited};
  }
  return {};
}

void Effective::set_flag(Setting<bool>& setting, std::string_view name) const {
  set(setting, name,
      [](const auto& directives) { return grammar::flag_value(*directives.front()); });
}

void Effective::set_number(Setting<int>& setting, std::string_view name) const {
  set(setting, name,
      [](const auto& directives) { return grammar::number_value(*directives.front()); });
}

void Effective::set_text(Setting<std::string>& setting, std::string_view name) const {
  set(setting, name, [](const auto& directives) { return directives.front()->args.at(0).text; });
}

void Effective::set_commands(Setting<std::vector<std::pair<std::string, std::string>>>& setting,
                             std::string_view name) const {
  set(setting, name, [](const auto& directives) {
    std::vector<std::pair<std::string, std::string>> commands;
    for (const syntax::Directive* directive : directives) {
      commands.emplace_back(directive->args.at(0).text, directive->args.at(1).text);
    }
    return commands;
  });
}

void Effective::set_file(Setting<std::optional<FileRef>>& setting, std::string_view name) const {
  set(setting, name, [&](const auto& directives) -> std::optional<FileRef> {
    const std::string& text = directives.front()->args.at(0).text;
    if (text.empty()) return std::nullopt;
    return paths_.file(text);
  });
}

// ngx_http_ssl_merge_srv_conf(): without a builtin part of its own a level with a zone has none;
// `off` and `none` make the zone useless (ngx_ssl_session_cache).
std::string Effective::session_cache_text() const {
  SessionCache cache;
  for (const blocks::Settings* level : levels_) {
    const auto found = level->find("ssl_session_cache");
    if (found == level->end()) continue;
    const SessionCache here = read_cache(found->second);
    const bool decides_builtin = cache.builtin.empty() && cache.shared.empty();
    if (decides_builtin) cache.builtin = here.builtin;
    if (cache.shared.empty()) cache.shared = here.shared;
  }
  if (cache.builtin == "off" || cache.builtin == "none" || cache.shared.empty()) {
    return cache.builtin;
  }
  return cache.builtin.empty() ? cache.shared : cache.builtin + " " + cache.shared;
}

std::string Effective::file_text(const grammar::DirectiveRule& rule,
                                 const std::string& text) const {
  if (text.empty()) return "";
  FileRef file = paths_.file(text);
  if (rule.name == "ssl_certificate") {
    file = paths_.server_side(text, CertificatePart::kCertificate, module_);
  } else if (rule.name == "ssl_certificate_key") {
    file = paths_.server_side(text, CertificatePart::kKey, module_);
  }
  const auto* path = std::get_if<StaticPath>(&file);
  return path != nullptr ? path->path : std::get<RuntimePath>(file).text;
}

Setting<std::string> Effective::as_text(const grammar::DirectiveRule& rule, Version version) const {
  Setting<std::string> setting;
  setting.value = grammar::default_text(rule, version);
  set(setting, rule.name, [&](const auto& directives) -> std::string {
    switch (rule.value) {
      case grammar::ValueKind::kFlag:
      case grammar::ValueKind::kEnum:
      case grammar::ValueKind::kBitmask: return grammar::words_value(rule, directives);
      case grammar::ValueKind::kSessionCache: return session_cache_text();
      default: break;
    }
    std::string text;
    for (const syntax::Directive* directive : directives) {
      const bool is_file = rule.value == grammar::ValueKind::kFile;
      text += text.empty() ? "" : ", ";
      text += is_file ? file_text(rule, directive->args.at(0).text) : joined(directive->args);
    }
    return text;
  });
  return setting;
}

}  // namespace mtls::config::tls
