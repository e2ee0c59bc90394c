// What nginx makes of a certificate's or key's name: a file, or something it learns per handshake
// or request; and which files a variable can come to whose values all stand in the configuration
// (R1.42, R2.A, R2.60). Knows names, opens nothing. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/nginx_build.h"
#include "config/setting.h"
#include "config/syntax/ast.h"

namespace mtls::config::tls {

enum class CertificatePart { kCertificate, kKey };

class RuntimePaths {
 public:
  /// `main_path` and `build` have to outlive this, `document` only the constructor.
  RuntimePaths(const syntax::Document& document, const std::string& main_path,
               const NginxBuild& build);

  /// A name without variables.
  FileRef file(const std::string& text) const;
  /// ssl_certificate or its key in a server of `module`. Its variables are looked up before a
  /// request exists, so those of `set` are empty.
  FileRef server_side(const std::string& text, CertificatePart part, Module module) const;
  /// proxy_ssl_certificate, its key and their kin. nullopt: none, by "".
  std::optional<FileRef> upstream_side(const std::string& text, CertificatePart part,
                                       Module module) const;

 private:
  using Values = std::map<std::string, std::set<std::string>>;  // by variable, lower case
  struct Variables {
    Values maps;                             // what a map's literal values are
    Values sets;                             // what a `set` of a literal makes of it
    std::map<std::string, int> definitions;  // how many places give the variable a value
    bool has_scripts = false;                // Lua, njs or Perl, which can change what `set` made
  };

  static void read(const std::vector<syntax::Directive>& directives, Variables& variables);
  static void define(const syntax::Directive& directive, Variables& variables);
  static void keep_unambiguous(Variables& variables);
  bool is_known_at_runtime(const std::string& text, CertificatePart part) const;
  RuntimePath follow(const std::string& text, const std::vector<const Values*>& sources) const;

  const std::string& main_path_;
  const NginxBuild& build_;
  Variables http_;
  Variables stream_;
};

}  // namespace mtls::config::tls
