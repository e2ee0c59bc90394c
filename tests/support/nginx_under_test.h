// Which nginx the tests ask: /usr/sbin/nginx, or the one that MTLS_TEST_NGINX names (`./dev
// nginxes` unpacks some).
#pragma once

#include <string>

namespace mtls::testing {

/// The path of the binary.
const std::string& nginx_under_test();

/// The path of the module ngx_NAME_module.so beside that binary: PREFIX/lib/nginx/modules for
/// PREFIX/sbin/nginx, where Debian puts them.
std::string nginx_module(const std::string& name);

/// `load_module PATH;` with a line end.
std::string load_module(const std::string& name);

}  // namespace mtls::testing
