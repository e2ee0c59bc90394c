#include "catalogue/verify_code_rows.h"

namespace mtls::catalogue::rows {
namespace {

constexpr std::string_view kConstraint =
    "A CA in the chain has name constraints, and the check of these constraints failed.";
constexpr std::string_view kReadConstraint =
    "Compare nameConstraints of the CA with the subject and the alternative names of the client "
    "(openssl x509 -text). Have one of the two issued again.";
constexpr std::string_view kNotFinal =
    "OpenSSL notes this while it looks for an issuer, then goes on. nginx logs the last error, "
    "which is hardly ever this one.";
constexpr std::string_view kNotFinalRemedy =
    "Check whether the issuer names and key identifiers of the chain match: openssl verify -CAfile "
    "BUNDLE -show_chain CERTIFICATE.";
constexpr std::string_view kNotAsked =
    "nginx does not ask OpenSSL for this check. The code appears in nginx's log only if another "
    "module or openssl.cnf turns the check on.";
constexpr std::string_view kLookElsewhere =
    "Look for the module or the OpenSSL setting that turns the check on.";
constexpr std::string_view kProxyCertificates =
    "The chain has a proxy certificate (RFC 3820), which nginx does not allow.";
constexpr std::string_view kUsualCertificate =
    "Have the client send an ordinary certificate that its CA issued.";
constexpr std::string_view kOcspByNginx =
    "nginx asks OCSP responders itself (ssl_ocsp), and logs the result without a number.";
constexpr std::string_view kReadOcsp =
    "Read the lines before this one in the error log: they name the responder and its answer.";

constexpr VerifyCode never(int code, std::string_view name, std::string_view text,
                           std::string_view old_text = "") {
  return {.code = code,
          .name = name,
          .text = text,
          .old_text = old_text,
          .meaning = kNotAsked,
          .remedy = kLookElsewhere};
}

constexpr VerifyCode ocsp_in_openssl(int code, std::string_view name, std::string_view text) {
  return {.code = code, .name = name, .text = text, .meaning = kOcspByNginx, .remedy = kReadOcsp};
}

constexpr std::array kTable{
    VerifyCode{.code = 29,
               .name = "X509_V_ERR_SUBJECT_ISSUER_MISMATCH",
               .text = "subject issuer mismatch",
               .meaning = kNotFinal,
               .causes = {"a CA was renewed with another key or serial number"},
               .remedy = kNotFinalRemedy},
    VerifyCode{.code = 30,
               .name = "X509_V_ERR_AKID_SKID_MISMATCH",
               .text = "authority and subject key identifier mismatch",
               .meaning = kNotFinal,
               .causes = {"a CA was renewed with another key or serial number"},
               .remedy = kNotFinalRemedy},
    VerifyCode{.code = 31,
               .name = "X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH",
               .text = "authority and issuer serial number mismatch",
               .meaning = kNotFinal,
               .causes = {"a CA was renewed with another key or serial number"},
               .remedy = kNotFinalRemedy},
    VerifyCode{.code = 32,
               .name = "X509_V_ERR_KEYUSAGE_NO_CERTSIGN",
               .text = "key usage does not include certificate signing",
               .meaning = "The keyUsage of an issuer does not allow it to sign certificates.",
               .causes = {"the CA was made with the keyUsage of a client or server"},
               .remedy = "Issue the CA again with keyUsage keyCertSign and cRLSign."},
    VerifyCode{
        .code = 33,
        .name = "X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER",
        .text = "unable to get CRL issuer certificate",
        .meaning = "The certificate that signed a CRL is not in the chain or the trust store.",
        .causes = {"the CRL is an indirect one: somebody other than the CA signed it"},
        .remedy = "Use the CRL that the CA itself signs."},
    VerifyCode{
        .code = 34,
        .name = "X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION",
        .text = "unhandled critical extension",
        .meaning = "A certificate has a critical extension that OpenSSL does not know.",
        .causes = {"a vendor added an extension of its own",
                   "the certificate is meant for another kind of software"},
        .remedy = "Have it issued without the extension, or with the extension not critical."},
    VerifyCode{.code = 35,
               .name = "X509_V_ERR_KEYUSAGE_NO_CRL_SIGN",
               .text = "key usage does not include CRL signing",
               .meaning = "A CA signed a CRL, but its keyUsage does not allow that.",
               .causes = {"the CA was made with keyUsage keyCertSign alone"},
               .remedy = "Issue the CA again with keyUsage keyCertSign and cRLSign."},
    VerifyCode{.code = 36,
               .name = "X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION",
               .text = "unhandled critical CRL extension",
               .meaning = "A CRL has a critical extension that OpenSSL does not support here.",
               .causes = {"it is a delta CRL, or it covers only a part of the certificates"},
               .remedy = "Use the CA's full CRL."},
    VerifyCode{
        .code = 37,
        .name = "X509_V_ERR_INVALID_NON_CA",
        .text = "invalid non-CA certificate (has CA markings)",
        .meaning = "One field of a certificate says that it is a CA, another that it is not.",
        .causes = {kBadIssuerSoftware},
        .remedy = kIssueAgain},
    VerifyCode{.code = 38,
               .name = "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED",
               .text = "proxy path length constraint exceeded",
               .meaning = kProxyCertificates,
               .causes = {"the client is grid software"},
               .remedy = kUsualCertificate},
    VerifyCode{.code = 39,
               .name = "X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE",
               .text = "key usage does not include digital signature",
               .meaning = kProxyCertificates,
               .causes = {"the client is grid software"},
               .remedy = kUsualCertificate},
    VerifyCode{.code = 40,
               .name = "X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED",
               .text = "proxy certificates not allowed, please set the appropriate flag",
               .meaning = kProxyCertificates,
               .causes = {"the client is grid software"},
               .remedy = kUsualCertificate},
    VerifyCode{.code = 41,
               .name = "X509_V_ERR_INVALID_EXTENSION",
               .text = "invalid or inconsistent certificate extension",
               .meaning = kMalformed,
               .causes = {kBadIssuerSoftware, kDamaged},
               .remedy = kIssueAgain},
    never(42, "X509_V_ERR_INVALID_POLICY_EXTENSION",
          "invalid or inconsistent certificate policy extension"),
    never(43, "X509_V_ERR_NO_EXPLICIT_POLICY", "no explicit policy"),
    VerifyCode{.code = 44,
               .name = "X509_V_ERR_DIFFERENT_CRL_SCOPE",
               .text = "different CRL scope",
               .old_text = "Different CRL scope",
               .meaning = "The CA has a CRL, but that CRL does not cover this certificate.",
               .causes = {"the CRL is for CAs only, for users only, or for one distribution point"},
               .remedy = "Use the CA's full CRL."},
    VerifyCode{
        .code = 45,
        .name = "X509_V_ERR_UNSUPPORTED_EXTENSION_FEATURE",
        .text = "unsupported extension feature",
        .old_text = "Unsupported extension feature",
        .meaning =
            "A certificate or CRL uses a feature of an extension that OpenSSL does not support.",
        .causes = {kBadIssuerSoftware},
        .remedy = kIssueAgain},
    VerifyCode{
        .code = 46,
        .name = "X509_V_ERR_UNNESTED_RESOURCE",
        .text = "RFC 3779 resource not subset of parent's resources",
        .meaning =
            "A certificate lists addresses or AS numbers (RFC 3779) that its CA does not have.",
        .causes = {"the certificate belongs to the PKI for routing (RPKI)"},
        .remedy = kUsualCertificate},
    VerifyCode{
        .code = 47,
        .name = "X509_V_ERR_PERMITTED_VIOLATION",
        .text = "permitted subtree violation",
        .meaning = "A CA may issue certificates for certain names only, and the client's name is "
                   "not one of them.",
        .causes = {"the client is outside the domains or the organisation of its CA",
                   "the common name looks like a host name and is not in a permitted domain"},
        .remedy = kReadConstraint},
    VerifyCode{
        .code = 48,
        .name = "X509_V_ERR_EXCLUDED_VIOLATION",
        .text = "excluded subtree violation",
        .meaning =
            "A CA must not issue certificates for certain names, and the client has such a name.",
        .causes = {"the client is in a domain that its CA excludes"},
        .remedy = kReadConstraint},
    VerifyCode{.code = 49,
               .name = "X509_V_ERR_SUBTREE_MINMAX",
               .text = "name constraints minimum and maximum not supported",
               .meaning = kConstraint,
               .causes = {kBadIssuerSoftware},
               .remedy = kReadConstraint},
    never(50, "X509_V_ERR_APPLICATION_VERIFICATION", "application verification failure"),
    VerifyCode{.code = 51,
               .name = "X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE",
               .text = "unsupported name constraint type",
               .meaning = kConstraint,
               .causes = {kBadIssuerSoftware},
               .remedy = kReadConstraint},
    VerifyCode{.code = 52,
               .name = "X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX",
               .text = "unsupported or invalid name constraint syntax",
               .meaning = kConstraint,
               .causes = {kBadIssuerSoftware},
               .remedy = kReadConstraint},
    VerifyCode{.code = 53,
               .name = "X509_V_ERR_UNSUPPORTED_NAME_SYNTAX",
               .text = "unsupported or invalid name syntax",
               .meaning = kConstraint,
               .causes = {kBadIssuerSoftware},
               .remedy = kReadConstraint},
    VerifyCode{.code = 54,
               .name = "X509_V_ERR_CRL_PATH_VALIDATION_ERROR",
               .text = "CRL path validation error",
               .meaning = "The certificate that signed a CRL could not be verified.",
               .causes = {"the CRL is an indirect one: somebody other than the CA signed it"},
               .remedy = "Use the CRL that the CA itself signs."},
    VerifyCode{.code = 55,
               .name = "X509_V_ERR_PATH_LOOP",
               .text = "path loop",
               .old_text = "Path Loop",
               .meaning = "The chain of CRL issuers leads back to where it began.",
               .causes = {"CAs sign each other's CRLs"},
               .remedy = "Use the CRL that the CA itself signs."},
    never(56, "X509_V_ERR_SUITE_B_INVALID_VERSION", "Suite B: certificate version invalid"),
    never(57, "X509_V_ERR_SUITE_B_INVALID_ALGORITHM", "Suite B: invalid public key algorithm"),
    never(58, "X509_V_ERR_SUITE_B_INVALID_CURVE", "Suite B: invalid ECC curve"),
    never(59, "X509_V_ERR_SUITE_B_INVALID_SIGNATURE_ALGORITHM",
          "Suite B: invalid signature algorithm"),
    never(60, "X509_V_ERR_SUITE_B_LOS_NOT_ALLOWED", "Suite B: curve not allowed for this LOS"),
    never(61, "X509_V_ERR_SUITE_B_CANNOT_SIGN_P_384_WITH_P_256",
          "Suite B: cannot sign P-384 with P-256"),
    never(62, "X509_V_ERR_HOSTNAME_MISMATCH", "hostname mismatch", "Hostname mismatch"),
    never(63, "X509_V_ERR_EMAIL_MISMATCH", "email address mismatch", "Email address mismatch"),
    never(64, "X509_V_ERR_IP_ADDRESS_MISMATCH", "IP address mismatch"),
    never(65, "X509_V_ERR_DANE_NO_MATCH", "no matching DANE TLSA records",
          "No matching DANE TLSA records"),
    VerifyCode{.code = 66,
               .name = "X509_V_ERR_EE_KEY_TOO_SMALL",
               .text = "EE certificate key too weak",
               .meaning = "The client's key is too short for the security level. At level 2, "
                          "Debian's default, RSA needs 2048 bits and EC 224.",
               .causes = {"an old client has an RSA key of 1024 bits"},
               .remedy = "Give the client a new key (EC P-256 or RSA 2048). A lower level "
                         "(@SECLEVEL=1 in ssl_ciphers) weakens every connection."},
    VerifyCode{.code = 67,
               .name = "X509_V_ERR_CA_KEY_TOO_SMALL",
               .text = "CA certificate key too weak",
               .meaning = "A CA's key is too short for the security level: all its clients fail. "
                          "At level 2, Debian's default, RSA needs 2048 bits and EC 224.",
               .causes = {"an old CA has an RSA key of 1024 bits",
                          "the host was upgraded to a release with a higher security level"},
               .remedy = "Move to a CA with a longer key. A lower level (@SECLEVEL=1 in "
                         "ssl_ciphers) weakens every connection."},
    VerifyCode{
        .code = 68,
        .name = "X509_V_ERR_CA_MD_TOO_WEAK",
        .text = "CA signature digest algorithm too weak",
        .meaning = "The certificate of the client or of an intermediate is signed with SHA-1 or "
                   "MD5, which OpenSSL 3 refuses from security level 1 on. A root's own signature "
                   "does not count.",
        .causes = {"the CA still signs with SHA-1", "the host was upgraded from OpenSSL 1.1.1"},
        .remedy = "Have the CA sign with SHA-256, and issue the certificates again. A lower level "
                  "(@SECLEVEL=0 in ssl_ciphers) weakens every connection."},
    never(69, "X509_V_ERR_INVALID_CALL", "invalid certificate verification context",
          "Invalid certificate verification context"),
    VerifyCode{.code = 70,
               .name = "X509_V_ERR_STORE_LOOKUP",
               .text = "issuer certificate lookup error",
               .old_text = "Issuer certificate lookup error",
               .meaning = "OpenSSL failed while it searched its trust store.",
               .causes = {"lack of memory, or an internal error"},
               .remedy = "Read the log lines around this one; let the client try again."},
    never(71, "X509_V_ERR_NO_VALID_SCTS",
          "Certificate Transparency required, but no valid SCTs found"),
    VerifyCode{.code = 72,
               .name = "X509_V_ERR_PROXY_SUBJECT_NAME_VIOLATION",
               .text = "proxy subject name violation",
               .meaning = kProxyCertificates,
               .causes = {"the client is grid software"},
               .remedy = kUsualCertificate},
    ocsp_in_openssl(73, "X509_V_ERR_OCSP_VERIFY_NEEDED", "OCSP verification needed"),
    ocsp_in_openssl(74, "X509_V_ERR_OCSP_VERIFY_FAILED", "OCSP verification failed"),
    ocsp_in_openssl(75, "X509_V_ERR_OCSP_CERT_UNKNOWN", "OCSP unknown cert"),
    VerifyCode{
        .code = 76,
        .name = "X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM",
        .text = "Cannot find certificate signature algorithm",
        .meaning = kMalformed,
        .causes = {"this OpenSSL was built without the signature algorithm", kBadIssuerSoftware},
        .remedy = kIssueAgain},
    VerifyCode{
        .code = 77,
        .name = "X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH",
        .text = "subject signature algorithm and issuer public key algorithm mismatch",
        .meaning = kMalformed,
        .causes = {"this OpenSSL was built without the signature algorithm", kBadIssuerSoftware},
        .remedy = kIssueAgain},
    VerifyCode{
        .code = 78,
        .name = "X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY",
        .text = "cert info signature and signature algorithm mismatch",
        .meaning = kMalformed,
        .causes = {"this OpenSSL was built without the signature algorithm", kBadIssuerSoftware},
        .remedy = kIssueAgain},
    VerifyCode{
        .code = 79,
        .name = "X509_V_ERR_INVALID_CA",
        .text = "invalid CA certificate",
        .old_code = 24,
        .meaning = "An issuer in the chain is not a CA: its basicConstraints lack CA:TRUE.",
        .causes = {"a server or client certificate was used to issue others",
                   "an intermediate was made without basicConstraints"},
        .remedy =
            "Issue the intermediate again with basicConstraints CA:TRUE and keyUsage keyCertSign."},
    never(80, "X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA", "Path length invalid for non-CA cert"),
    never(81, "X509_V_ERR_PATHLEN_WITHOUT_KU_KEY_CERT_SIGN",
          "Path length given without key usage keyCertSign"),
    never(82, "X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA",
          "Key usage keyCertSign invalid for non-CA cert"),
    never(83, "X509_V_ERR_ISSUER_NAME_EMPTY", "Issuer name empty"),
    never(84, "X509_V_ERR_SUBJECT_NAME_EMPTY", "Subject name empty"),
    never(85, "X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER", "Missing Authority Key Identifier"),
    never(86, "X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER", "Missing Subject Key Identifier"),
    never(87, "X509_V_ERR_EMPTY_SUBJECT_ALT_NAME", "Empty Subject Alternative Name extension"),
    never(88, "X509_V_ERR_EMPTY_SUBJECT_SAN_NOT_CRITICAL",
          "Subject empty and Subject Alt Name extension not critical"),
    never(89, "X509_V_ERR_CA_BCONS_NOT_CRITICAL",
          "Basic Constraints of CA cert not marked critical"),
    never(90, "X509_V_ERR_AUTHORITY_KEY_IDENTIFIER_CRITICAL",
          "Authority Key Identifier marked critical"),
    never(91, "X509_V_ERR_SUBJECT_KEY_IDENTIFIER_CRITICAL",
          "Subject Key Identifier marked critical"),
    never(92, "X509_V_ERR_CA_CERT_MISSING_KEY_USAGE",
          "CA cert does not include key usage extension"),
    never(93, "X509_V_ERR_EXTENSIONS_REQUIRE_VERSION_3",
          "Using cert extension requires at least X509v3"),
    VerifyCode{
        .code = 94,
        .name = "X509_V_ERR_EC_KEY_EXPLICIT_PARAMS",
        .text = "Certificate public key has explicit ECC parameters",
        .old_code = 79,
        .meaning = "The key of an issuer describes its curve instead of naming it, which OpenSSL "
                   "refuses since 1.1.1h and 3.0 (CVE-2020-0601 was made of such keys).",
        .causes = {"the CA's key was made with -param_enc explicit, or by an old smart card"},
        .remedy = "Make the CA again with a named curve (P-256)."},
    never(95, "X509_V_ERR_RPK_UNTRUSTED", "Raw public key untrusted, no trusted keys configured"),
    ocsp_in_openssl(96, "X509_V_ERR_OCSP_RESP_INVALID", "OCSP response(s) invalid"),
    ocsp_in_openssl(97, "X509_V_ERR_OCSP_SIGNATURE_FAILURE",
                    "OCSP response signature verification failure"),
    ocsp_in_openssl(98, "X509_V_ERR_OCSP_NOT_YET_VALID",
                    "OCSP response not yet valid (contains a date in the future)"),
    ocsp_in_openssl(99, "X509_V_ERR_OCSP_HAS_EXPIRED", "OCSP response has expired"),
    ocsp_in_openssl(100, "X509_V_ERR_OCSP_NO_RESPONSE",
                    "no OCSP response available for certificate"),
};

}  // namespace

std::span<const VerifyCode> rare() { return kTable; }

}  // namespace mtls::catalogue::rows
