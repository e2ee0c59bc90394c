#include "daemon/settings/settings_keys.h"

#include <array>

namespace mtls::daemon::settings {
namespace {

constexpr std::array kKeys{
    SettingsKey{"nginx", "", "", "Which nginx is judged. Flags take precedence."},
    SettingsKey{"nginx.conf", "FILE", "that of the running or installed nginx",
                "The main configuration file, like --nginx.conf."},
    SettingsKey{"nginx.prefix", "DIRECTORY", "that of the nginx binary",
                "Where relative paths begin, like --nginx.prefix."},
    SettingsKey{"nginx.version", "VERSION", "that of the nginx binary",
                "The release whose rules count, as 1.22.1, like --nginx.version."},
    SettingsKey{"canaries", "", "none",
                "A list of client certificates that are known, with the answer that each is to "
                "get."},
    SettingsKey{"canaries[].name", "NAME", "",
                "What reports and metrics call it. Required, and "
                "no two are the same."},
    SettingsKey{"canaries[].certificate", "FILE", "",
                "The certificate, then what the client sends with it; no key. Required. A "
                "relative path begins at the settings file."},
    SettingsKey{"canaries[].expect", "accept|reject", "accept", "The answer that is right."},
    SettingsKey{"canaries[].servers", "LIST", "every server block that asks for certificates",
                "Globs over the first server_name."},
    SettingsKey{"canaries[].paths", "LIST", "any",
                "Request paths that it must be served over http."},
    SettingsKey{"rotations", "", "none",
                "A list of CAs whose clients move to a CA with another name and another key."},
    SettingsKey{"rotations[].from", "FILE|FINGERPRINT", "",
                "The CA certificate that is replaced, or its SHA-256 fingerprint, 16 digits or "
                "more. Required."},
    SettingsKey{"rotations[].to", "FILE|FINGERPRINT", "", "The one that replaces it. Required."},
    SettingsKey{"policy", "", "", "Which findings there are, and how grave they are."},
    SettingsKey{"policy.profile", "default|strict", "default",
                "strict has more rules, and some are graver. --profile takes precedence."},
    SettingsKey{"policy.disable", "LIST", "none", "Ids of rules that say nothing."},
    SettingsKey{"policy.severity", "{ RULE: SEVERITY, ... }", "",
                "Other severities: critical, warning or info."},
    SettingsKey{"policy.accept", "", "none",
                "A list of findings that are known and count nowhere."},
    SettingsKey{"policy.accept[].rule", "RULE", "", "The id of the rule. Required."},
    SettingsKey{"policy.accept[].server", "GLOB", "any", "Over the first server_name."},
    SettingsKey{"policy.accept[].path", "GLOB", "any", "Over the path of the finding."},
    SettingsKey{"policy.accept[].until", "DATE", "for ever",
                "From 0:00 UTC of this day on it counts again."},
    SettingsKey{"policy.accept[].reason", "TEXT", "", "Why. Required, and shown in reports."},
    SettingsKey{"policy.thresholds", "", "",
                "From when on something ends soon: a time before its end (s, m, h, d, w, y), or a "
                "share of its lifetime such as 25%."},
    SettingsKey{"policy.thresholds.ca_expires_soon", "SPAN", "30d",
                "For ca-expires-soon and bundle-missing-successor."},
    SettingsKey{"policy.thresholds.server_certificate_expires_soon", "SPAN", "14d",
                "For server-certificate-expires-soon."},
    SettingsKey{"policy.thresholds.crl_expires_soon", "SPAN", "25%", "For crl-expires-soon."},
    SettingsKey{"limits", "", "", "What is read and served at most."},
    SettingsKey{"limits.max_file_bytes", "BYTES", "16777216", "Of a file that is no CRL."},
    SettingsKey{"limits.max_crl_bytes", "BYTES", "67108864", "Of a file of CRLs."},
    SettingsKey{"limits.max_series", "COUNT", "1000000", "Of all metrics."},
    SettingsKey{"limits.max_series_per_file", "COUNT", "2000",
                "Of ca_* and of crl_*: a file with more has none."},
    SettingsKey{"limits.max_certificates_per_file", "COUNT", "64",
                "A file with more has no ca_* series."},
    SettingsKey{"metrics", "", "", "What the daemon serves."},
    SettingsKey{
        "metrics.detail", "full|compact", "full",
        "compact: only the series that alerts and recording rules need, fewer than 200 on a "
        "host of usual size."},
    SettingsKey{"probe", "", "", "TLS handshakes with the running nginx, without a certificate."},
    SettingsKey{"probe.enabled", "true|false", "false", "Whether there are any."},
    SettingsKey{"probe.interval", "SPAN", "5m", "From one round to the next."},
    SettingsKey{"probe.timeout", "SPAN", "5s", "Of each handshake."},
    SettingsKey{"probe.servers", "LIST", "every server block that asks for certificates",
                "Globs over the first server_name."},
    SettingsKey{"logs", "", "", "nginx's error logs, in which it tells whom it refuses."},
    SettingsKey{"logs.error_logs", "auto|off|LIST", "auto",
                "auto: the files that nginx's configuration names. off: none. A list of files: "
                "these alone; one that the configuration does not name stands for those of its "
                "files that are not in the list."},
    SettingsKey{"logs.journal", "UNIT", "none",
                "Read the journal of this systemd unit, such as nginx.service, where nginx logs to "
                "stderr or to the local syslog."},
    SettingsKey{"observer", "", "nobody observes",
                "The clients that come, as nginx's own log tells them. An empty map, {}, begins "
                "it."},
    SettingsKey{"observer.socket", "PATH", "/run/nginx-mtls-exporter/clients.sock",
                "The Unix socket that nginx logs to."},
    SettingsKey{"observer.state", "FILE", "/var/lib/nginx-mtls-exporter/clients.db",
                "Where the clients are kept."},
    SettingsKey{"observer.window", "SPAN", "30d",
                "A client that did not come for so long is forgotten."},
    SettingsKey{"observer.remember", "fingerprints|subjects", "fingerprints",
                "subjects keeps the certificates too, with the names in them."},
    SettingsKey{"observer.max_clients", "COUNT", "200000",
                "Of clients that are kept; those that came last stay."},
};

}  // namespace

std::span<const SettingsKey> settings_keys() { return kKeys; }

std::vector<std::string> keys_in(std::string_view section) {
  const std::string prefix = section.empty() ? "" : std::string(section) + ".";
  std::vector<std::string> names;
  for (const SettingsKey& key : kKeys) {
    if (!key.path.starts_with(prefix)) continue;
    const std::string_view name = key.path.substr(prefix.size());
    if (name.find('.') == std::string_view::npos) names.emplace_back(name);
  }
  return names;
}

}  // namespace mtls::daemon::settings
