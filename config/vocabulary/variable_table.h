// The variables of nginx's own http and stream modules in 1.18 to 1.31, with the module and the
// release that introduced them. Source: the ngx_http_variable_t and ngx_stream_variable_t tables.
// Variables that a configuration defines are in config/tls/variable_check.h. Pure.
#pragma once

#include <string_view>

#include "config/nginx_build.h"
#include "config/setting.h"
#include "config/vocabulary/nginx_modules.h"

namespace mtls::config::vocabulary {

/// Whether a module of `modules` in this release has the variable `name` (lower case, without `$`),
/// by its full name or by a prefix: `arg_x`, `http_x`.
bool is_variable(std::string_view name, Module module, const ModuleSet& modules, Version version);

}  // namespace mtls::config::vocabulary
