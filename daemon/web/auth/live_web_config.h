// --web.config.file while the daemon runs: checks before each use whether the file and the files it
// names have changed, and reads them again if so. A new certificate needs no restart. Web thread
// only after open().
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/filesystem.h"
#include "base/result.h"
#include "base/sighting.h"
#include "daemon/system/log/log_limiter.h"
#include "daemon/web/settings/web_config.h"
#include "daemon/web/tls/tls_context.h"

namespace mtls::daemon::web::auth {

class LiveWebConfig {
 public:
  /// `path`: absolute. Errors: the ErrorCode of a file that cannot be read, or kParse; the message
  /// says what to do. `disk` must outlive the object.
  static base::Result<std::unique_ptr<LiveWebConfig>> open(base::FileSystem& disk,
                                                           std::string path);

  /// Uses this disk from now on, which must not make the caller wait, and must live as long as the
  /// first one. A file that it calls stuck stays in use as it is.
  void switch_to(base::FileSystem& disk) { disk_ = &disk; }

  /// Costs one stat() per file while nothing changes. Logs what is wrong after a change. An invalid
  /// web-config.yml leaves no config(); an unusable certificate, key or client CA leaves the TLS
  /// context as it was.
  void refresh();

  /// nullptr: the file has become invalid.
  const settings::WebConfig* config() const { return config_ ? &*config_ : nullptr; }
  /// nullptr: plain HTTP. Switching between the two takes a restart.
  std::shared_ptr<tls::TlsContext> tls() const { return tls_; }

 private:
  LiveWebConfig(base::FileSystem& disk, std::string path);

  bool has_changed() const;
  void remember(base::Sightings seen);
  base::Result<settings::WebConfig> load(base::FileSystem& disk);
  base::Result<void> adopt_tls(const std::optional<settings::TlsSettings>& tls,
                               base::FileSystem& disk);
  void settle(base::Result<settings::WebConfig> config, const base::Result<void>& tls);
  void complain(const std::string& consequence, const base::Error& error);

  base::FileSystem* disk_;
  std::string path_;
  base::Sightings seen_;  // what the last look at the files showed
  /// To be read again whatever the stamps say: a file may have changed without a new stamp, or
  /// memory or descriptors ran out while it was read.
  bool is_doubtful_ = false;
  std::optional<settings::WebConfig> config_;
  std::optional<settings::TlsSettings> tls_settings_;  // tls_ was made from these
  std::shared_ptr<tls::TlsContext> tls_;
  system::log::LogLimiter complaints_;
};

}  // namespace mtls::daemon::web::auth
