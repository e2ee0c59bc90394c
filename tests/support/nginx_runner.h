// A real nginx, with a configuration in a TempDir and ports of 127.0.0.1, for tests in which nginx
// is the judge. Runs as root or as an ordinary user, and writes only into that directory. Knows
// nothing of TLS.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/nginx_under_test.h"  // IWYU pragma: export
#include "tests/support/temp_dir.h"

namespace mtls::testing {

/// For the http block: the access log and the temporary paths, which would otherwise be in /var.
/// Relative names start at the prefix, which is the TempDir (R1.40).
inline constexpr std::string_view kNginxHttpPaths = R"(
  access_log access.log;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
)";

/// A complete nginx.conf around the given server blocks.
std::string nginx_http_conf(std::string_view servers);

/// The outcome of `nginx -t`.
struct NginxTest {
  int exit_code = 0;
  std::string emerg;  // the first line with [emerg]; "" when there is none
};

class NginxRunner {
 public:
  /// Whether there is an nginx to ask. If not: WARN and return.
  static bool available();

  /// Runs `nginx -t` on directory/nginx.conf, whether or not an nginx runs there.
  static NginxTest test(const TempDir& directory,
                        std::chrono::seconds patience = std::chrono::seconds{20});

  /// Starts nginx on directory/nginx.conf. After construction its ports accept connections. Throws
  /// std::runtime_error with nginx's words when it does not start. -g sets `daemon`, the error log
  /// with level info (R3.51), `pid`, and for root `user`; the last two only when nginx.conf does
  /// not. `directory` must outlive this object.
  explicit NginxRunner(const TempDir& directory);

  /// Sends SIGHUP. After the return only workers with the new configuration accept connections.
  /// Throws std::runtime_error with the [emerg] line when nginx keeps the old configuration.
  void reload();

  /// A fast shutdown of master and workers; returns the exit code.
  int stop() { return master_.terminate(); }

  pid_t pid() const { return master_.pid(); }

  /// What was added to DIR/error.log since this nginx started.
  std::string error_log() const;

 private:
  const TempDir& directory_;
  std::size_t log_start_;  // bytes from an earlier nginx
  ChildProcess master_;
};

}  // namespace mtls::testing
