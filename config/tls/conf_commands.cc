#include "config/tls/conf_commands.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "config/tls_context.h"

namespace mtls::config::tls {
namespace {

using Kind = ConfCommandKind;

constexpr std::array kNames{
    std::pair{"certificate", Kind::kCertificate},
    std::pair{"chaincafile", Kind::kChainCaFile},
    std::pair{"cipherstring", Kind::kCipherString},
    std::pair{"clientcafile", Kind::kClientCaFile},
    std::pair{"clientcapath", Kind::kClientCaPath},
    std::pair{"clientcastore", Kind::kClientCaStore},
    std::pair{"requestcafile", Kind::kClientCaFile},
    std::pair{"requestcapath", Kind::kClientCaPath},
    std::pair{"requestcastore", Kind::kClientCaStore},
    std::pair{"verifycafile", Kind::kVerifyCaFile},
    std::pair{"verifycapath", Kind::kVerifyCaPath},
    std::pair{"verifycastore", Kind::kVerifyCaStore},
    std::pair{"verifymode", Kind::kVerifyMode},
};

Kind kind_of(std::string_view name) {
  const std::string lower = base::ascii_lower(name);
  const auto* const found = std::find_if(kNames.begin(), kNames.end(),
                                         [&](const auto& known) { return lower == known.first; });
  return found == kNames.end() ? Kind::kOther : found->second;
}

bool overrides_trust(Kind kind, std::string_view value) {
  switch (kind) {
    case Kind::kOther:
    case Kind::kCertificate:
    case Kind::kChainCaFile: return false;
    case Kind::kCipherString: return value.find("@SECLEVEL=") != std::string_view::npos;
    default: return true;
  }
}

std::string_view trimmed(std::string_view word) {
  const std::size_t from = word.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return word.substr(from, word.find_last_not_of(" \t") - from + 1);
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> known) {
  const std::string lower = base::ascii_lower(word);
  return std::find(known.begin(), known.end(), lower) != known.end();
}

// One word of SSL_CONF_cmd(3)'s VerifyMode: it adds its flags to those nginx has set, and with a
// `-` before it takes them away.
void apply_mode(std::string_view word, ConfOverrides& overrides) {
  bool on = true;
  if (word.starts_with('+') || word.starts_with('-')) {
    on = word.front() == '+';
    word.remove_prefix(1);
  }
  if (is_one_of(word, {"peer", "request", "require", "once"})) overrides.requests = on;
  if (is_one_of(word, {"require"})) overrides.fails_without = on;
}

void apply_modes(std::string_view list, ConfOverrides& overrides) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    apply_mode(trimmed(list.substr(0, comma)), overrides);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

void apply(const ConfCommand& command, const RuntimePaths& paths, ConfOverrides& overrides) {
  const auto file = [&] {
    return NamedFile{.file = paths.file(command.value), .directive = command.directive};
  };
  switch (command.kind) {
    case Kind::kVerifyCaFile: overrides.store_files.push_back(file()); break;
    case Kind::kVerifyCaPath:
    case Kind::kVerifyCaStore: overrides.store_is_open = true; break;
    case Kind::kClientCaFile: overrides.name_files.push_back(file()); break;
    case Kind::kCertificate: overrides.certificate = file(); break;
    case Kind::kVerifyMode: apply_modes(command.value, overrides); break;
    case Kind::kCipherString:
      overrides.cipher_string = command.value;
      if (const auto level = security_level_in(command.value)) overrides.security_level = level;
      break;
    default: break;
  }
}

}  // namespace

ConfCommands read_commands(const std::vector<const syntax::Directive*>& directives) {
  ConfCommands commands;
  for (const syntax::Directive* directive : directives) {
    const std::string& name = directive->args.at(0).text;
    const std::string& value = directive->args.at(1).text;
    const Kind kind = kind_of(name);
    commands.push_back({.name = name,
                        .value = value,
                        .kind = kind,
                        .overrides_trust = overrides_trust(kind, value),
                        .directive = directive});
  }
  return commands;
}

ConfOverrides overrides_of(const ConfCommands& commands, const RuntimePaths& paths, bool requests) {
  ConfOverrides overrides;
  overrides.requests = requests;
  for (const ConfCommand& command : commands) apply(command, paths, overrides);
  return overrides;
}

}  // namespace mtls::config::tls
