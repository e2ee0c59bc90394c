// The fate of known clients at the server blocks of one configuration, behind nginx's certificate
// check. Not for two threads at once: what is asked for the first time is prepared and kept.
#pragma once

#include <cstddef>
#include <memory>

#include "config/client_fate.h"
#include "config/resolved.h"
#include "config/syntax/ast.h"

namespace mtls::config {

class ClientFates {
 public:
  /// `resolved` is of `document`; both have to outlive this.
  ClientFates(const syntax::Document& document, const ResolvedConfig& resolved);
  ~ClientFates();
  ClientFates(const ClientFates&) = delete;
  ClientFates& operator=(const ClientFates&) = delete;

  /// `server`: an index into ResolvedConfig::servers. A mail server has no guards: whoever passes
  /// is served everywhere, and others nowhere.
  ClientFate of(std::size_t server, const FateQuestion& client);

  /// Whether some guard of that http or stream block compares $ssl_client_v_remain, so that time
  /// alone changes fates.
  bool counts_days(std::size_t server);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mtls::config
