// Which of nginx's own modules take part in a configuration: those that the binary was configured
// with (auto/options, auto/modules) and those that load_module adds. Knows names only and opens no
// file. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/nginx_build.h"
#include "config/syntax/ast.h"

namespace mtls::config::vocabulary {

class ModuleSet {
 public:
  /// `build`: the nginx in question. `loaded`: the arguments of load_module, as written. nullopt: a
  /// third-party module may take part, or the compiled-in modules are unknown; then no directive
  /// can be called unknown.
  static std::optional<ModuleSet> of(const NginxBuild& build,
                                     const std::vector<std::string>& loaded);

  /// `module` is named as in nginx's configure script: `http_ssl_module`, `stream`.
  bool has(std::string_view module) const;

 private:
  bool was_given(std::string_view option, std::string_view module) const;

  std::set<std::string, std::less<>> options_;
  std::set<std::string, std::less<>> loaded_;  // names of the loaded files, without directories
};

/// The arguments of `load_module` in `document`, in order; those of -g come first.
std::vector<std::string> loaded_modules(const syntax::Document& document);

}  // namespace mtls::config::vocabulary
