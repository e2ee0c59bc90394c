#include "daemon/inputs/bundle_conf.h"

#include "daemon/inputs/made_up_file.h"

namespace mtls::daemon::inputs {

// With ssl_reject_handshake the block needs no certificate of its own (nginx 1.19.4).
std::string bundle_conf(const std::string& bundle) {
  return "error_log stderr info; events { }\n"
         "http { server { listen 443 ssl; ssl_reject_handshake on;\n"
         "ssl_protocols TLSv1.2 TLSv1.3; "
         "ssl_verify_client on; ssl_verify_depth 9; ssl_client_certificate " +
         quoted(bundle) + ";\n} }\n";
}

}  // namespace mtls::daemon::inputs
