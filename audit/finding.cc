#include "audit/finding.h"

#include <algorithm>
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
               "Clients without a certificate are served: ssl_verify_client is optional and some "
               "location refuses nobody, or error_page hands those whom nginx refuses to one.",
               "Set ssl_verify_client on, or refuse with if ($ssl_client_verify != SUCCESS) { "
               "return 403; }."},
    FindingRow{kOptionalNoCa, "optional-no-ca", kCritical,
               "ssl_verify_client optional_no_ca, and some location refuses nobody: clients with "
               "a certificate of any CA, or none, are served.",
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
    FindingRow{kCrlWrongSigner, "crl-wrong-signer", kCritical,
               "A CRL bears the name of a client CA whose key did not sign it: nginx loads it, and "
               "the CA's clients get 400 (8:CRL signature failure, or 3:unable to get certificate "
               "CRL when it names another key).",
               "Fetch the CRL from the CA itself; after a renewal with a new key it needs a new "
               "one."},
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
    FindingRow{kPlaintextTwin, "plaintext-twin", kCritical,
               "The same name is served without TLS from the same backend or files: who leaves "
               "out TLS needs no certificate.",
               "Redirect there (return 301 https://...), or take the plain listen away."},
    FindingRow{kUpstreamCertificateRejected, "upstream-certificate-rejected", kCritical,
               "The certificate that nginx shows a backend has expired, is not valid yet or is not "
               "for clients: a backend that looks at it refuses; another nginx answers 400 (10, 9 "
               "or 26 in its log), which the client gets.",
               "Put a certificate with clientAuth that is in force into proxy_ssl_certificate and "
               "reload nginx."},
    FindingRow{kTrustWidenedByPublicRoots, "trust-widened-by-public-roots", kCritical,
               "CAs of the web stand among the client CAs: nginx accepts every client certificate "
               "that they, or any CA below them, issue to anybody.",
               "Trust only the CAs that issue your clients' certificates; for stapling give the "
               "server's own chain, not all public roots."},
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
               "ssl_verify_client is off though a client CA is configured, or, in the strict "
               "profile, though TLS is served: nginx asks nobody for a certificate.",
               "Set ssl_verify_client on, or remove ssl_client_certificate."},
    FindingRow{
        kServerShadowed, "server-shadowed", kWarning,
        "A name of this server block leads to an earlier one on the same address: nginx warns "
        "(conflicting server name, ignored) and uses the first.",
        "Remove one of the two, or give it another name."},
    FindingRow{
        kUpstreamNotVerified, "upstream-not-verified", kWarning,
        "nginx speaks TLS to this backend and checks nothing: whoever answers at its address "
        "is believed.",
        "Set proxy_ssl_verify on and proxy_ssl_trusted_certificate (or the same of grpc_ssl_ "
        "and uwsgi_ssl_)."},
    FindingRow{kUpstreamSessionShared, "upstream-session-shared", kWarning,
               "Two places reach one peer with different TLS settings and reuse its sessions: what "
               "the first one verified, or presented, counts for the other.",
               "Set proxy_ssl_session_reuse off in both, or give both the same settings."},
    FindingRow{kSslConfCommandOverrides, "ssl-conf-command-overrides", kWarning,
               "An OpenSSL configuration command overrides what nginx's own directives say about "
               "trust.",
               "Say it with ssl_verify_client, ssl_client_certificate and ssl_ciphers instead."},
    FindingRow{
        kCanaryUnreadable, "canary-unreadable", kWarning,
        "The certificate of a known client cannot be read here: nothing is predicted for "
        "it, and its metrics are missing.",
        "Put its certificate, leaf first, where the settings say, readable by the exporter."},
    FindingRow{kResumptionOutlivesRevocation, "resumption-outlives-revocation", kWarning,
               "TLS sessions survive a reload here: a client that was revoked since resumes its "
               "session and is served (200, SUCCESS) until ssl_session_timeout.",
               "Shorten ssl_session_timeout, or keep no sessions: ssl_session_cache none and no "
               "ssl_session_ticket_key, in the default server of the address."},
    FindingRow{kStaplingIsNotClientRevocation, "stapling-is-not-client-revocation", kWarning,
               "ssl_stapling tells clients about the server's certificate; whether a client's "
               "certificate is revoked is not checked at all here.",
               "Set ssl_crl, or ssl_ocsp on, if client certificates can be revoked."},
    FindingRow{kLegacyProtocols, "legacy-protocols", kWarning,
               "ssl_protocols names TLS 1.0 or 1.1, which RFC 8996 forbids.",
               "Write ssl_protocols TLSv1.2 TLSv1.3."},
    FindingRow{kWeakCiphers, "weak-ciphers", kWarning,
               "The server accepts ciphers that do not protect: no encryption, no authentication, "
               "RC4, MD5 or 3DES. nginx logs nothing about it.",
               "Write ssl_ciphers HIGH:!aNULL:!MD5, the default, without @SECLEVEL=0."},
    FindingRow{kDhparamWeak, "dhparam-weak", kWarning,
               "The DH parameters have fewer than 2048 bits: nginx refuses them (dh key too "
               "small), or, at security level 1 and below, exchanges keys that can be computed.",
               "Remove ssl_dhparam, ECDHE does without; or openssl dhparam -out FILE 2048."},
    FindingRow{kServerChainIncomplete, "server-chain-incomplete", kWarning,
               "The server presents its certificate without the intermediate above it; nginx does "
               "not add it, and clients that do not have it refuse the server.",
               "Append the intermediates to the file of ssl_certificate."},
    FindingRow{kServerNameMismatch, "server-name-mismatch", kWarning,
               "The certificate the server presents is not for a name it serves: clients that ask "
               "for this name refuse it.",
               "Have a certificate issued for all names, or take the name out of server_name."},
    FindingRow{kUpstreamTrustExpiresSoon, "upstream-trust-expires-soon", kWarning,
               "A CA that backends are verified with ends within 30 days, or has ended, and "
               "nothing replaces it: then nginx answers 502 (10:certificate has expired).",
               "Add the renewed CA to proxy_ssl_trusted_certificate and reload nginx."},
    FindingRow{kUpstreamCertificateExpiresSoon, "upstream-certificate-expires-soon", kWarning,
               "A certificate of the chain that nginx shows a backend expires within 14 days: then "
               "the backend refuses it.",
               "Renew it and reload nginx."},
    FindingRow{
        kUpstreamChainIncomplete, "upstream-chain-incomplete", kWarning,
        "The chain that nginx shows a backend lacks an intermediate: backends that have only "
        "the root refuse it, another nginx with 400 (21:unable to verify the first "
        "certificate).",
        "Append the intermediate to the file of proxy_ssl_certificate."},
    FindingRow{
        kDefaultServerOtherCa, "default-server-other-ca", kWarning,
        "The default server of the address trusts other client CAs: whoever sends no SNI is "
        "judged by it, and may then ask for this server block by its Host (200, SUCCESS).",
        "Set ssl_reject_handshake on in a default server of its own, or the same CAs in both."},
    FindingRow{kSniSiblingWithoutMtls, "sni-sibling-without-mtls", kWarning,
               "Another name on the same address leads to the same backend and asks nobody for a "
               "certificate.",
               "Demand client certificates there too, or take the backend out of it."},
    FindingRow{kIdentityHeaderNotSet, "identity-header-not-set", kWarning,
               "A location passes requests on without an identity header that the server block or "
               "its backend's other locations set: one proxy_set_header of its own drops all "
               "inherited ones.",
               "Set the header in this location too, or clear it with \"\"."},
    FindingRow{kIdentityHeaderSpoofable, "identity-header-spoofable", kWarning,
               "A backend is told who the client is by a header, and this way to it lets through "
               "what the client itself sends under that name.",
               "Set the header in every location that leads to the backend, to \"\" where nobody "
               "is verified."},
    FindingRow{kLegacyDnRegex, "legacy-dn-regex", kWarning,
               "A pattern expects names like /O=x/CN=y, but since nginx 1.11.6 $ssl_client_s_dn "
               "and $ssl_client_i_dn are CN=y,O=x: it never fits, and the identity stays empty.",
               "Match (^|,)CN=([^,]+), or use $ssl_client_s_dn_legacy."},
    FindingRow{kErrorPageMisses495496, "error-page-misses-495-496", kWarning,
               "error_page 400 does not catch refused client certificates: nginx looks for 495 "
               "(bad certificate) and 496 (none), and only the answer says 400.",
               "Write error_page 400 495 496."},
    FindingRow{kErrorLogHidesVerifyFailures, "error-log-hides-verify-failures", kWarning,
               "nginx writes why it refuses a client with level info, and no error_log of this "
               "server takes that level: who is refused leaves no line.",
               "Write error_log with its file and the level info, in the server block or around "
               "it."},
    FindingRow{kNoClientRevocation, "no-client-revocation", kWarning,
               "Neither ssl_crl nor ssl_ocsp is set: a client whose certificate is revoked is "
               "served until it expires.",
               "Set ssl_crl to the CRLs of all CAs of the bundle, or issue certificates that live "
               "for days."},
    FindingRow{kFileMissing, "file-missing", kWarning,
               "A file the configuration names is not on this host: where nginx runs it must be, "
               "or nginx refuses the configuration.",
               "Run the check where the files are, or create the file."},
    FindingRow{kNotACa, "not-a-ca", kWarning,
               "A certificate among the client CAs cannot stand above clients: it is no CA, or its "
               "extended key usage lacks clientAuth. nginx advertises it, and its clients get 400 "
               "(21:unable to verify the first certificate, 26:unsuitable certificate purpose).",
               "Replace it with the CA that issues the clients' certificates."},
    FindingRow{kWeakKey, "weak-key", kWarning,
               "A client CA's key is below the security level of ssl_ciphers: its clients get 400 "
               "(67:CA certificate key too weak).",
               "Replace the CA by one with a stronger key; until then ssl_ciphers with @SECLEVEL=1 "
               "or 0 accepts it."},
    FindingRow{kWeakSignature, "weak-signature", kWarning,
               "An intermediate is signed with a digest below the security level of ssl_ciphers: "
               "clients under it get 400 (68:CA signature digest algorithm too weak).",
               "Have it issued anew with SHA-256, the key may stay."},
    FindingRow{kTrustWidenedByTrustedCertificate, "trust-widened-by-trusted-certificate", kWarning,
               "ssl_trusted_certificate holds a CA that no client CA needs: nginx accepts its "
               "clients like those of ssl_client_certificate, though it does not advertise it.",
               "Take it out, or put it into ssl_client_certificate if that is meant."},
    FindingRow{kBundleMissingSuccessor, "bundle-missing-successor", kWarning,
               "A client CA or one above it ends within 30 days, and no file has a later "
               "certificate with its name or key.",
               "Put the renewed CA beside the old one now, so that clients of both are accepted."},
    FindingRow{kCaNamesTooLarge, "ca-names-too-large", kWarning,
               "The names of the client CAs do not fit into a CertificateRequest: the handshake "
               "fails for everyone.",
               "Take CAs out of ssl_client_certificate; those in ssl_trusted_certificate are not "
               "advertised."},
    FindingRow{kFileWorldWritable, "file-world-writable", kWarning,
               "Everybody on this host may write a file that nginx reads, and so decide whom it "
               "trusts from the next reload on.",
               "chmod o-w the file."},
    FindingRow{kCaSupersededExpired, "ca-superseded-expired", kInfo,
               "An expired CA certificate whose renewed twin is present: nginx uses the valid one.",
               "Remove the old one when convenient."},
    FindingRow{
        kDuplicateCertificate, "duplicate-certificate", kInfo,
        "The same certificate stands in the bundle more than once; nginx ignores the copies.",
        "Remove the copies."},
    FindingRow{kChainOrder, "chain-order", kInfo,
               "In the chain this server presents, a certificate is not followed by its issuer: "
               "nginx sends them as they stand, and some clients do not sort them.",
               "Write the server's certificate first, then each one's issuer."},
    FindingRow{
        kDepthUnbounded, "depth-unbounded", kInfo,
        "ssl_verify_depth is so large that it limits nothing: every CA below a client CA may "
        "make more of them.",
        "Set it to the number of intermediates in use, or limit the CAs with pathlen."},
    FindingRow{kDepthBelowTwo, "depth-below-two", kInfo,
               "ssl_verify_depth is 0 or 1, its default: the CAs here need no more, and the day "
               "they get a second intermediate its clients get 400.",
               "Set ssl_verify_depth 2."},
    FindingRow{kRuntimePath, "runtime-path", kInfo,
               "A certificate's path is known only at handshake time (variables, data:, engine:, "
               "store:), so it is not "
               "checked on disk.",
               "Nothing to do; watch the files it can name by other means."},
    FindingRow{kInertTlsSettings, "inert-tls-settings", kInfo,
               "Client verification is configured in a server block that no TLS socket leads to: "
               "it does nothing.",
               "Add ssl to its listen, or remove the settings."},
    FindingRow{
        kSslOnRemoved, "ssl-on-removed", kInfo,
        "The ssl directive is deprecated: nginx 1.25.1 and later refuse it (unknown directive "
        "\"ssl\").",
        "Remove it and write listen ... ssl."},
    FindingRow{
        kUnsupportedDirectiveValue, "unsupported-directive-value", kInfo,
        "nginx accepts a value that nothing behind it can do: it has another effect or none.",
        "Write what is meant."},
    FindingRow{kClientCertEchoed, "client-cert-echoed", kInfo,
               "A response header sends the client's certificate or name back to it, and to "
               "whatever reads responses on the way.",
               "Use proxy_set_header for backends; remove add_header once debugging is over."},
    FindingRow{kServerTokensOn, "server-tokens-on", kInfo,
               "nginx tells its release in the Server header and on the page with which it refuses "
               "a client, so to everybody who has no certificate.",
               "Set server_tokens off."},
    FindingRow{kEnforcementUndecidable, "enforcement-undecidable", kInfo,
               "Whether clients without a verified certificate are served is not decided by "
               "directives that can be read: code, another module, addresses or the backend do.",
               "Refuse before with if ($ssl_client_verify != SUCCESS) { return 403; }, or know "
               "that whoever decides does."},
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

bool is_fixable(FindingKind kind) {
  constexpr std::array kFixable{kDepthTooSmall,         kVerifyOptionalUnguarded,
                                kOptionalNoCa,          kPlaintextTwin,
                                kUpstreamSessionShared, kResumptionOutlivesRevocation,
                                kLegacyProtocols,       kWeakCiphers,
                                kDhparamWeak,           kDefaultServerOtherCa,
                                kIdentityHeaderNotSet,  kIdentityHeaderSpoofable,
                                kLegacyDnRegex,         kErrorPageMisses495496,
                                kDepthBelowTwo,         kDepthUnbounded,
                                kSslOnRemoved,          kClientCertEchoed,
                                kServerTokensOn,        kErrorLogHidesVerifyFailures};
  return std::find(kFixable.begin(), kFixable.end(), kind) != kFixable.end();
}

std::optional<Severity> parse_severity(std::string_view text) {
  for (const Severity severity : {kCritical, kWarning, kInfo}) {
    if (word(severity) == text) return severity;
  }
  return std::nullopt;
}

const FindingRow* find_finding(std::string_view id) {
  const auto* const found = std::find_if(kTable.begin(), kTable.end(),
                                         [&](const FindingRow& row) { return row.id == id; });
  return found == kTable.end() ? nullptr : &*found;
}

std::span<const FindingRow> finding_table() { return kTable; }

const FindingRow& row(FindingKind kind) { return kTable.at(static_cast<std::size_t>(kind)); }

}  // namespace mtls::audit
