// What the operator asks of an evaluation: the configuration to read, the canaries to judge, the
// limits. Plain values; read from the settings file by daemon/settings/settings.h. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "audit/finding.h"
#include "base/time.h"
#include "config/nginx_build.h"
#include "pki/openssl_release.h"

namespace mtls::audit {

enum class Expect { kAccept, kReject, kNothing };  // kNothing: no fate of it is a finding

struct CanarySetting {
  std::string name;         // of a glob: ignored, the file's stem is the name
  std::string certificate;  // absolute path or glob of PEM files: leaf first, then what the client
                            // sends; "": a client without a certificate
  Expect expect = Expect::kAccept;
  std::vector<std::string>
      servers;  // globs over the first server_name; empty: every server that asks
  std::vector<std::string> paths = {};  // request paths that it has to be served, over http

  bool operator==(const CanarySetting&) const = default;
};

/// One CA certificate of the files that nginx reads.
struct CaSetting {
  std::string fingerprint = {};  // its first 16 digits or more, lower case; "": by `path`
  std::string path = {};         // absolute, of a file that holds it

  bool operator==(const CaSetting&) const = default;
};

/// The clients of one CA are moved to another one, of another name and key.
struct RotationSetting {
  CaSetting from;
  CaSetting to;

  bool operator==(const RotationSetting&) const = default;
};

/// How many series are served: all of them, or those that alerts and recording rules need, which
/// fit a limit of 200 samples on a host of usual size.
enum class MetricsDetail { kFull, kCompact };

struct Limits {
  std::size_t max_file_bytes = std::size_t{16} << 20U;
  std::size_t max_crl_bytes = std::size_t{64} << 20U;
  std::size_t max_series = 1'000'000;
  std::size_t max_series_per_file = 2'000;     // of ca_* and of crl_*: a file with more has none
  std::size_t max_certificates_per_file = 64;  // with more: no ca_* series for that file
  MetricsDetail detail = MetricsDetail::kFull;

  bool operator==(const Limits&) const = default;
};

/// Whether private keys and their passwords may be opened. Without it they are only stat'ed.
enum class KeyAccess { kNever, kCompare };

/// How much is asked of a host: kStrict adds rules of taste to those about outages and holes.
enum class Profile { kDefault, kStrict };

/// What a file is that the configuration names and this host does not have: nginx's refusal, or,
/// where a configuration is looked at away from its host, a warning.
enum class MissingFiles { kRefusal, kWarning };

/// What the settings say of single rules, whatever the profile.
struct RuleSettings {
  std::set<FindingKind> disabled = {};
  std::map<FindingKind, Severity> severities = {};

  bool operator==(const RuleSettings&) const = default;
};

/// The findings of one rule that somebody lives with.
struct AcceptSetting {
  FindingKind rule{};
  std::string server = {};  // glob over the first server_name, which the whole host lacks; "": any
  // Glob over the path of the finding; over the configuration file of its place where it has none.
  // "": any.
  std::string path = {};
  std::optional<base::sys_seconds> until = {};  // the first instant that it no longer covers
  std::string reason;                           // sanitized
  std::string settings_file;                    // where it is written
  std::uint32_t line = 0;                       // there, counted from 1

  bool operator==(const AcceptSetting&) const = default;
};

/// A part of a lifetime.
struct Share {
  int percent = 0;

  bool operator==(const Share&) const = default;
};

/// How long before its end something is said to end soon.
using Threshold = std::variant<std::chrono::seconds, Share>;

inline constexpr std::chrono::days kCaWarningPeriod{30};
inline constexpr std::chrono::days kServerCertificateWarningPeriod{14};
inline constexpr Share kCrlWarningShare{25};

struct Thresholds {
  Threshold ca_expires_soon = std::chrono::seconds{kCaWarningPeriod};
  Threshold server_certificate_expires_soon = std::chrono::seconds{kServerCertificateWarningPeriod};
  Threshold crl_expires_soon = kCrlWarningShare;

  bool operator==(const Thresholds&) const = default;
};

/// The OpenSSL that judges clients in nginx.
inline pki::OpensslRelease openssl_of(const config::NginxBuild& build) {
  return {.major = build.openssl.major, .minor = build.openssl.minor, .patch = build.openssl.patch};
}

/// Where nothing tells which OpenSSL nginx runs with, it is most probably the one that this program
/// runs with: a distribution has one (R9.5).
inline void assume_our_openssl(config::NginxBuild& build) {
  if (build.openssl_source != config::OpensslSource::kAssumed) return;
  const pki::OpensslRelease ours = pki::linked_openssl();
  build.openssl = {.major = ours.major, .minor = ours.minor, .patch = ours.patch};
}

/// Handshakes with the running nginx.
struct ProbeSettings {
  bool is_enabled = false;
  std::chrono::seconds interval{std::chrono::minutes{5}};
  std::chrono::seconds timeout{5};        // of each
  std::vector<std::string> servers = {};  // globs over the first server_name; empty: all that ask

  bool operator==(const ProbeSettings&) const = default;
};

/// Which logs of nginx are read.
struct LogSettings {
  // Absolute paths; nullopt: those that the configuration names.
  std::optional<std::vector<std::string>> error_logs = {};
  std::string journal =
      {};  // the systemd unit whose entries are nginx's stderr and syslog; "": none

  bool operator==(const LogSettings&) const = default;
};

struct Policy {
  std::string nginx_conf = "/etc/nginx/nginx.conf";
  config::NginxBuild build;
  std::string nginx_globals = {};  // -g of the running master
  std::vector<CanarySetting> canaries;
  std::vector<RotationSetting> rotations = {};
  Limits limits;
  Profile profile = Profile::kDefault;
  RuleSettings rules = {};
  std::vector<AcceptSetting> accept = {};
  Thresholds thresholds = {};
  ProbeSettings probe = {};
  LogSettings logs = {};
  std::string observer_socket =
      {};  // where nginx's lines about clients arrive; "": nobody observes
  // When the files are as they are, where they are judged for a later time: a job renews CRLs that
  // are fresh then (audit/reading/renewals.h). nullopt: no renewal is assumed.
  std::optional<base::sys_seconds> files_as_of = {};
  KeyAccess keys = KeyAccess::kNever;  // the daemon never changes this
  MissingFiles missing_files = MissingFiles::kRefusal;

  bool operator==(const Policy&) const = default;
};

}  // namespace mtls::audit
