#include "daemon/settings/settings.h"

#include <catch2/catch.hpp>

namespace mtls::daemon {
namespace {

TEST_CASE("settings: an empty file is all defaults") {
  for (const char* text : {"", "\n", "# nothing\n", "---\n", "{}\n", "canaries: []\n"}) {
    CAPTURE(text);
    const auto settings = settings::parse_settings(text, "/etc/s.yml");
    REQUIRE(settings);
    CHECK_FALSE(settings->nginx_conf);
    CHECK_FALSE(settings->nginx_prefix);
    CHECK_FALSE(settings->nginx_version);
    CHECK(settings->canaries.empty());
    CHECK(settings->limits == audit::Limits{});
    CHECK(settings->profile == audit::Profile::kDefault);
    CHECK(settings->rules == audit::RuleSettings{});
    CHECK(settings->accept.empty());
    CHECK(settings->thresholds == audit::Thresholds{});
    CHECK(settings->probe == audit::ProbeSettings{});
    CHECK(settings->logs == audit::LogSettings{});
    CHECK_FALSE(settings->observer);
  }
}

TEST_CASE("settings: logs are those of the configuration, none, or some") {
  const auto files = [](const std::string& word) {
    const auto settings = settings::parse_settings("logs: {error_logs: " + word + "}", "/s.yml");
    REQUIRE(settings);
    return settings->logs.error_logs;
  };
  CHECK(files("auto") == std::nullopt);
  CHECK(files("off") == std::vector<std::string>{});
  CHECK(files("[/a]") == std::vector<std::string>{"/a"});
}

TEST_CASE("settings: every key is read") {
  const auto settings = settings::parse_settings(R"(
nginx:
  conf: /opt/nginx/nginx.conf
  prefix: /opt/nginx/
  version: 1.26.3
canaries:
  - name: billing
    certificate: pki/billing.pem
  - name: stolen
    certificate: /abs/*.pem
    expect: reject
    servers: [api.example, '*.internal']
rotations:
  - from: old-ca.pem
    to: AB:CD:EF:01:23:45:67:89
policy:
  profile: strict
  disable: [duplicate-certificate, runtime-path]
  severity:
    crl-stale: warning
    runtime-path: critical
  accept:
    - {rule: weak-ciphers, reason: "old \x1B scanner"}
    - rule: ca-expires-soon
      server: '*.internal'
      path: /etc/nginx/ca/*
      until: 2030-01-31
      reason: its clients move in January
  thresholds: {ca_expires_soon: 8w, server_certificate_expires_soon: 36h, crl_expires_soon: 40%}
metrics: {detail: compact}
limits:
  max_file_bytes: 1
  max_crl_bytes: 2
  max_series: 3
  max_certificates_per_file: 4
  max_series_per_file: 5
probe: {enabled: true, interval: 90s, timeout: 2s, servers: [api.*]}
logs: {error_logs: [/var/log/a, b.log], journal: nginx.service}
observer: {socket: in.sock, state: /var/db, window: 8w, remember: subjects, max_clients: 6}
)",
                                                 "/etc/exporter/s.yml");
  REQUIRE(settings);
  CHECK(settings->nginx_conf == "/opt/nginx/nginx.conf");
  CHECK(settings->nginx_prefix == "/opt/nginx/");
  CHECK(settings->nginx_version == config::parse_version("1.26.3"));
  CHECK(settings->rotations ==
        std::vector<audit::RotationSetting>{{.from = {.path = "/etc/exporter/old-ca.pem"},
                                             .to = {.fingerprint = "abcdef0123456789"}}});
  REQUIRE(settings->canaries.size() == 2);
  CHECK(settings->canaries[0] ==
        audit::CanarySetting{.name = "billing",
                             .certificate = "/etc/exporter/pki/billing.pem",
                             .expect = audit::Expect::kAccept,
                             .servers = {}});
  CHECK(settings->canaries[1] == audit::CanarySetting{.name = "stolen",
                                                      .certificate = "/abs/*.pem",
                                                      .expect = audit::Expect::kReject,
                                                      .servers = {"api.example", "*.internal"}});
  CHECK(settings->profile == audit::Profile::kStrict);
  CHECK(
      settings->rules ==
      audit::RuleSettings{
          .disabled = {audit::FindingKind::kDuplicateCertificate, audit::FindingKind::kRuntimePath},
          .severities = {{audit::FindingKind::kCrlStale, audit::Severity::kWarning},
                         {audit::FindingKind::kRuntimePath, audit::Severity::kCritical}}});
  CHECK(settings->accept ==
        std::vector<audit::AcceptSetting>{
            {.rule = audit::FindingKind::kWeakCiphers,
             .reason = "old \\x1B scanner",
             .settings_file = "/etc/exporter/s.yml",
             .line = 23},
            {.rule = audit::FindingKind::kCaExpiresSoon,
             .server = "*.internal",
             .path = "/etc/nginx/ca/*",
             .until = base::sys_seconds{std::chrono::sys_days{std::chrono::year{2030} / 1 / 31}},
             .reason = "its clients move in January",
             .settings_file = "/etc/exporter/s.yml",
             .line = 24}});
  CHECK(settings->thresholds ==
        audit::Thresholds{.ca_expires_soon = std::chrono::seconds{std::chrono::weeks{8}},
                          .server_certificate_expires_soon = std::chrono::hours{36},
                          .crl_expires_soon = audit::Share{40}});
  CHECK(settings->probe == audit::ProbeSettings{.is_enabled = true,
                                                .interval = std::chrono::seconds{90},
                                                .timeout = std::chrono::seconds{2},
                                                .servers = {"api.*"}});
  CHECK(settings->logs == audit::LogSettings{.error_logs = {{"/var/log/a", "/etc/exporter/b.log"}},
                                             .journal = "nginx.service"});
  CHECK(settings->observer ==
        settings::ObserverSettings{.socket = "/etc/exporter/in.sock",
                                   .state = "/var/db",
                                   .window = std::chrono::weeks{8},
                                   .remember = settings::ObserverSettings::Remember::kSubjects,
                                   .max_clients = 6});
  CHECK(settings->limits == audit::Limits{.max_file_bytes = 1,
                                          .max_crl_bytes = 2,
                                          .max_series = 3,
                                          .max_series_per_file = 5,
                                          .max_certificates_per_file = 4,
                                          .detail = audit::MetricsDetail::kCompact});
}

TEST_CASE("settings: an empty observer begins it, with what the manual page says") {
  const auto settings = settings::parse_settings("observer: {}\n", "/etc/s.yml");
  REQUIRE(settings);
  REQUIRE(settings->observer);
  CHECK(settings->observer->socket == "/run/nginx-mtls-exporter/clients.sock");
  CHECK(settings->observer->state == "/var/lib/nginx-mtls-exporter/clients.db");
  CHECK(settings->observer->window == std::chrono::days{30});
  CHECK(settings->observer->remember == settings::ObserverSettings::Remember::kFingerprints);
  CHECK(settings->observer->max_clients == 200'000);
}

TEST_CASE("settings: a mistake is reported with its line and column") {
  struct Row {
    const char* text;
    const char* message;  // how it begins
  };
  for (const Row& row : std::vector<Row>{
           {"canary: []\n",
            "s.yml:1:1: unknown key \"canary\" in the settings; known keys: nginx, "},
           {"nginx:\n  config: x\n", "s.yml:2:3: unknown key \"config\" in nginx"},
           {"nginx: {conf: a, conf: b}\n", "s.yml:1:18: repeated key \"conf\" in nginx"},
           {"nginx: x\n", "s.yml:1:8: nginx must be a map with conf, prefix, version"},
           {"nginx: {conf: }\n", "s.yml:1:"},
           {"nginx: {conf: [a]}\n", "s.yml:1:15: nginx.conf must be a string"},
           {"nginx:\n  version: latest\n", "s.yml:2:12: nginx.version must look like 1.22.1"},
           {"canaries: x\n", "s.yml:1:11: canaries must be a list"},
           {"canaries:\n  - billing\n", "s.yml:2:5: a canary must be a map with name, certificate"},
           {"canaries:\n  - name: a\n", "s.yml:2:5: a canary needs a name and a certificate"},
           {"canaries:\n  - {name: a, certificate: c, expects: reject}\n",
            "s.yml:2:31: unknown key \"expects\" in a canary"},
           {"canaries:\n  - {name: a, certificate: c, expect: refuse}\n",
            "s.yml:2:39: expect must be accept or reject"},
           {"canaries:\n  - {name: a, certificate: c, servers: x}\n",
            "s.yml:2:40: servers must be a list"},
           {"canaries:\n  - {name: a, certificate: c}\n  - {name: a, certificate: d}\n",
            "s.yml:3:5: two canaries are named \"a\""},
           {"metrics: {detail: some}\n", "s.yml:1:19: metrics.detail must be full or compact"},
           {"metrics: {details: full}\n", "s.yml:1:11: unknown key \"details\" in metrics"},
           {"limits: {max_series: 0}\n", "s.yml:1:22: max_series must be a whole number above 0"},
           {"limits: {max_series: -5}\n", "s.yml:1:22: max_series must be"},
           {"limits: {max_series: 1e3}\n", "s.yml:1:22: max_series must be"},
           {"limits: {max_series: 9999999999999999}\n", "s.yml:1:22: max_series must be"},
           {"limits: {max_serie: 1}\n", "s.yml:1:10: unknown key \"max_serie\" in limits"},
           {"logs: {error_logs: none}\n",
            "s.yml:1:20: logs.error_logs must be auto, off or a list of files"},
           {"logs: {error_log: off}\n", "s.yml:1:8: unknown key \"error_log\" in logs"},
           {"probe: on\n", "s.yml:1:8: probe must be a map with enabled, interval"},
           {"probe: {enabled: yes}\n", "s.yml:1:18: probe.enabled must be true or false"},
           {"probe: {interval: 0s}\n",
            "s.yml:1:19: probe.interval must be a time span of at least"},
           {"probe: {servers: a}\n", "s.yml:1:18: probe.servers must be a list of globs"},
           {"observer: true\n", "s.yml:1:11: observer must be a map with socket, state, window"},
           {"observer:\n", "s.yml:2:1: observer must be a map with socket, state, window"},
           {"observer: {window: 30}\n",
            "s.yml:1:20: observer.window must be a time span of at least a second"},
           {"observer: {remember: names}\n",
            "s.yml:1:22: observer.remember must be fingerprints or subjects"},
           {"observer: {max_clients: 0}\n",
            "s.yml:1:25: observer.max_clients must be a whole number above 0"},
           {"policy: strict\n", "s.yml:1:9: policy must be a map with profile, disable, severity"},
           {"policy: {profil: strict}\n", "s.yml:1:10: unknown key \"profil\" in policy"},
           {"policy: {profile: lax}\n", "s.yml:1:19: policy.profile must be default or strict"},
           {"rotations: {}\n", "s.yml:1:12: rotations must be a list"},
           {"rotations:\n  - from: a.pem\n",
            "s.yml:2:5: a rotation needs from and to, each a CA certificate's SHA-256 fingerprint "
            "or a file that holds it"},
           {"policy: {disable: crl-stale}\n", "s.yml:1:19: policy.disable must be a list of rules"},
           {"policy:\n  disable:\n    - crl-stail\n",
            "s.yml:3:7: policy.disable: no rule is named \"crl-stail\" (docs/findings.md lists all "
            "rules)"},
           {"policy: {accept: {}}\n", "s.yml:1:18: policy.accept must be a list"},
           {"policy:\n  accept:\n    - weak-ciphers\n",
            "s.yml:3:7: an entry of policy.accept must be a map with rule, server, path, until, "
            "reason"},
           {"policy:\n  accept:\n    - {rule: weak-ciphers, why: x}\n",
            "s.yml:3:28: unknown key \"why\" in an entry of policy.accept"},
           {"policy:\n  accept:\n    - {rule: weak-ciphers}\n",
            "s.yml:3:7: an entry of policy.accept needs a rule and a reason"},
           {"policy:\n  accept:\n    - {reason: x}\n",
            "s.yml:3:7: an entry of policy.accept needs a rule and a reason"},
           {"policy:\n  accept:\n    - {rule: weak-ciphers, reason: }\n", "s.yml:3:"},
           {"policy:\n  accept:\n    - rule: weak_cipher\n      reason: x\n",
            "s.yml:3:13: policy.accept: no rule is named \"weak_cipher\"; did you mean "
            "\"weak-ciphers\"? (docs/findings.md lists all rules)"},
           {"policy: {accept: [{rule: acceptance-unused, reason: x}]}\n",
            "s.yml:1:26: policy.accept: acceptance-unused cannot be accepted; policy.disable "
            "silences it"},
           {"policy: {accept: [{rule: weak-key, reason: x, until: 2030-02-30}]}\n",
            "s.yml:1:54: policy.accept: until must be a date such as 2030-01-31"},
           {"policy: {accept: [{rule: weak-key, reason: x, until: 2030-01-31T00:00:00Z}]}\n",
            "s.yml:1:54: policy.accept: until must be a date"},
           {"policy: {accept: [{rule: weak-key, reason: x, server: []}]}\n",
            "s.yml:1:55: policy.accept: server must be a string"},
           {"policy: {thresholds: {ca_expires: 30d}}\n",
            "s.yml:1:23: unknown key \"ca_expires\" in policy.thresholds; known keys: "
            "ca_expires_soon, server_certificate_expires_soon, crl_expires_soon"},
           {"policy: {thresholds: {crl_expires_soon: 30}}\n",
            "s.yml:1:41: policy.thresholds.crl_expires_soon must be a time span such as 30d (s, m, "
            "h, d, w, y) or a share of the lifetime such as 25%"},
           {"policy: {thresholds: {crl_expires_soon: 0d}}\n", "s.yml:1:41: policy.thresholds."},
           {"policy: {thresholds: {crl_expires_soon: -1d}}\n", "s.yml:1:41: policy.thresholds."},
           {"policy: {thresholds: {crl_expires_soon: 0%}}\n", "s.yml:1:41: policy.thresholds."},
           {"policy: {thresholds: {crl_expires_soon: 101%}}\n", "s.yml:1:41: policy.thresholds."},
           {"policy: {thresholds: {crl_expires_soon: 2.5%}}\n", "s.yml:1:41: policy.thresholds."},
           {"policy: {thresholds: {crl_expires_soon: '%'}}\n", "s.yml:1:41: policy.thresholds."},
           {"policy: {severity: [crl-stale]}\n", "s.yml:1:20: policy.severity must be a map"},
           {"policy: {severity: {crl-stale: fatal}}\n",
            "s.yml:1:32: a severity must be critical, warning or info"},
           {"policy: {severity: {crl-stail: info}}\n",
            "s.yml:1:21: policy.severity: no rule is named \"crl-stail\""},
           {"policy: {severity: {crl-stale: info, crl-stale: info}}\n",
            "s.yml:1:38: repeated key \"crl-stale\" in policy.severity"},
           {"- nginx\n", "s.yml:1:1: the settings must be a map"},
           {"nginx\n", "s.yml:1:1: the settings must be a map"},
           {"nginx: {\n", "s.yml:"},
           {"nginx: *anchor\n", "s.yml:1:8: "},
           {"? [a, b]\n: c\n", "s.yml:1:3: "},
           {"limits:\n\tmax_series: 1\n", "s.yml:2:"},
           {"nginx: {}\n---\nlimits: {}\n", "s.yml:2:1: only one document is read"},
       }) {
    CAPTURE(row.text);
    const auto settings = settings::parse_settings(row.text, "s.yml");
    REQUIRE_FALSE(settings);
    CAPTURE(settings.error().message);
    CHECK(settings.error().code == base::ErrorCode::kParse);
    CHECK(settings.error().message.starts_with(row.message));
  }
}

}  // namespace
}  // namespace mtls::daemon
