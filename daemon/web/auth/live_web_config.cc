#include "daemon/web/auth/live_web_config.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "base/shortage.h"
#include "daemon/system/log/log.h"

namespace mtls::daemon::web::auth {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;  // of each file

// Two changes within one tick of the file system's clock may leave one stamp.
constexpr std::chrono::nanoseconds kStampTick = std::chrono::milliseconds{20};

std::chrono::nanoseconds since_1970() {
  return std::chrono::system_clock::now().time_since_epoch();
}

// Whoever can read the key can impersonate this exporter. The group is up to the operator: Debian
// gives keys to the group ssl-cert.
base::Result<void> check_secret(const std::string& path, const base::FileStamp& stamp) {
  if ((stamp.mode & S_IRWXO) == 0) return {};
  return base::fail(base::ErrorCode::kPermission,
                    path + ": holds a private key that every user may access; chmod o-rwx");
}

// A PEM text inside web-config.yml has no stamp of its own.
base::Result<base::FileContent> read_pem(const settings::PemSource& source,
                                         base::FileSystem& disk) {
  if (!source.path.empty()) return disk.read(source.path, kMaxBytes);
  return base::FileContent{.bytes = {source.text.begin(), source.text.end()}, .stamp = {}};
}

base::Result<tls::TlsMaterial> read_material(const settings::TlsSettings& tls,
                                             base::FileSystem& disk) {
  auto certificate = read_pem(tls.certificate, disk);
  if (!certificate) return tl::unexpected(certificate.error());
  auto key = read_pem(tls.key, disk);
  if (!key) return tl::unexpected(key.error());
  if (const auto secret = check_secret(tls.key.path, key->stamp); !secret) {
    return tl::unexpected(secret.error());
  }
  auto client_ca = read_pem(tls.client_ca, disk);
  if (!client_ca) return tl::unexpected(client_ca.error());
  return tls::TlsMaterial{.certificate = std::move(certificate->bytes),
                          .key = std::move(key->bytes),
                          .client_ca = std::move(client_ca->bytes)};
}

// A file system that does not answer says nothing about the files on it.
const base::Error* stuck(const base::Result<settings::WebConfig>& config,
                         const base::Result<void>& tls) {
  const base::Error* error = config ? nullptr : &config.error();
  if (!tls) error = &tls.error();
  return error != nullptr && error->code == base::ErrorCode::kStuck ? error : nullptr;
}

void log_notes(const std::string& path, const settings::WebConfig& config) {
  for (const std::string& note : config.notes) {
    system::log::log_warn("web configuration", {{"file", path}, {"note", note}});
  }
}

}  // namespace

LiveWebConfig::LiveWebConfig(base::FileSystem& disk, std::string path)
    : disk_(&disk), path_(std::move(path)) {}

base::Result<std::unique_ptr<LiveWebConfig>> LiveWebConfig::open(base::FileSystem& disk,
                                                                 std::string path) {
  std::unique_ptr<LiveWebConfig> live(new LiveWebConfig(disk, std::move(path)));
  base::RecordingFileSystem recording(disk);
  auto config = live->load(recording);
  if (!config) return tl::unexpected(config.error());
  if (const auto tls = live->adopt_tls(config->tls, recording); !tls) {
    return tl::unexpected(tls.error());
  }
  live->remember(recording.take());
  log_notes(live->path_, *config);
  live->config_ = std::move(*config);
  return live;
}

void LiveWebConfig::refresh() {
  if (!is_doubtful_ && !has_changed()) return;
  const base::ShortageWatch shortage;
  base::RecordingFileSystem recording(*disk_);
  auto config = load(recording);
  const auto tls = config && config->tls.has_value() == tls_settings_.has_value()
                       ? adopt_tls(config->tls, recording)
                       : base::Result<void>{};
  if (const base::Error* error = stuck(config, tls))
    return complain("the web configuration in use stays", *error);
  settle(std::move(config), tls);
  if (recording.sightings() != seen_ && config_) {
    system::log::log_info("web configuration read again", {{"file", path_}});
    log_notes(path_, *config_);
  }
  remember(recording.take());
  is_doubtful_ = is_doubtful_ || shortage.seen().has_value();
}

void LiveWebConfig::settle(base::Result<settings::WebConfig> config,
                           const base::Result<void>& tls) {
  config_.reset();
  if (!config) {
    complain("requests are answered with 500", config.error());
  } else if (config->tls.has_value() != tls_settings_.has_value()) {
    complain("requests are answered with 500",
             {base::ErrorCode::kInvalidArgument,
              path_ + ": the change switches TLS on or off; restart the exporter",
              {}});
  } else if (tls) {
    config_ = std::move(*config);
  } else if (config->tls == tls_settings_) {
    complain("the certificate, key and client CAs in use stay", tls.error());
    config_ = std::move(*config);
  } else {
    complain("requests are answered with 500", tls.error());
  }
}

bool LiveWebConfig::has_changed() const {
  return std::any_of(seen_.begin(), seen_.end(), [this](const auto& entry) {
    base::RecordingFileSystem recording(*disk_);
    (void)recording.stat(entry.first);
    return recording.sightings().at(entry.first) != entry.second;
  });
}

void LiveWebConfig::remember(base::Sightings seen) {
  seen_ = std::move(seen);
  const std::chrono::nanoseconds now = since_1970();
  is_doubtful_ = std::any_of(seen_.begin(), seen_.end(), [&](const auto& entry) {
    const auto& stamp = entry.second.stamp;
    return stamp && std::chrono::nanoseconds{stamp->ctime_ns} + kStampTick >= now;
  });
}

base::Result<settings::WebConfig> LiveWebConfig::load(base::FileSystem& disk) {
  const auto content = disk.read(path_, kMaxBytes);
  if (!content) return tl::unexpected(content.error());
  auto config = settings::parse_web_config(content->text(), path_);
  if (!config || !config->tls || config->tls->key.text.empty()) return config;
  if (const auto secret = check_secret(path_, content->stamp); !secret) {
    return tl::unexpected(secret.error());
  }
  return config;
}

base::Result<void> LiveWebConfig::adopt_tls(const std::optional<settings::TlsSettings>& tls,
                                            base::FileSystem& disk) {
  if (!tls) return {};
  const auto material = read_material(*tls, disk);
  if (!material) return tl::unexpected(material.error());
  auto context = tls::TlsContext::make(*tls, *material);
  if (!context) return tl::unexpected(context.error());
  tls_ = std::move(*context);
  tls_settings_ = tls;
  return {};
}

void LiveWebConfig::complain(const std::string& consequence, const base::Error& error) {
  const auto suppressed = complaints_.admit(path_, error.message, std::chrono::steady_clock::now());
  if (!suppressed) return;
  system::log::log_error("invalid web configuration",
                         {{"error", error.message},
                          {"consequence", consequence},
                          {"suppressed", std::to_string(*suppressed)}});
}

}  // namespace mtls::daemon::web::auth
