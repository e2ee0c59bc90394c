#include "tests/support/observer/snippet.h"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace mtls::testing {

std::string observer_snippet(const std::string& name, const std::string& socket) {
  constexpr std::string_view kShipped = "/run/nginx-mtls-exporter/clients.sock";
  const std::ifstream file(std::string(OBSERVER_SNIPPETS) + "/mtls-observer-" + name + ".conf");
  std::ostringstream text;
  text << file.rdbuf();
  std::string snippet = text.str();
  const std::size_t at = snippet.find(kShipped);
  if (at == std::string::npos) throw std::runtime_error("no socket in the snippet " + name);
  return snippet.replace(at, kShipped.size(), socket);
}

}  // namespace mtls::testing
