// What a directive comes to in a block: what the block says replaces what the blocks around it say,
// arrays included (R2.10 to R2.16). The same for both sides of TLS. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/blocks/scopes.h"
#include "config/grammar/directive_table.h"
#include "config/setting.h"
#include "config/tls/runtime_path.h"
#include "config/tls_context.h"

namespace mtls::config::tls {

/// The blocks around one place, the innermost first.
using Levels = std::vector<const blocks::Settings*>;

struct EffectiveDirectives {
  const std::vector<const syntax::Directive*>* directives = nullptr;  // of one level; nullptr: none
  Provenance provenance = Provenance::kDefault;
};

EffectiveDirectives find_effective(const Levels& levels, std::string_view name);

class Effective {
 public:
  /// `paths` has to outlive this. `module`: of the server block.
  Effective(Levels levels, const RuntimePaths& paths, Module module)
      : levels_(std::move(levels)), paths_(paths), module_(module) {}

  EffectiveDirectives find(std::string_view name) const { return find_effective(levels_, name); }

  /// Leaves the default in `setting` where nobody says anything; `read` turns directives into the
  /// value.
  template <class T, class Read>
  void set(Setting<T>& setting, std::string_view name, Read read) const {
    const EffectiveDirectives found = find(name);
    if (found.directives == nullptr) return;
    const syntax::Directive* first = found.directives->front();
    setting = {read(*found.directives), found.provenance, first->at, first};
  }

  void set_flag(Setting<bool>& setting, std::string_view name) const;
  void set_number(Setting<int>& setting, std::string_view name) const;
  void set_text(Setting<std::string>& setting, std::string_view name) const;
  void set_commands(Setting<ConfCommands>& setting, std::string_view name) const;
  /// Without a directive the protocols of that release.
  void set_protocols(Setting<ProtocolSet>& setting, std::string_view name, Version version) const;
  void set_session_cache(Setting<SessionCache>& setting) const;
  /// "" cancels what would be inherited (R2.12). No variables.
  void set_file(Setting<std::optional<FileRef>>& setting, std::string_view name) const;
  /// Any directive of the server side, as NamedSetting has it; for people only.
  Setting<std::string> as_text(const grammar::DirectiveRule& rule, Version version) const;

 private:
  SessionCache session_cache() const;
  std::string file_text(const grammar::DirectiveRule& rule, const std::string& text) const;

  Levels levels_;
  const RuntimePaths& paths_;
  Module module_;
};

}  // namespace mtls::config::tls
