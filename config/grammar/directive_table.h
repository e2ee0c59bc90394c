// The table of the directives that decide about TLS, on both sides of nginx: where each may stand,
// how often, with what values, from which release on, and what holds without it (R2.A, R2.D). Knows
// rules, not effective values. Pure.
#pragma once

#include <span>
#include <string_view>

#include "config/nginx_build.h"

namespace mtls::config::grammar {

enum class Repeat { kOnce, kFree };

/// How far in a directive may stand.
enum class Placement {
  kServerOnly,
  kServer,        // and around it, in the http, stream or mail block
  kLocation,      // and in a location; in stream as kServer
  kPass,          // a location and an `if` in it; in stream the server only
  kPassOrExcept,  // and limit_except
};

/// Which of nginx's slot functions reads the arguments (config/grammar/values.h).
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
  std::string_view modules;  // of `h`ttp, `s`tream, `m`ail
  Placement reach = Placement::kServer;
  int min_args = 1;
  int max_args = 1;
  Repeat repeat = Repeat::kOnce;
  ValueKind value = ValueKind::kText;
  std::string_view words = {};       // of kEnum and kBitmask, separated by spaces
  std::string_view by_default = {};  // what nginx uses without it; of kBitmask: see default_text()
  Version since = {};
  Version until = {9999, 0, 0};  // the first release without it
  Version stream_since = {};
};

inline constexpr int kAnyNumber = 1 << 20;  // of arguments

/// All of them, sorted by name.
std::span<const DirectiveRule> directive_table();
/// nullptr: not in the table.
const DirectiveRule* find_rule(std::string_view name);
bool exists_in(const DirectiveRule& rule, Version version);

/// `by_default`, and the protocols of that release (R2.5).
std::string_view default_text(const DirectiveRule& rule, Version version);

}  // namespace mtls::config::grammar
