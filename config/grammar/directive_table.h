// The table of the directives that decide about TLS on both sides of nginx: where each may stand,
// how often, with which values, from which release on, and what its default is (R2.A, R2.D). Knows
// rules, not effective values. Pure.
#pragma once

#include <span>
#include <string_view>

#include "config/nginx_build.h"

namespace mtls::config::grammar {

enum class Repeat { kOnce, kFree };

/// The innermost block in which a directive may stand.
enum class Placement {
  kServerOnly,
  kServer,        // server, and the http, stream or mail block around it
  kLocation,      // like kServer, and in http a location
  kPass,          // http: a location and an `if` inside it; stream: only the server
  kPassOrExcept,  // like kPass, and limit_except
};

/// The slot function of nginx that reads the arguments (config/grammar/values.h).
enum class ValueKind {
  kText,
  kFile,
  kFlag,
  kNumber,
  kEnum,
  kBitmask,
  kSize,
  kMilliseconds,
  kSeconds,
  kAlpn,
  kSessionCache,
  kOcspCache,
  kCertificateCache,
  kServerName,
  kProxyUrl,
};

struct DirectiveRule {
  std::string_view name;
  std::string_view modules;  // letters: `h`ttp, `s`tream, `m`ail
  Placement placement = Placement::kServer;
  int min_args = 1;
  int max_args = 1;
  Repeat repeat = Repeat::kOnce;
  ValueKind value = ValueKind::kText;
  // Of kEnum and kBitmask: the allowed words, separated by spaces.
  std::string_view words = {};
  std::string_view by_default = {};  // nginx's default; for kBitmask see default_text()
  Version since = {};
  Version until = {9999, 0, 0};  // the first release without the directive
  Version stream_since = {};
};

inline constexpr int kAnyNumber = 1 << 20;  // a limit for max_args that is never reached

/// All rules, sorted by name.
std::span<const DirectiveRule> directive_table();
/// The rule with this name; nullptr when the table has none.
const DirectiveRule* find_rule(std::string_view name);
/// Whether this release has the directive, in any module.
bool exists_in(const DirectiveRule& rule, Version version);

/// The default in this release: `by_default`, or for kBitmask the protocols (R2.5).
std::string_view default_text(const DirectiveRule& rule, Version version);

}  // namespace mtls::config::grammar
