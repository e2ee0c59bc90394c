// What a server block's guards do with one client. Plain values; config/exposure fills them. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "config/client_variables.h"

namespace mtls::config {

enum class Served { kEverywhere, kSomewhere, kNowhere, kUnknown };
std::string_view word(Served served);  // everywhere somewhere nowhere unknown

/// The directive that refuses.
struct GuardPlace {
  base::SourceLocation at;
  std::string directive;  // as written, without its block: `if ($ssl_client_i_dn != "CN=A")`

  bool operator==(const GuardPlace&) const = default;
};

struct ClientFate {
  Served served = Served::kEverywhere;  // over the paths at which some client can get content
  // It reaches, or may reach, content that no error_page leads it to after a refusal.
  bool is_let_in = true;
  std::optional<GuardPlace> refused_by;  // the first guard that refuses it a content
  std::optional<int> http_status;        // of `GET /`; 444: closed; nullopt: not known, or not http
  std::string doubt;                     // of kUnknown, and of an unknown status: the reason
  std::map<std::string, Served> paths;   // those asked for: everywhere, nowhere or unknown
  // Of these, where an error_page leads the refused client to content all the same.
  std::set<std::string> shown_after_refusal;

  bool operator==(const ClientFate&) const = default;
};

/// `passes`: the certificate check lets the client through (R3.30); otherwise nginx answers 495 or
/// 496, and only error_page leads on. `paths`: those whose fate is asked for by name.
struct FateQuestion {
  const ClientVariables& client;
  bool passes = true;
  std::vector<std::string> paths = {};
};

}  // namespace mtls::config
