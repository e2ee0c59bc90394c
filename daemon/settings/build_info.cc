#include "daemon/settings/build_info.h"

namespace mtls::daemon::settings {

std::string_view exporter_version() { return MTLS_VERSION; }
std::string_view exporter_revision() { return MTLS_REVISION; }

std::string build_description() {
  return "nginx-mtls-exporter, version " MTLS_VERSION " (branch: " MTLS_BRANCH
         ", revision: " MTLS_REVISION
         ")\n"
         "  build date:       " MTLS_BUILD_DATE
         "\n"
         "  compiler:         " MTLS_COMPILER
         "\n"
         "  platform:         " MTLS_PLATFORM;
}

}  // namespace mtls::daemon::settings
