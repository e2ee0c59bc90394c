// --web.config.file while the daemon runs: the file and what it names are looked at again before
// each use, and read again when they changed, so that a new certificate needs no restart. Web
// thread only, after open().
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
  /// `path`: absolute. Fails as the files do: with a file's ErrorCode or kParse, and what to do
  /// about it. `disk` must outlive the object.
  static base::Result<std::unique_ptr<LiveWebConfig>> open(base::FileSystem& disk,
                                                           std::string path);

  /// In the place of the disk it was opened on, and for as long as it: `disk` must not let the
  /// caller wait. What it calls stuck stays in use as it is.
  void look_on(base::FileSystem& disk) { disk_ = &disk; }

  /// Costs a stat() of each file while nothing changes. What is wrong after a change is logged. A
  /// web-config.yml that is no good leaves no config(); a certificate, key or client CA that is no
  /// good leaves the TLS context as it was.
  void refresh();

  /// nullptr: the file is no good since it was changed.
  const settings::WebConfig* config() const { return config_ ? &*config_ : nullptr; }
  /// nullptr: plain HTTP. One or the other for good: that takes a restart.
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
  /// To be read again whatever the stamps say: one of the files may have changed since without a
  /// trace, or memory or descriptors lacked while they were read.
  bool is_doubtful_ = false;
  std::optional<settings::WebConfig> config_;
  std::optional<settings::TlsSettings> tls_settings_;  // that tls_ was made of
  std::shared_ptr<tls::TlsContext> tls_;
  system::log::LogLimiter complaints_;
};

}  // namespace mtls::daemon::web::auth
