// The tables: which blocks nginx has and where they may stand, and the server-side TLS directives
// with contexts, arity, repeat rule and version span (R1.11, R1.20, R2.A). Knows rules, not
// effective values. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/ast.h"
#include "config/nginx_build.h"

namespace mtls::config {

/// What surrounds a directive. kOpaque: inside a block of a module we do not know, where nothing is
/// judged.
enum class Context {
  kMain,
  kEvents,
  kHttp,
  kHttpServer,
  kLocation,
  kServerIf,
  kLocationIf,
  kLimitExcept,
  kUpstream,
  kStream,
  kStreamServer,
  kMail,
  kMailServer,
  kData,
  kOpaque,
};

enum class Repeat { kOnce, kFree };
enum class ValueKind { kText, kFlag, kNumber, kEnum, kBitmask };

struct DirectiveRule {
  std::string_view name;
  std::string_view modules;  // of `h`ttp, `s`tream, `m`ail, in their server blocks and, unless
                             // server_only, around them
  int min_args = 1;
  int max_args = 1;
  Repeat repeat = Repeat::kOnce;
  ValueKind value = ValueKind::kText;
  std::string_view words = {};  // of kEnum and kBitmask, separated by spaces
  Version since = {};
  Version until = {9999, 0, 0};  // the first release without it
  Version stream_since = {};
  bool server_only = false;
};

/// nullptr: not in the table.
const DirectiveRule* find_rule(std::string_view name);
bool exists_in(const DirectiveRule& rule, Version version);
bool is_allowed(const DirectiveRule& rule, Context context, Version version);

/// The context inside `directive`, a block that stands in `outer`.
Context context_inside(const Directive& directive, Context outer);

/// What ngx_conf_handler() says about the shape and place of a known block, of `include` or of a
/// directive of the table, whatever the version; nothing about what is unknown (R1.12).
std::optional<std::string> shape_error(const Directive& directive, Context context);

/// How nginx says it: `"NAME" directive is not allowed here` and alike.
std::string about(const Directive& directive, std::string_view complaint);
std::string wrong_arity(const Directive& directive);

}  // namespace mtls::config
