#include "tests/integration/exposure/random_guards.h"

#include <algorithm>
#include <cctype>

namespace mtls::testing {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string RandomGuards::value(const std::string& property) {
  if (property == "ssl_client_verify") {
    return dice_.one_of({"SUCCESS", "NONE", "success", "FAILED:self-signed certificate"});
  }
  if (dice_.percent(15)) return dice_.one_of({"", "CN=nobody", "CN=ada, O=Ours", "CN=ADA"});
  return dice_.one_of(clients_).at(property);
}

std::string RandomGuards::pattern() {
  return dice_.one_of({"CN=ada", "^CN=Bob$", "O=Ours", "(?i)cn=bob", ".*", "^$", "SUCCESS",
                       "^[0-9a-f]{40}$", "/CN=ada", "2[0-9]{3} GMT"});
}

std::string RandomGuards::map(const std::string& name, const std::vector<std::string>& results) {
  const std::string source = property();
  std::string text = "map $" + source + " $" + name + " {\n";
  std::vector<std::string> keys;
  for (std::size_t left = dice_.between(1, 3); left > 0; --left) {
    const bool is_pattern = dice_.percent(35);
    const std::string key =
        is_pattern ? std::string(dice_.percent(30) ? "~*" : "~") + pattern() : value(source);
    std::string folded = key;
    std::ranges::transform(folded, folded.begin(), [](unsigned char c) { return std::tolower(c); });
    if (std::ranges::find(keys, folded) != keys.end()) continue;
    keys.push_back(folded);
    text += quoted(key) + " " + dice_.one_of(results) + ";\n";
  }
  if (dice_.percent(70)) text += "default " + dice_.one_of(results) + ";\n";
  return text + "}\n";
}

}  // namespace mtls::testing
