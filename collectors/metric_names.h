// The public contract in one header: every family of a Snapshot with its name, help and type.
// Renaming one is a major change (docs/metrics.md). What a family is read from stands in the
// collectors, *_families.cc.
#pragma once

#include <prometheus/metric_type.h>

namespace mtls::collectors {

/// The series that are left with `metrics: {detail: compact}`.
enum class InCompact { kAll, kNonZero, kZero, kNone };

struct FamilySpec {
  const char* name;  // with the nginx_mtls_ prefix
  const char* help;  // no backslash, no newline: prometheus-cpp 1.0 does not escape it
  prometheus::MetricType type = prometheus::MetricType::Gauge;
  InCompact in_compact = InCompact::kAll;
};

constexpr bool is_in_compact(const FamilySpec& family, double value) {
  switch (family.in_compact) {
    case InCompact::kAll: return true;
    case InCompact::kNonZero: return value != 0;
    case InCompact::kZero: return value == 0;
    case InCompact::kNone: return false;
  }
  return true;
}

#define MTLS "nginx_mtls_"
inline constexpr FamilySpec kServerInfo{
    MTLS "server_info", "Server block with TLS: its module and ssl_verify_client; always 1."};
inline constexpr FamilySpec kServerEnforced{
    MTLS "server_enforced",
    "1: every request needs a verified client certificate, "
    "0: some are served without one; absent when undecidable."};
inline constexpr FamilySpec kServerEnforcementUnknown{
    MTLS "server_enforcement_unknown",
    "1: whether a verified client certificate is needed cannot be decided from the configuration.",
    prometheus::MetricType::Gauge, InCompact::kNonZero};
inline constexpr FamilySpec kServerVerifyDepth{
    MTLS "server_verify_depth", "Effective ssl_verify_depth: how many intermediates nginx accepts.",
    prometheus::MetricType::Gauge, InCompact::kNone};
inline constexpr FamilySpec kServerVerifyDepthRequired{
    MTLS "server_verify_depth_required",
    "How many intermediates the CAs of the bundle need between a leaf and its root.",
    prometheus::MetricType::Gauge, InCompact::kNone};
inline constexpr FamilySpec kServerTrustExpiry{MTLS "server_trust_expiry_timestamp_seconds",
                                               "First instant at which some client CA has no valid "
                                               "path left; renewed CAs are taken into account."};
inline constexpr FamilySpec kServerCaNames{MTLS "server_ca_names",
                                           "Distinct CA names advertised to clients.",
                                           prometheus::MetricType::Gauge, InCompact::kNone};
inline constexpr FamilySpec kServerCaNamesBytes{MTLS "server_ca_names_bytes",
                                                "Size of the advertised CA names in the handshake.",
                                                prometheus::MetricType::Gauge, InCompact::kNone};
inline constexpr FamilySpec kServerExtraTrustCas{
    MTLS "server_extra_trust_cas",
    "CAs that can authenticate clients only through ssl_trusted_certificate.",
    prometheus::MetricType::Gauge, InCompact::kNone};
inline constexpr FamilySpec kServerCrlMissingIssuers{
    MTLS "server_crl_missing_issuers", "CAs of the bundle without a CRL while ssl_crl is set.",
    prometheus::MetricType::Gauge, InCompact::kNonZero};
inline constexpr FamilySpec kServerResumptionWindow{
    MTLS "server_session_resumption_window_seconds",
    "How long after its last handshake a client that was revoked meanwhile can still resume its "
    "session.",
    prometheus::MetricType::Gauge, InCompact::kNonZero};
inline constexpr FamilySpec kCaRotationState{
    MTLS "ca_rotation_state",
    "1: this state holds for a client CA that has a predecessor or successor in the trust store, "
    "or by which clients are observed.",
    prometheus::MetricType::Gauge, InCompact::kNonZero};
inline constexpr FamilySpec kServerCaInfo{
    MTLS "server_ca_info",
    "Certificate of the trust store of this server block, and the file it is from; always 1."};
inline constexpr FamilySpec kServerCrlInfo{
    MTLS "server_crl_info",
    "CA whose clients this server block checks with a CRL, and the file it is from; always 1."};
inline constexpr FamilySpec kServerCertificateExpiry{
    MTLS "server_certificate_expiry_timestamp_seconds",
    "Earliest notAfter in the chain that the server presents."};
inline constexpr FamilySpec kBundleInfo{
    MTLS "bundle_info",
    "CA file, the directive that refers to it and the hash of its content; always 1."};
inline constexpr FamilySpec kBundleEarliestExpiry{
    MTLS "bundle_earliest_expiry_timestamp_seconds",
    "Earliest notAfter of the certificates in the file; superseded ones count too."};
inline constexpr FamilySpec kBundleCertificates{MTLS "bundle_certificates",
                                                "Certificates of the file by state.",
                                                prometheus::MetricType::Gauge, InCompact::kNone};
inline constexpr FamilySpec kBundleVerifySuccess{
    MTLS "bundle_verify_success",
    "1: the file is whole and every member leads to a self-signed anchor of its trust store.",
    prometheus::MetricType::Gauge, InCompact::kZero};
inline constexpr FamilySpec kBundleProblems{MTLS "bundle_problems",
                                            "Problems of the file by kind; 0: none of this kind.",
                                            prometheus::MetricType::Gauge, InCompact::kNonZero};
inline constexpr FamilySpec kCaNotBefore{MTLS "ca_not_before_timestamp_seconds",
                                         "notBefore of a bundle member.",
                                         prometheus::MetricType::Gauge, InCompact::kNone};
inline constexpr FamilySpec kCaNotAfter{MTLS "ca_not_after_timestamp_seconds",
                                        "notAfter of a bundle member."};
inline constexpr FamilySpec kCaSuperseded{
    MTLS "ca_superseded", "1: a later certificate with the same subject and key is present.",
    prometheus::MetricType::Gauge, InCompact::kNonZero};
inline constexpr FamilySpec kCaInfo{MTLS "ca_info", "Names and role of a bundle member; always 1."};
inline constexpr FamilySpec kCrlThisUpdate{MTLS "crl_this_update_timestamp_seconds",
                                           "thisUpdate of the issuer's newest CRL in the file."};
inline constexpr FamilySpec kCrlNextUpdate{MTLS "crl_next_update_timestamp_seconds",
                                           "nextUpdate of the issuer's newest CRL in the file."};
inline constexpr FamilySpec kCrlRevoked{MTLS "crl_revoked_certificates",
                                        "Entries of the issuer's newest CRL in the file.",
                                        prometheus::MetricType::Gauge, InCompact::kNone};
inline constexpr FamilySpec kCanaryAccepted{MTLS "canary_accepted",
                                            "1: nginx accepts this known client at this server."};
inline constexpr FamilySpec kCanaryErrorCode{
    MTLS "canary_error_code", "X509_V_ERR code that nginx logs for this client; 0: none."};
inline constexpr FamilySpec kCanaryNotAfter{MTLS "canary_not_after_timestamp_seconds",
                                            "notAfter of the canary's own certificate."};
inline constexpr FamilySpec kCanaryLockout{
    MTLS "canary_lockout_timestamp_seconds",
    "First instant at which the verdict on this client changes to refused."};
inline constexpr FamilySpec kUpstreamVerifyEnabled{
    MTLS "upstream_verify_enabled",
    "1: nginx verifies the certificate of this TLS backend, 0: it accepts any certificate.",
    prometheus::MetricType::Gauge, InCompact::kZero};
inline constexpr FamilySpec kUpstreamTrustExpiry{
    MTLS "upstream_trust_expiry_timestamp_seconds",
    "First instant at which some CA that verifies this backend has no valid path left."};
inline constexpr FamilySpec kUpstreamCertificateExpiry{
    MTLS "upstream_certificate_expiry_timestamp_seconds",
    "Earliest notAfter in the chain that nginx presents to this backend."};
inline constexpr FamilySpec kFileModified{MTLS "file_modified_timestamp_seconds",
                                          "Last change of the file, content or inode.",
                                          prometheus::MetricType::Gauge, InCompact::kNone};
inline constexpr FamilySpec kFileReadable{MTLS "file_readable", "1: the reader can read the file.",
                                          prometheus::MetricType::Gauge, InCompact::kZero};
inline constexpr FamilySpec kFindings{MTLS "findings",
                                      "Findings by rule, severity and server block."};
inline constexpr FamilySpec kConfigParseSuccess{
    MTLS "config_parse_success", "1: the nginx configuration could be read completely."};
inline constexpr FamilySpec kConfigLastSuccess{
    MTLS "config_last_success_timestamp_seconds",
    "When this exporter read the nginx configuration that it uses."};
inline constexpr FamilySpec kConfigFiles{MTLS "config_files", "Files of the nginx configuration."};
inline constexpr FamilySpec kConfigServers{MTLS "config_servers",
                                           "Server blocks of the nginx configuration."};
inline constexpr FamilySpec kNginxRunning{MTLS "nginx_running",
                                          "1: an nginx runs on this configuration."};
inline constexpr FamilySpec kNginxInfo{
    MTLS "nginx_info", "A running nginx master and what it is built from; always 1."};
inline constexpr FamilySpec kNginxConfigLoad{
    MTLS "nginx_config_load_timestamp_seconds",
    "When the running nginx last read its configuration and the files behind it."};
inline constexpr FamilySpec kNginxShuttingDownWorkers{
    MTLS "nginx_shutting_down_workers",
    "Workers that still serve old connections with what nginx had read before its last reload."};
inline constexpr FamilySpec kLiveProbeSuccess{
    MTLS "live_probe_success", "1: the running nginx answered a handshake at this server block.",
    prometheus::MetricType::Gauge, InCompact::kZero};
inline constexpr FamilySpec kLiveCaNamesMatch{
    MTLS "live_ca_names_match", "1: the CA names that it asked for are those of the files.",
    prometheus::MetricType::Gauge, InCompact::kZero};
inline constexpr FamilySpec kLiveCertificateMatch{
    MTLS "live_certificate_match", "1: the certificate that it presented is one of the files.",
    prometheus::MetricType::Gauge, InCompact::kZero};
inline constexpr FamilySpec kReloadPending{
    MTLS "reload_pending",
    "1: the running nginx has another version of this file than the disk; absent: not known.",
    prometheus::MetricType::Gauge, InCompact::kNonZero};
inline constexpr FamilySpec kSeriesOmitted{
    MTLS "series_omitted",
    "Series left out because of limits.max_certificates_per_file, max_series_per_file or "
    "max_series."};
inline constexpr FamilySpec kBlackboxEarliestExpiry{
    "probe_ssl_earliest_cert_expiry",
    "Earliest end of a certificate that the server presents, or of its trust in client CAs."};
#undef MTLS

}  // namespace mtls::collectors
