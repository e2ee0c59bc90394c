// Where nginx tells the observer who comes: the access_log of examples/nginx, which a block with an
// access_log of its own does not inherit (R9.7 e). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/syntax/ast.h"
#include "config/tls/core_directive.h"
#include "config/tls_context.h"

namespace mtls::config::tls {

/// The name of the log_format of the snippets.
inline constexpr std::string_view kObserverFormat = "mtls_observer";

/// A level at which the line is not in force.
struct LineGap {
  const syntax::Directive* block = nullptr;  // of the server, a location, an if or a limit_except
  // The first access_log that is in force in its place; nullptr: there is none.
  const syntax::Directive* instead = nullptr;

  bool operator==(const LineGap&) const = default;
};

/// `document` has to outlive it.
class ObserverLine {
 public:
  /// `socket`: the path that the line has to go to.
  ObserverLine(const syntax::Document& document, std::string socket);

  /// Of a server block of http or stream: first the server's own level, where refused clients are
  /// logged, then those levels in it that have an access_log of their own. Empty: all that is
  /// logged of it goes to the socket.
  std::vector<LineGap> gaps(const TlsContext& server) const;

 private:
  bool sends(const InForce& logs) const;
  void add_gaps(const syntax::Directive& block, std::vector<LineGap>& gaps) const;

  std::string socket_;
  CoreDirective logs_;
};

}  // namespace mtls::config::tls
