// The snippets of examples/nginx as a configuration under test includes them: the same text, with
// the socket of the test.
#pragma once

#include <string>

namespace mtls::testing {

/// `name`: http, line or stream.
std::string observer_snippet(const std::string& name, const std::string& socket);

}  // namespace mtls::testing
