// A Document to effective TLS contexts: which directive counts where, inheritance, sockets, default
// servers (R2, R3.40). The last step of reading a configuration. Pure.
#pragma once

#include <string>

#include "config/nginx_build.h"
#include "config/resolved.h"
#include "config/syntax/ast.h"

namespace mtls::config {

/// `main_path`: absolute path of the main configuration file; relative ssl_* paths start in its
/// directory (R1.42). Never fails: values that nginx refuses are in ResolvedConfig::diagnostics.
ResolvedConfig resolve(const syntax::Document& document, const std::string& main_path,
                       const NginxBuild& build);

}  // namespace mtls::config
