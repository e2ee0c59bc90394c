// One server's settings over those around it: the effective TLS context (R2.10 to R2.18). Pure.
#pragma once

#include <memory>
#include <string>

#include "config/blocks/scopes.h"
#include "config/nginx_build.h"
#include "config/tls/runtime_path.h"
#include "config/tls_context.h"

namespace mtls::config::tls {

struct MergeInput {
  const blocks::ServerScope& scope;
  const blocks::Settings& outer;
  const std::string& main_path;
  const NginxBuild& build;
  const RuntimePaths& paths;
  /// inherited_settings() of the block around.
  std::shared_ptr<const NamedSettings::Rows> inherited;
};

/// What dump and check print of a server block in this block that sets nothing itself: every
/// directive of this module and release, sorted by name.
std::shared_ptr<const NamedSettings::Rows> inherited_settings(Module module,
                                                              const blocks::Settings& outer,
                                                              const RuntimePaths& paths,
                                                              Version version);

/// Everything but what depends on other servers: `on_tls_socket` stays false.
TlsContext merge(const MergeInput& input);

/// `ssl on`, before 1.25.1; the directive, nullptr when off.
const syntax::Directive* ssl_on(const blocks::ServerScope& scope, const blocks::Settings& outer);

/// `starttls on` or `starttls only`, of mail.
bool has_starttls(const blocks::ServerScope& scope, const blocks::Settings& outer);

}  // namespace mtls::config::tls
