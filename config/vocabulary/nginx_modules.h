// Which of nginx's own modules take part in a configuration: what the binary was configured with
// (auto/options, auto/modules) and what load_module adds. Knows names, opens nothing. Pure.
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
  /// `loaded`: what load_module was given, as written. nullopt: a module that is not nginx's own
  /// may take part, or nobody knows what was compiled in; then nothing can be said to be missing.
  static std::optional<ModuleSet> of(const NginxBuild& build,
                                     const std::vector<std::string>& loaded);

  /// `module`: as nginx's configure calls it: `http_ssl_module`, `stream`.
  bool has(std::string_view module) const;

 private:
  bool was_given(std::string_view option, std::string_view module) const;

  std::set<std::string, std::less<>> options_;
  std::set<std::string, std::less<>> loaded_;  // names of the files
};

/// What the load_module of `document` were given, in order.
std::vector<std::string> loaded_modules(const syntax::Document& document);

}  // namespace mtls::config::vocabulary
