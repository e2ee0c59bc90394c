// A finding: what a rule says about something that an operator can fix. FindingKind is the closed,
// public list of rules (docs/findings.md). What a rule is called, means and checks stands in
// audit/rules; nothing here knows it. Plain values. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/source.h"
#include "base/time.h"
#include "config/tls_context.h"
#include "pki/types.h"

namespace mtls::audit {

enum class Severity { kCritical, kWarning, kInfo };
/// `critical`, `warning`, `info`.
std::string_view word(Severity severity);
/// nullopt: not one of these words.
std::optional<Severity> parse_severity(std::string_view word);

/// One row in audit/rules/*.cc belongs to each (tests/arch checks it).
enum class FindingKind {
  kNoTrustSource,
  kBundleUnreadable,
  kBundleUnparsable,
  kBundleEmpty,
  kLeafAsClientCa,
  kCaExpired,
  kBundleMissingRoot,
  kCrossCertificateFirst,
  kSameNameCas,
  kDepthTooSmall,
  kVerifyOptionalUnguarded,
  kOptionalNoCa,
  kServedWithoutTls,
  kCrlStale,
  kCrlMissingIssuer,
  kCrlOutOfScope,
  kCrlWrongSigner,
  kCanaryRejected,
  kCanaryWronglyAccepted,
  kServerCertificateExpired,
  kNginxRefusesConfig,
  kGuardNeverMatches,
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
  kCanaryMatchesNoServer,
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
  kBundlePartlyRead,
  kUnknownDirective,
  kEnforcementBypassedByRelease,
  kAcceptanceInvalid,
  kAcceptanceUnused,
  kUnreadableByExporter,
  kReloadPending,
  kLiveVerdictDiffers,
  kLastReloadRefused,
  kLoadedTrustStale,
  kObserverIncomplete,
  kCaUnused,
  kClientCertificatesOfPublicCa,
};

/// Somebody has looked at a finding and lives with it.
struct Acceptance {
  std::string reason = {};                                // sanitized
  std::optional<base::sys_seconds> until = std::nullopt;  // from then on it counts again

  bool operator==(const Acceptance&) const = default;
};

/// What comes of what a finding says.
enum class Effect {
  kNone,         // nothing, as far as the files tell
  kRefusesSoon,  // clients are refused before long if nobody acts
  kRefuses,      // clients are refused now
  kLetsIn,       // clients pass that should not
  kStopsNginx,   // nginx does not start or reload
};

struct Finding {
  FindingKind kind{};                                       // of the rule that reported it
  Severity severity = Severity::kInfo;                      // of its row, or what the settings say
  std::optional<config::ContextId> context = std::nullopt;  // nullopt: the whole configuration
  std::string path = {};                                    // of the file concerned; "": none
  std::optional<pki::Fingerprint> fingerprint = std::nullopt;
  std::optional<base::SourceLocation> at = std::nullopt;
  std::string detail = {};  // one sentence, sanitized
  std::string remedy = {};  // what mends this one, sanitized; "": what mends all of its rule
  std::optional<Acceptance> accepted = std::nullopt;  // it is shown as such and counts nowhere
  std::optional<Effect> effect = std::nullopt;        // of this one; nullopt: of its rule

  bool operator==(const Finding&) const = default;
};

}  // namespace mtls::audit
