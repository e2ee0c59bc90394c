#include "config/conf_path.h"

namespace mtls::config {

std::optional<std::string> configured(std::string_view binary, std::string_view option) {
  constexpr std::string_view kEnds{" '\"\n\0", 5};
  for (std::size_t at = binary.find(option); at != std::string_view::npos;
       at = binary.find(option, at + 1)) {
    const bool begins = at > 0 && (binary[at - 1] == ' ' || binary[at - 1] == '\'');
    std::string_view value = binary.substr(at + option.size());
    value = value.substr(0, value.find_first_of(kEnds));
    if (begins && !value.empty()) return std::string(value);
  }
  return std::nullopt;
}

std::optional<std::string> compiled_conf_path(std::string_view binary) {
  if (auto path = configured(binary, "--conf-path=")) return path;
  if (binary.find("configure arguments:") == std::string_view::npos) return std::nullopt;
  return "conf/nginx.conf";  // the default in auto/options
}

std::string main_conf_path(const std::string& conf, const std::string& prefix) {
  if (conf.starts_with('/')) return conf;
  return prefix + (prefix.ends_with('/') ? "" : "/") + conf;
}

std::string full_path(const std::string& path, const std::string& main_path) {
  if (path.starts_with('/')) return path;
  return main_path.substr(0, main_path.rfind('/') + 1) + path;
}

}  // namespace mtls::config
