#include "daemon/settings/setting_values.h"

#include <algorithm>

#include "daemon/settings/assessed_at.h"
#include "daemon/system/strict_yaml.h"

namespace mtls::daemon::settings {

std::size_t count_of(const YAML::Node& node, const std::string& key) {
  const std::string text = system::text_of(node, key);
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  constexpr std::size_t kMostDigits = 15;
  if (!digits || text.size() > kMostDigits || text.starts_with('0')) {
    system::reject(node, key + " must be a whole number above 0");
  }
  return std::stoull(text);
}

bool flag_of(const YAML::Node& node, const std::string& key) {
  const std::string text = system::text_of(node, key);
  if (text != "true" && text != "false") system::reject(node, key + " must be true or false");
  return text == "true";
}

std::chrono::seconds span_of(const YAML::Node& node, const std::string& key) {
  const auto span = parse_time_span(system::text_of(node, key));
  if (!span || *span < std::chrono::seconds{1})
    system::reject(node, key + " must be a time span of at least a second, such as 30s or 5m");
  return *span;
}

}  // namespace mtls::daemon::settings
