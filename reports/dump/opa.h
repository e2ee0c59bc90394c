// `dump --format opa`: one resolved object per server block under the names nginx's directives
// have, as policies ask for them (policies/nginx_mtls.rego, docs/commands.md). What is unset is
// absent, so that `not server.ssl_client_certificate` says so. Pure.
#pragma once

#include <string>

#include "reports/assessment.h"

namespace mtls::reports::dump {

std::string dump_opa(const Assessment& assessment);

}  // namespace mtls::reports::dump
