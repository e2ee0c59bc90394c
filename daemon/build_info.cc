#include "daemon/build_info.h"

namespace mtls::daemon {

std::string_view exporter_version() { return MTLS_VERSION; }
std::string_view exporter_revision() { return MTLS_REVISION; }

}  // namespace mtls::daemon
