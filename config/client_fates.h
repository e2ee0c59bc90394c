// The fate of known clients at the server blocks of one configuration, behind nginx's certificate
// check. Not for two threads at once: what is asked for the first time is prepared and kept.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

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

  /// Whether the http or stream block around that server block mentions this variable, named
  /// without `$`. With ssl_client_v_remain time alone changes fates.
  bool mentions(std::size_t server, std::string_view variable);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mtls::config
