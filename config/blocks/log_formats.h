// The formats of access logs: each name is defined once, before it is used (ngx_http_log_set_log(),
// ngx_stream_log_set_log()). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/setting.h"
#include "config/syntax/ast.h"

namespace mtls::config::blocks {

class LogFormats {
 public:
  /// Takes a `log_format` or `access_log` of http or stream and returns nginx's complaint, if any.
  /// Another directive is ignored. REQUIRES: the number of arguments is right.
  std::optional<std::string> take(const syntax::Directive& directive, Module module);

 private:
  std::optional<std::string> define(const std::string& name, Module module);
  std::optional<std::string> log_error(const syntax::Directive& log, Module module) const;
  bool is_defined(const std::string& name, Module module) const;

  struct Format {
    std::string name;
    Module module;
  };
  std::vector<Format> formats_{{.name = "combined", .module = Module::kHttp}};
};

}  // namespace mtls::config::blocks
