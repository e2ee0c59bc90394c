// `dump --format opa`: one object for each server block after inheritance, its settings under the
// names of nginx's directives, as policies ask for them (policies/nginx_mtls.rego,
// docs/commands.md). What is unset is absent, so that `not server.ssl_client_certificate` works.
// Pure.
#pragma once

#include <string>

#include "reports/dump/formats.h"

namespace mtls::reports::dump {

std::string dump_opa(const Report& report);

}  // namespace mtls::reports::dump
