// What one known client gets from an http server block, once nginx's certificate check has spoken:
// its own subject, issuer, serial and fingerprint go through the guards (`served`,
// `refused_by` and `http_status` of docs/commands.md). Pure.
#pragma once

#include <string>
#include <vector>

#include "config/client_fate.h"
#include "config/exposure/enforcement.h"

namespace mtls::config::exposure {

/// The name and the words of a directive.
std::string written(const syntax::Directive& directive);

/// Follows `GET /` for the status, and a request for every path at which some client can get
/// content.
class FateOfClients {
 public:
  /// `question` has to outlive this.
  explicit FateOfClients(const GuardQuestion& question);

  ClientFate of(const FateQuestion& client) const;

 private:
  const GuardQuestion& question_;
  LocationTree tree_;
  Answers answers_;
  std::vector<std::string> content_paths_;
};

}  // namespace mtls::config::exposure
