#include "reports/dump/conf.h"

#include "config/include.h"

namespace mtls::reports::dump {

std::string dump_conf(const Report& report) {
  std::string text;
  for (const std::string& path : report.assessment.document().files) {
    const auto content = report.disk.read(path, config::IncludeLimits{}.max_file_bytes);
    if (!content) continue;
    text += "# configuration file " + path + ":\n";
    text += content->text();
    text += "\n";
  }
  return text;
}

}  // namespace mtls::reports::dump
