#include "reports/formats/check_prom.h"

namespace mtls::reports::formats {

std::string check_prom(const Report& report) {
  return report.metrics == nullptr ? "" : report.metrics();
}

}  // namespace mtls::reports::formats
