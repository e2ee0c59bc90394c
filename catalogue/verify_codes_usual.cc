#include "catalogue/verify_code_rows.h"

namespace mtls::catalogue::rows {
namespace {

constexpr std::array kTable{
    VerifyCode{.code = 0,
               .name = "X509_V_OK",
               .text = "ok",
               .meaning = "The certificate was verified: $ssl_client_verify is SUCCESS.",
               .remedy = "Nothing to do."},
    VerifyCode{.code = 1,
               .name = "X509_V_ERR_UNSPECIFIED",
               .text = "unspecified certificate verification error",
               .meaning = "OpenSSL failed in a way for which it has no code.",
               .causes = {"lack of memory, or an internal error while OpenSSL built the chain"},
               .remedy = "Read the log lines around this one; let the client try again."},
    VerifyCode{
        .code = 2,
        .name = "X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT",
        .text = "unable to get issuer certificate",
        .meaning = "The chain leads to a CA in the trust store whose own issuer is missing there: "
                   "nginx needs a self-signed root at the end.",
        .causes = {"the bundle holds an intermediate CA without its root",
                   "ssl_verify_depth is smaller than the number of intermediates",
                   "the root was renewed under another name or with another key"},
        .remedy =
            "Put every CA up to the self-signed root into ssl_client_certificate (or "
            "ssl_trusted_certificate), and set ssl_verify_depth to the number of intermediates."},
    VerifyCode{
        .code = 3,
        .name = "X509_V_ERR_UNABLE_TO_GET_CRL",
        .text = "unable to get certificate CRL",
        .meaning = "ssl_crl is set, but has no CRL of some CA in the chain: nginx needs one of "
                   "every CA, the root included.",
        .causes =
            {"the file has the issuing CA's CRL, but not the root's",
             "a new CA was added to the bundle, but its CRL was not added to the file",
             "the CRL's scope leaves the certificate out (issuingDistributionPoint: CAs only, "
             "users only, one distribution point), or it is a delta CRL; neither counts",
             "the CRL's issuer name differs from the CA's subject"},
        .remedy =
            "Put the CRLs of all CAs in the bundle into the file of ssl_crl, and reload nginx."},
    VerifyCode{.code = 4,
               .name = "X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE",
               .text = "unable to decrypt certificate's signature",
               .meaning = kMalformed,
               .causes = {kDamaged, kBadIssuerSoftware},
               .remedy = kIssueAgain},
    VerifyCode{.code = 5,
               .name = "X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE",
               .text = "unable to decrypt CRL's signature",
               .meaning = kMalformed,
               .causes = {kDamaged, kBadIssuerSoftware},
               .remedy = kIssueAgain},
    VerifyCode{.code = 6,
               .name = "X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
               .text = "unable to decode issuer public key",
               .meaning = "A CA has a key of a type that this OpenSSL cannot read.",
               .causes = {"this OpenSSL was built without the key type or curve", kDamaged},
               .remedy = "Use a CA with an RSA, P-256, P-384 or Ed25519 key, or upgrade OpenSSL."},
    VerifyCode{
        .code = 7,
        .name = "X509_V_ERR_CERT_SIGNATURE_FAILURE",
        .text = "certificate signature failure",
        .meaning =
            "A CA with the issuer's name was found, but the signature was not made with its key.",
        .causes = {"the CA was renewed with a new key under the same name, and the bundle has the "
                   "wrong one, or both without key identifiers",
                   "the certificate is forged in the name of a trusted CA", kDamaged},
        .remedy = "Put the CA certificate that issued this client into the bundle. Issue CAs with "
                  "subjectKeyIdentifier and authorityKeyIdentifier."},
    VerifyCode{
        .code = 8,
        .name = "X509_V_ERR_CRL_SIGNATURE_FAILURE",
        .text = "CRL signature failure",
        .meaning = "A CRL has the CA's name, but the signature was not made with the CA's key.",
        .causes = {"the CRL was signed with the CA's former or next key", kDamaged},
        .remedy = "Fetch the CRL of the CA certificate that is in the bundle, and reload nginx."},
    VerifyCode{.code = 9,
               .name = "X509_V_ERR_CERT_NOT_YET_VALID",
               .text = "certificate is not yet valid",
               .new_text = "certificate is not yet valid or the system clock is incorrect",
               .meaning = "The notBefore of a certificate in the chain lies in the future.",
               .causes = {"the clock of the nginx host is slow",
                          "the certificate was issued a moment ago on a host whose clock is fast",
                          "a CA that was prepared for later is already in use"},
               .remedy = "Check the clock (timedatectl). Then wait, or issue the certificate with "
                         "an earlier notBefore."},
    VerifyCode{.code = 10,
               .name = "X509_V_ERR_CERT_HAS_EXPIRED",
               .text = "certificate has expired",
               .meaning = "A certificate in the chain is past its notAfter: the client's, an "
                          "intermediate or the root.",
               .causes = {"the client did not renew in time",
                          "a CA in the bundle has expired: then all its clients fail at once",
                          "an intermediate names the expired CA certificate by issuer and serial "
                          "number (authorityKeyIdentifier): a renewed one beside it does not help",
                          "the client sends an expired intermediate"},
               .remedy = "If one client fails, renew its certificate. If all fail at once, add the "
                         "renewed CA certificate to the bundle and reload nginx."},
    VerifyCode{
        .code = 11,
        .name = "X509_V_ERR_CRL_NOT_YET_VALID",
        .text = "CRL is not yet valid",
        .meaning = "The thisUpdate of a CRL lies in the future: all clients of that CA fail.",
        .causes = {"the clock of the nginx host or of the CA is wrong"},
        .remedy = "Check both clocks, then fetch the CRL again."},
    VerifyCode{
        .code = 12,
        .name = "X509_V_ERR_CRL_HAS_EXPIRED",
        .text = "CRL has expired",
        .meaning =
            "A CRL is past its nextUpdate: all clients of that CA fail, not only revoked ones.",
        .causes = {"the job that fetches CRLs has stopped",
                   "the file was renewed, but nginx was not reloaded and still uses the old one",
                   "the CA published its new CRL late"},
        .remedy = "Fetch the CA's current CRL, and reload nginx."},
    VerifyCode{.code = 13,
               .name = "X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD",
               .text = "format error in certificate's notBefore field",
               .meaning = kMalformed,
               .causes = {kBadIssuerSoftware, kDamaged},
               .remedy = kIssueAgain},
    VerifyCode{.code = 14,
               .name = "X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD",
               .text = "format error in certificate's notAfter field",
               .meaning = kMalformed,
               .causes = {kBadIssuerSoftware, kDamaged},
               .remedy = kIssueAgain},
    VerifyCode{.code = 15,
               .name = "X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD",
               .text = "format error in CRL's lastUpdate field",
               .meaning = kMalformed,
               .causes = {kBadIssuerSoftware, kDamaged},
               .remedy = kIssueAgain},
    VerifyCode{.code = 16,
               .name = "X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD",
               .text = "format error in CRL's nextUpdate field",
               .meaning = kMalformed,
               .causes = {kBadIssuerSoftware, kDamaged},
               .remedy = kIssueAgain},
    VerifyCode{.code = 17,
               .name = "X509_V_ERR_OUT_OF_MEM",
               .text = "out of memory",
               .meaning = "OpenSSL could not get memory for the check.",
               .causes = {"the nginx worker is at its memory limit"},
               .remedy = "Give the host or the service more memory."},
    VerifyCode{
        .code = 18,
        .name = "X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT",
        .text = "self-signed certificate",
        .old_text = "self signed certificate",
        .meaning = "The client's certificate is self-signed, and it is not in the trust store.",
        .causes = {"the client made its certificate itself, perhaps for a test",
                   "the client's software sends a default certificate",
                   "a pinned self-signed certificate was renewed, but the bundle was not"},
        .remedy = "Have a CA of the bundle issue the client's certificate, or put this certificate "
                  "into the bundle."},
    VerifyCode{
        .code = 19,
        .name = "X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN",
        .text = "self-signed certificate in certificate chain",
        .old_text = "self signed certificate in certificate chain",
        .meaning = "The client sends its whole chain, and the root is not in the trust store.",
        .causes = {"the client's CA is missing from the bundle",
                   "the client uses a certificate of another environment",
                   "the root was renewed, and the two sides do not have the same one"},
        .remedy = "If the CA is meant to be trusted, add its root to "
                  "ssl_client_certificate and reload nginx."},
    VerifyCode{.code = 20,
               .name = "X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
               .text = "unable to get local issuer certificate",
               .meaning = "The chain is incomplete: the client did not send the next issuer, and "
                          "the trust store does not have it.",
               .causes = {"the client's CA is missing from the bundle",
                          "the client does not send an intermediate",
                          "ssl_verify_depth is smaller than the number of intermediates"},
               .remedy = "Add the missing CA to ssl_client_certificate, or have the client send "
                         "its intermediates. Raise ssl_verify_depth if the chain is longer."},
    VerifyCode{
        .code = 21,
        .name = "X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        .text = "unable to verify the first certificate",
        .meaning = "The client sent one certificate, and its issuer is not in the trust store.",
        .causes = {"the client's CA is missing from the bundle of the server block that answered; "
                   "without SNI that is the default server",
                   "the client does not send its intermediate",
                   "the bundle has client certificates instead of their CA"},
        .remedy = "Add the issuing CA and all CAs up to its root to ssl_client_certificate, or "
                  "have the client send its intermediates."},
    VerifyCode{
        .code = 22,
        .name = "X509_V_ERR_CERT_CHAIN_TOO_LONG",
        .text = "certificate chain too long",
        .meaning = "The chain has more intermediates than ssl_verify_depth allows.",
        .causes =
            {"ssl_verify_depth is 1, the default, and the chain has two or more intermediates"},
        .remedy = "Set ssl_verify_depth to the number of intermediates."},
    VerifyCode{.code = 23,
               .name = "X509_V_ERR_CERT_REVOKED",
               .text = "certificate revoked",
               .meaning = "A CRL of ssl_crl lists the client's certificate or a CA above it.",
               .causes = {"it was revoked on purpose: the key was lost, the certificate was "
                          "replaced, its owner left",
                          "an intermediate was revoked: then all its clients fail at once"},
               .remedy = "Issue a new certificate if the client should still have access."},
    VerifyCode{
        .code = 24,
        .name = "X509_V_ERR_NO_ISSUER_PUBLIC_KEY",
        .text = "issuer certificate doesn't have a public key",
        .old_text = "invalid CA certificate",
        .meaning = "OpenSSL 3: the issuer's certificate has no usable key. OpenSSL 1.1.1 uses this "
                   "number for what is 79 now: an issuer that is not a CA.",
        .causes = {"with OpenSSL 1.1.1: an issuer without basicConstraints CA:TRUE", kDamaged},
        .remedy = kIssueAgain},
    VerifyCode{
        .code = 25,
        .name = "X509_V_ERR_PATH_LENGTH_EXCEEDED",
        .text = "path length constraint exceeded",
        .meaning =
            "The pathlen of a CA limits how many CAs may stand below it, and there are more.",
        .causes = {"an intermediate was issued by a CA with pathlen:0",
                   "the CA was meant to issue client certificates only"},
        .remedy =
            "Issue the client certificates with the upper CA, or renew it with a larger pathlen."},
    VerifyCode{
        .code = 26,
        .name = "X509_V_ERR_INVALID_PURPOSE",
        .text = "unsuitable certificate purpose",
        .old_text = "unsupported certificate purpose",
        .meaning =
            "A certificate in the chain is not meant for this use. A client needs clientAuth in "
            "extendedKeyUsage and digitalSignature in keyUsage, where it has these extensions.",
        .causes = {"the client uses a server certificate with serverAuth alone; public CAs no "
                   "longer issue clientAuth",
                   "a CA in the chain has an extendedKeyUsage without clientAuth",
                   "the root lacks basicConstraints CA:TRUE"},
        .remedy = "Issue the client a certificate with extendedKeyUsage clientAuth, from a CA that "
                  "may do so."},
    VerifyCode{
        .code = 27,
        .name = "X509_V_ERR_CERT_UNTRUSTED",
        .text = "certificate not trusted",
        .meaning =
            "The CA certificate has trust settings of its own, and this use is not among them.",
        .causes = {"the bundle has a TRUSTED CERTIFICATE block without clientAuth"},
        .remedy = "Write it as a plain CERTIFICATE: openssl x509 -in CA -clrtrust."},
    VerifyCode{.code = 28,
               .name = "X509_V_ERR_CERT_REJECTED",
               .text = "certificate rejected",
               .meaning = "The CA certificate has trust settings of its own that reject this use.",
               .causes = {"the bundle has a TRUSTED CERTIFICATE block that rejects clientAuth"},
               .remedy = "Write it as a plain CERTIFICATE: openssl x509 -in CA -clrreject."},
};

}  // namespace

std::span<const VerifyCode> usual() { return kTable; }

}  // namespace mtls::catalogue::rows
