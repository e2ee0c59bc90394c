#include "config/tls/effective.h"

#include <algorithm>

#include "config/grammar/upstream_url.h"
#include "config/grammar/values.h"
#include "config/tls/conf_commands.h"

namespace mtls::config::tls {
namespace {

std::string joined(const std::vector<syntax::Argument>& arguments) {
  std::string text;
  for (const syntax::Argument& argument : arguments)
    text += (text.empty() ? "" : " ") + argument.text;
  return text;
}

void insert_word(std::string_view word, ProtocolSet& protocols) {
  for (std::size_t i = 0; i < kProtocolWords.size(); ++i) {
    const std::string_view known = kProtocolWords[i];
    if (word.size() == known.size() && grammar::starts_with_ignoring_case(word, known)) {
      protocols.insert(static_cast<Protocol>(i));
    }
  }
}

ProtocolSet protocols_of(std::string_view words) {
  ProtocolSet protocols;
  while (!words.empty()) {
    const std::size_t space = std::min(words.find(' '), words.size());
    insert_word(words.substr(0, space), protocols);
    words.remove_prefix(std::min(space + 1, words.size()));
  }
  return protocols;
}

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

void Effective::set_commands(Setting<ConfCommands>& setting, std::string_view name) const {
  set(setting, name, read_commands);
}

void Effective::set_protocols(Setting<ProtocolSet>& setting, std::string_view name,
                              Version version) const {
  const grammar::DirectiveRule* rule = grammar::find_rule(name);
  if (rule != nullptr) setting.value = protocols_of(grammar::default_text(*rule, version));
  set(setting, name, [](const auto& directives) {
    ProtocolSet protocols;
    for (const syntax::Directive* directive : directives) {
      for (const syntax::Argument& word : directive->args) insert_word(word.text, protocols);
    }
    return protocols;
  });
}

void Effective::set_session_cache(Setting<SessionCache>& setting) const {
  setting.value.builtin = "none";
  set(setting, "ssl_session_cache", [&](const auto& /*innermost*/) { return session_cache(); });
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
SessionCache Effective::session_cache() const {
  SessionCache cache;
  for (const blocks::Settings* level : levels_) {
    const auto found = level->find("ssl_session_cache");
    if (found == level->end()) continue;
    const SessionCache here = read_cache(found->second);
    const bool decides_builtin = cache.builtin.empty() && cache.shared.empty();
    if (decides_builtin) cache.builtin = here.builtin;
    if (cache.shared.empty()) cache.shared = here.shared;
  }
  if (cache.builtin == "off" || cache.builtin == "none") cache.shared.clear();
  return cache;
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
      case grammar::ValueKind::kSessionCache: return session_cache().text();
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
