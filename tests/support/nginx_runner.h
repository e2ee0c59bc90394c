// The real nginx, on a configuration in a TempDir and ports of 127.0.0.1, for tests in which nginx
// is the judge. Runs as root and as an ordinary user, and writes nowhere but into that directory.
// Knows nothing of TLS.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

namespace mtls::testing {

/// For the http block: the access log and the temporary paths, which would otherwise lie in /var.
/// Relative names are relative to the prefix, which is the TempDir (R1.40).
inline constexpr std::string_view kNginxHttpPaths = R"(
  access_log access.log;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
)";

/// A whole nginx.conf around the server blocks given.
std::string nginx_http_conf(std::string_view servers);

/// What `nginx -t` said.
struct NginxTest {
  int exit_code = 0;
  std::string emerg;  // the first line with [emerg], "" = none
};

class NginxRunner {
 public:
  /// False where there is no /usr/sbin/nginx: WARN and return.
  static bool available();

  /// `nginx -t` on directory/nginx.conf, whether or not an nginx runs on it.
  static NginxTest test(const TempDir& directory,
                        std::chrono::seconds patience = std::chrono::seconds{20});

  /// Starts nginx on directory/nginx.conf; once constructed, its ports accept connections. Throws
  /// std::runtime_error with nginx's words when it does not start. `daemon` and the error log of
  /// level info (R3.51) are set by -g, and so are `pid` and, for root, `user` unless nginx.conf
  /// sets them. `directory` must outlive this object.
  explicit NginxRunner(const TempDir& directory);

  /// SIGHUP; on return only workers of the new configuration accept connections. Throws
  /// std::runtime_error with the [emerg] line when nginx keeps the old configuration.
  void reload();

  /// Fast shutdown of master and workers; the exit code.
  int stop() { return master_.terminate(); }

  pid_t pid() const { return master_.pid(); }

  /// What DIR/error.log gained since this nginx was started.
  std::string error_log() const;

 private:
  const TempDir& directory_;
  std::size_t log_start_;  // bytes that an earlier nginx left
  ChildProcess master_;
};

}  // namespace mtls::testing
