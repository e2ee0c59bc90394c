// Which backends the locations of an http server block pass requests to, and which of these
// requests only the TLS layer guards. Reads directives; knows nothing of sockets. Pure.
#pragma once

#include <vector>

#include "config/exposure_facts.h"
#include "config/syntax/ast.h"

namespace mtls::config::routing {

/// Whether something guards everything in a block, directives before it included.
enum class GuardPresence { kNone, kSome };
GuardPresence guard_presence(const syntax::Directive& block);

/// The backends of a server block in the order of the configuration, without targets that contain
/// variables. `around`: whether the http block has a guard.
std::vector<Backend> backends_of(const syntax::Directive& server, GuardPresence around);

/// Whether a request for the location of `other` would also reach its backend through `open`: the
/// locations are equal, or that of `open` is a prefix of the other's path.
bool covers(const Backend& open, const Backend& other);

}  // namespace mtls::config::routing
