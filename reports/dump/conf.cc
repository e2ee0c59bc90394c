#include "reports/dump/conf.h"

namespace mtls::reports::dump {

std::string dump_conf(const std::string& path, std::string_view bytes) {
  std::string text = "# configuration file " + path + ":\n";
  text += bytes;
  return text + "\n";
}

}  // namespace mtls::reports::dump
