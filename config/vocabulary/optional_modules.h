// Which directives come with modules of nginx that are built only on request (auto/options), or
// that load_module adds. Those of mail and stream, which come with the whole module, are not
// listed; nor are those of TLS. Source: the ngx_command_t tables of nginx 1.18.0 to 1.31. Pure.
#pragma once

#include <string_view>

namespace mtls::config::vocabulary {

/// Where the directive stands: modules of http and stream share names.
enum class Part { kMain, kHttp, kStream };

/// The module, named as in nginx's configure script; "": no such module brings the directive.
std::string_view optional_module_of(std::string_view directive, Part part);

}  // namespace mtls::config::vocabulary
