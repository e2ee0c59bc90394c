// Any bytes as a web-config.yml, a duration in one, and an Authorization header: reading ends, says
// the same twice, and what was taken is what may be used.

#include <algorithm>

#include "daemon/web/auth/basic_auth.h"
#include "daemon/web/settings/go_duration.h"
#include "daemon/web/settings/web_config.h"
#include "tests/fuzz/target.h"

namespace {

using namespace mtls;

bool is_one_line(std::string_view text) { return text.find_first_of("\r\n") == text.npos; }

void check(const mtls::daemon::web::settings::WebConfig& config) {
  for (const auto& [user, hash] : config.users)
    fuzz::must(mtls::daemon::web::settings::is_bcrypt(hash), "a hash");
  for (const auto& [name, value] : config.headers) {
    fuzz::must(is_one_line(name) && is_one_line(value) && !value.empty(), "a header is a line");
  }
  if (config.rate_limit) fuzz::must(config.rate_limit->interval.count() > 0, "an interval");
  if (!config.tls) return;
  fuzz::must(config.tls->certificate.is_set() && config.tls->key.is_set(), "TLS has a pair");
  fuzz::must(config.tls->min_version <= config.tls->max_version, "some version is served");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto config = mtls::daemon::web::settings::parse_web_config(text, "/w.yml");
  fuzz::must(config == mtls::daemon::web::settings::parse_web_config(text, "/w.yml"),
             "one text, one meaning");
  if (config) {
    check(*config);
  } else {
    fuzz::must(config.error().message.starts_with("/w.yml:"), "a complaint has a place");
  }
  if (const auto credentials = mtls::daemon::web::auth::parse_basic_auth(text)) {
    fuzz::must(credentials->user.find(':') == std::string::npos, "a name has no colon");
    fuzz::must(credentials->user.size() + credentials->password.size() < text.size(),
               "no more than was sent");
  }
  const auto duration = mtls::daemon::web::settings::parse_go_duration(text);
  fuzz::must(!duration || duration->count() >= 0, "a duration is not negative");
  return 0;
}
