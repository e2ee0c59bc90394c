#include "audit/finding.h"

#include <array>

namespace mtls::audit {
namespace {

using enum FindingKind;
using enum Severity;

constexpr std::array kTable{
    FindingRow{
        kNoTrustSource, "no-trust-source", kCritical,
        "Client certificates are demanded but no CA file is in force: nginx refuses to start or "
        "reload "
        "(no ssl_client_certificate for ssl_verify_client).",
        "Set ssl_client_certificate to the bundle of the CAs that issue client certificates."},
    FindingRow{kBundleUnreadable, "bundle-unreadable", kCritical,
               "A CA bundle or CRL cannot be read: nginx refuses the next start or reload.",
               "Create the file or fix its path and permissions."},
    FindingRow{kBundleUnparsable, "bundle-unparsable", kCritical,
               "A block of a CA bundle or CRL is broken: nginx refuses the whole file at the next "
               "start or reload.",
               "Write the file again; look at the line named."},
    FindingRow{kBundleEmpty, "bundle-empty", kCritical,
               "A CA bundle holds no certificate: nginx refuses it at the next start or reload.",
               "Put the CA certificates into the file."},
    FindingRow{kLeafAsClientCa, "leaf-as-client-ca", kCritical,
               "The CA bundle holds only end-entity certificates: nginx -t passes, and every "
               "client gets 400 "
               "(21:unable to verify the first certificate).",
               "Replace them with the certificate of the CA that issued them, up to its root."},
    FindingRow{kCaExpired, "ca-expired", kCritical,
               "A client CA has expired and nothing replaces it: its clients get 400 "
               "(10:certificate has expired).",
               "Add the renewed CA certificate to the bundle and reload nginx."},
    FindingRow{kBundleMissingRoot, "bundle-missing-root", kCritical,
               "A CA of the bundle does not lead to a self-signed root: nginx knows no partial "
               "chains, so its clients "
               "get 400 (2:unable to get issuer certificate).",
               "Add the issuer's certificates up to the root."},
    FindingRow{kDepthTooSmall, "depth-too-small", kCritical,
               "ssl_verify_depth is smaller than the number of intermediates of a CA in the "
               "bundle: its clients get 400.",
               "Raise ssl_verify_depth to the depth required."},
    FindingRow{kVerifyOptionalUnguarded, "verify-optional-unguarded", kCritical,
               "ssl_verify_client optional, and nothing looks at $ssl_client_verify: clients "
               "without a certificate are "
               "served.",
               "Set ssl_verify_client on, or refuse with if ($ssl_client_verify != SUCCESS) { "
               "return 403; }."},
    FindingRow{kOptionalNoCa, "optional-no-ca", kCritical,
               "ssl_verify_client optional_no_ca, and nothing looks at $ssl_client_verify: "
               "certificates of any CA are "
               "served.",
               "Set ssl_verify_client on, or check $ssl_client_verify before anything is served."},
    FindingRow{
        kCrlStale, "crl-stale", kCritical,
        "A CRL is past its nextUpdate: every client of that CA gets 400 (12:CRL has expired).",
        "Fetch the CA's current CRL and reload nginx."},
    FindingRow{kCrlMissingIssuer, "crl-missing-issuer", kCritical,
               "ssl_crl is set but has no CRL of a CA in the chain, the root included: its clients "
               "get 400 "
               "(3:unable to get certificate CRL).",
               "Add the CRL of every CA of the bundle to the file."},
    FindingRow{kCanaryRejected, "canary-rejected", kCritical,
               "A client that must be accepted will be refused with 400.",
               "See the code; renew or trust what it names."},
    FindingRow{kCanaryWronglyAccepted, "canary-wrongly-accepted", kCritical,
               "A client that must be refused will be accepted.",
               "Remove its CA from the bundle or revoke it."},
    FindingRow{kServerCertificateExpired, "server-certificate-expired", kCritical,
               "The server's own certificate has expired: nginx serves it all the same, clients "
               "refuse it.",
               "Renew it and reload nginx."},
    FindingRow{kNginxRefusesConfig, "nginx-refuses-config", kCritical,
               "nginx refuses this configuration: it keeps running with the old one and will not "
               "come up again.",
               "Run nginx -t and mend the place named."},
    FindingRow{kCaExpiresSoon, "ca-expires-soon", kWarning,
               "A client CA loses its last valid path within 30 days: then its clients get 400.",
               "Add the successor CA to the bundle and reload nginx."},
    FindingRow{kCaNotYetValid, "ca-not-yet-valid", kWarning,
               "A client CA is not valid yet: until then its clients get 400 (9:certificate is not "
               "yet valid).",
               "Check the clock and the CA's notBefore."},
    FindingRow{kCrlExpiresSoon, "crl-expires-soon", kWarning,
               "A CRL has used three quarters of its lifetime without a successor.",
               "Check the job that refreshes it; nginx needs a reload too."},
    FindingRow{
        kCrlNotYetValid, "crl-not-yet-valid", kWarning,
        "A CRL's thisUpdate lies in the future: its clients get 400 (11:CRL is not yet valid).",
        "Check the clock and the CRL."},
    FindingRow{kPrivateKeyInBundle, "private-key-in-bundle", kWarning,
               "A CA bundle or CRL file holds a private key, which nginx ignores there.",
               "Take the key out of the file; treat it as disclosed if others could read it."},
    FindingRow{kServerCertificateExpiresSoon, "server-certificate-expires-soon", kWarning,
               "A certificate of the server's presented chain expires within 14 days.",
               "Renew it and reload nginx."},
    FindingRow{kVerifyClientOffWithCa, "verify-client-off-with-ca", kWarning,
               "A client CA is configured but ssl_verify_client is off: nginx asks nobody for a "
               "certificate.",
               "Set ssl_verify_client on, or remove ssl_client_certificate."},
    FindingRow{kServerShadowed, "server-shadowed", kWarning,
               "Another server block has the same name on the same address: nginx uses the first "
               "and ignores this one.",
               "Remove one of the two, or give it another name."},
    FindingRow{kCaSupersededExpired, "ca-superseded-expired", kInfo,
               "An expired CA certificate whose renewed twin is present: nginx uses the valid one.",
               "Remove the old one when convenient."},
    FindingRow{
        kDuplicateCertificate, "duplicate-certificate", kInfo,
        "The same certificate stands in the bundle more than once; nginx ignores the copies.",
        "Remove the copies."},
    FindingRow{kRuntimePath, "runtime-path", kInfo,
               "A certificate's path is known only at handshake time (variables, data:, engine:, "
               "store:), so it is not "
               "checked on disk.",
               "Nothing to do; watch the files it can name by other means."},
    FindingRow{kInertTlsSettings, "inert-tls-settings", kInfo,
               "Client verification is configured in a server block that no TLS socket leads to: "
               "it does nothing.",
               "Add ssl to its listen, or remove the settings."},
};

}  // namespace

std::string_view word(Severity severity) {
  switch (severity) {
    case kCritical: return "critical";
    case kWarning: return "warning";
    case kInfo: break;
  }
  return "info";
}

std::span<const FindingRow> finding_table() { return kTable; }

const FindingRow& row(FindingKind kind) { return kTable.at(static_cast<std::size_t>(kind)); }

}  // namespace mtls::audit
