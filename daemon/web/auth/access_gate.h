// Decides who gets in, before any page is looked up: rate limit, then headers, then authentication,
// on every path (exporter-toolkit, webHandler.ServeHTTP). Without a web-config.yml everybody gets
// in. Knows no pages. Web thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "daemon/web/auth/live_web_config.h"
#include "daemon/web/auth/password_check.h"
#include "daemon/web/auth/token_bucket.h"
#include "daemon/web/http/request_reader.h"
#include "daemon/web/http/response.h"

namespace mtls::daemon::web::auth {

struct Admission {
  int refusal = 0;  // 401, 429, 500, 503; 0: admitted
  http::ConfiguredHeaders headers;
};

class AccessGate {
 public:
  using Done = std::function<void(const Admission&)>;

  /// `config`: nullptr without --web.config.file. Throws std::system_error if no thread is left for
  /// passwords.
  AccessGate(std::unique_ptr<LiveWebConfig> config, PasswordCheck::Post post);

  /// Calls `done` before it returns, or through `post` once the password is checked.
  void admit(const http::RequestHead& request, Done done);

  /// The TLS context for a new connection; nullptr: plain HTTP.
  std::shared_ptr<tls::TlsContext> tls();

  /// From now on no `done` is called.
  void stop();

 private:
  bool within_rate(const std::optional<settings::RateLimit>& limit);
  void authenticate(const settings::WebConfig& config, const http::RequestHead& request, Done done);

  std::unique_ptr<LiveWebConfig> config_;
  std::optional<PasswordCheck> passwords_;
  std::optional<TokenBucket> bucket_;
};

}  // namespace mtls::daemon::web::auth
