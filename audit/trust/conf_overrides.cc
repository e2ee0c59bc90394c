#include "audit/trust/conf_overrides.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <string_view>

#include "config/conf_path.h"

namespace mtls::audit::trust {
namespace {

int lower_case(unsigned char letter) { return std::tolower(letter); }

// SSL_CONF_cmd() ignores case.
bool is_one_of(std::string_view word, std::initializer_list<std::string_view> known) {
  return std::any_of(known.begin(), known.end(), [&](std::string_view one) {
    return std::ranges::equal(one, word, {}, lower_case, lower_case);
  });
}

std::string_view trimmed(std::string_view word) {
  const std::size_t from = word.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return word.substr(from, word.find_last_not_of(" \t") - from + 1);
}

// One word of SSL_CONF_cmd(3)'s VerifyMode: it adds its flags to those nginx has set, and with a
// `-` before it takes them away.
void apply_mode(std::string_view word, ConfOverrides& overrides) {
  bool on = true;
  if (word.starts_with('+') || word.starts_with('-')) {
    on = word.front() == '+';
    word.remove_prefix(1);
  }
  if (is_one_of(word, {"Peer", "Request", "Require", "Once"})) overrides.requests = on;
  if (is_one_of(word, {"Require"})) overrides.fails_without = on;
}

void apply_modes(std::string_view list, ConfOverrides& overrides) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    apply_mode(trimmed(list.substr(0, comma)), overrides);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

using Commands = std::vector<std::pair<std::string, std::string>>;

ConfOverrides apply(const Commands& commands, const std::string& conf, ConfOverrides overrides) {
  for (const auto& [command, value] : commands) {
    if (is_one_of(command, {"VerifyCAFile"})) {
      overrides.store_files.push_back(config::full_path(value, conf));
    } else if (is_one_of(command, {"VerifyCAPath", "VerifyCAStore"})) {
      overrides.store_is_open = true;
    } else if (is_one_of(command, {"ClientCAFile", "RequestCAFile"})) {
      overrides.name_files.push_back(config::full_path(value, conf));
    } else if (is_one_of(command, {"Certificate"})) {
      overrides.certificate = config::full_path(value, conf);
    } else if (is_one_of(command, {"VerifyMode"})) {
      apply_modes(value, overrides);
    }
  }
  return overrides;
}

}  // namespace

ConfOverrides conf_overrides(const config::TlsContext& server, const std::string& conf) {
  ConfOverrides overrides;
  overrides.requests = server.verify_client.value != config::VerifyClient::kOff;
  return apply(server.conf_commands.value, conf, std::move(overrides));
}

ConfOverrides conf_overrides(const config::UpstreamTlsContext& upstream, const std::string& conf) {
  ConfOverrides overrides;
  overrides = apply(upstream.conf_commands.value, conf, std::move(overrides));
  overrides.requests |= upstream.verify.value;  // nginx asks for the result, whatever the mode
  return overrides;
}

}  // namespace mtls::audit::trust
