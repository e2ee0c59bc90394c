// A finding: a rule's statement about something an operator can fix. The closed list of kinds is
// public (docs/findings.md). Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/source.h"
#include "config/tls_context.h"
#include "pki/types.h"

namespace mtls::audit {

enum class Severity { kCritical, kWarning, kInfo };
std::string_view word(Severity severity);

enum class FindingKind {
  kNoTrustSource,
  kBundleUnreadable,
  kBundleUnparsable,
  kBundleEmpty,
  kLeafAsClientCa,
  kCaExpired,
  kBundleMissingRoot,
  kDepthTooSmall,
  kVerifyOptionalUnguarded,
  kOptionalNoCa,
  kCrlStale,
  kCrlMissingIssuer,
  kCrlWrongSigner,
  kCanaryRejected,
  kCanaryWronglyAccepted,
  kServerCertificateExpired,
  kNginxRefusesConfig,
  kPlaintextTwin,
  kUpstreamCertificateRejected,
  kTrustWidenedByPublicRoots,
  kCaExpiresSoon,
  kCaNotYetValid,
  kCrlExpiresSoon,
  kCrlNotYetValid,
  kPrivateKeyInBundle,
  kServerCertificateExpiresSoon,
  kVerifyClientOffWithCa,
  kServerShadowed,
  kUpstreamNotVerified,
  kUpstreamSessionShared,
  kSslConfCommandOverrides,
  kCanaryUnreadable,
  kResumptionOutlivesRevocation,
  kStaplingIsNotClientRevocation,
  kLegacyProtocols,
  kWeakCiphers,
  kDhparamWeak,
  kServerChainIncomplete,
  kServerNameMismatch,
  kUpstreamTrustExpiresSoon,
  kUpstreamCertificateExpiresSoon,
  kUpstreamChainIncomplete,
  kDefaultServerOtherCa,
  kSniSiblingWithoutMtls,
  kIdentityHeaderNotSet,
  kIdentityHeaderSpoofable,
  kLegacyDnRegex,
  kErrorPageMisses495496,
  kErrorLogHidesVerifyFailures,
  kNoClientRevocation,
  kFileMissing,
  kNotACa,
  kWeakKey,
  kWeakSignature,
  kTrustWidenedByTrustedCertificate,
  kBundleMissingSuccessor,
  kCaNamesTooLarge,
  kFileWorldWritable,
  kCaSupersededExpired,
  kDuplicateCertificate,
  kChainOrder,
  kDepthUnbounded,
  kDepthBelowTwo,
  kRuntimePath,
  kInertTlsSettings,
  kSslOnRemoved,
  kUnsupportedDirectiveValue,
  kClientCertEchoed,
  kServerTokensOn,
  kEnforcementUndecidable,
};

struct FindingRow {
  FindingKind kind;
  std::string_view id;  // the `rule` label and the heading in docs/findings.md
  Severity severity;
  std::string_view meaning;  // what it is and what nginx does about it
  std::string_view remedy;
};

/// Every kind, in the order of the enum.
std::span<const FindingRow> finding_table();
const FindingRow& row(FindingKind kind);
/// One edit of nginx's configuration mends it, whatever stands in the files and whoever the clients
/// are, and the finding says which edit. Where files must change first or somebody must decide who
/// is trusted, it is not.
bool is_fixable(FindingKind kind);
/// nullptr: no rule has this id.
const FindingRow* find_finding(std::string_view id);
/// `critical`, `warning`, `info`; nullopt: none of them.
std::optional<Severity> parse_severity(std::string_view word);

struct Finding {
  FindingKind kind{};
  Severity severity = row(kind).severity;    // the settings may say another one
  std::optional<config::ContextId> context;  // nullopt: about the whole configuration
  std::string path;                          // of the file concerned, "" without one
  std::optional<pki::Fingerprint> fingerprint;
  std::optional<base::SourceLocation> at;
  std::string detail;  // one sentence, sanitized

  bool operator==(const Finding&) const = default;
};

}  // namespace mtls::audit
