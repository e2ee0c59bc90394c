// The Authorization header of RFC 7617 as user name and password. Judges neither of them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/filesystem.h"

namespace mtls::daemon::web::auth {

struct Credentials {
  std::string user;
  base::FileBytes password;  // wiped from memory with the object

  bool operator==(const Credentials&) const = default;
};

/// nullopt: another scheme, not base64, or no colon. Reads it like Go's Request.BasicAuth: the
/// scheme in any case, one space, padded base64; the first colon ends the name.
std::optional<Credentials> parse_basic_auth(std::string_view header);

}  // namespace mtls::daemon::web::auth
