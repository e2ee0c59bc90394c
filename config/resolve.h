// Document to effective TLS contexts: which directive counts where, inheritance, sockets, default
// servers (R2, R3.40). Pure.
#pragma once

#include <string>

#include "config/nginx_build.h"
#include "config/resolved.h"
#include "config/syntax/ast.h"

namespace mtls::config {

/// `main_path`: of the main configuration file, absolute; relative ssl_* paths join its directory
/// (R1.42).
ResolvedConfig resolve(const syntax::Document& document, const std::string& main_path,
                       const NginxBuild& build);

}  // namespace mtls::config
