#include "daemon/settings/build_info.h"

namespace mtls::daemon::settings {

std::string_view exporter_version() { return MTLS_VERSION; }
std::string_view exporter_revision() { return MTLS_REVISION; }

}  // namespace mtls::daemon::settings
