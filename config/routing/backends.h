// Which backends the locations of a http server block pass requests to, and which of them nothing
// but the TLS layer stands before. Read from its directives; knows nothing of sockets. Pure.
#pragma once

#include <vector>

#include "config/exposure_facts.h"
#include "config/syntax/ast.h"

namespace mtls::config::routing {

/// Whether something stands before all that is in a block, directives behind it included.
enum class GuardPresence { kNone, kSome };
GuardPresence guard_presence(const syntax::Directive& block);

/// `around`: of the http block. In configuration order; targets with variables are left out.
std::vector<Backend> backends_of(const syntax::Directive& server, GuardPresence around);

/// Does a request for `other` reach the same backend where `open` stands? Equal locations, or a
/// prefix of the other's path.
bool covers(const Backend& open, const Backend& other);

}  // namespace mtls::config::routing
