// The variables of nginx's own modules, http and stream, in 1.18 to 1.31, by the module and the
// release that brought them: the ngx_http_variable_t and ngx_stream_variable_t tables. What a
// configuration defines itself is config/tls/variable_check.h. Pure.
#pragma once

#include <string_view>

#include "config/nginx_build.h"
#include "config/setting.h"
#include "config/vocabulary/nginx_modules.h"

namespace mtls::config::vocabulary {

/// Some module of `modules` has a variable `name` (lower case, without `$`), of its own or by its
/// prefix: `arg_x`, `http_x`.
bool is_variable(std::string_view name, Module module, const ModuleSet& modules, Version version);

}  // namespace mtls::config::vocabulary
