#include <array>

#include "catalogue/log_line_rows.h"

namespace mtls::catalogue::rows {
namespace {

constexpr std::string_view kRefused =
    "Without an answer ssl_ocsp refuses the client (certificate status request failed). For "
    "stapling (the line ends in certificate \"FILE\") it only means that no staple is sent.";

// ngx_event_openssl_stapling.c. The lines end in `while requesting certificate status, responder:
// …`.
constexpr std::array kTable{
    LogLine{.part = "ssl_stapling",
            .also = " ignored, issuer certificate not found",
            .meaning = "nginx cannot staple OCSP answers (ssl_stapling) to its own certificate, "
                       "since it does not "
                       "have the certificate of the CA that issued it. Clients and their "
                       "certificates are not concerned.",
            .cause = "the file of ssl_certificate has no intermediates; a self-signed certificate",
            .remedy =
                "Append the intermediates to the file of ssl_certificate. Do not add the CA to "
                "ssl_trusted_certificate where client certificates are asked for: that file "
                "authenticates clients too."},
    LogLine{.part = "ssl_stapling",
            .also = " ignored, ",
            .meaning = "nginx cannot staple OCSP answers to its own certificate. Clients and their "
                       "certificates are not concerned.",
            .cause = "the certificate names no OCSP responder (several public CAs have ended "
                     "OCSP); the responder's URL is not http://, or its name does not resolve",
            .remedy =
                "Set ssl_stapling off where the CA has no responder, else ssl_stapling_responder "
                "to its URL."},
    LogLine{.part = "\"ssl_ocsp\" is incompatible with",
            .meaning = "ssl_ocsp needs a verified chain, which optional_no_ca does not give: nginx "
                       "refuses to start or reload.",
            .cause = "ssl_ocsp and ssl_verify_client optional_no_ca in one server block",
            .remedy = "Set ssl_verify_client on or optional, or ssl_ocsp off."},
    LogLine{
        .part = "no OCSP responder URL in certificate",
        .meaning = "ssl_ocsp is on, and the client's certificate names no OCSP responder: nginx "
                   "refuses the client.",
        .cause = "the CA issues without authorityInfoAccess; ssl_ocsp on checks intermediates "
                 "too, and they name none",
        .remedy = "Set ssl_ocsp_responder, or ssl_ocsp leaf if only intermediates name none; use "
                  "ssl_crl if the CA has no responder."},
    LogLine{.part = "while requesting certificate status",
            .also = "no resolver defined",
            .meaning = "The OCSP responder has a name, and nginx has no resolver to look it up: it "
                       "uses neither /etc/hosts nor /etc/resolv.conf here.",
            .cause = "the directive resolver is not set",
            .remedy =
                "Set resolver in the http or server block, or name the responder by address in "
                "ssl_ocsp_responder."},
    LogLine{.part = "while requesting certificate status",
            .also = "could not be resolved",
            .meaning = "nginx's resolver does not find the host of the OCSP responder.",
            .cause = "a name server that does not answer or does not know the name; IPv6 addresses "
                     "without IPv6 (resolver … ipv6=off)",
            .remedy = "Check resolver and the name by hand. An outage of DNS locks clients out "
                      "while ssl_ocsp is on."},
    LogLine{.part = "OCSP responder timed out",
            .meaning = "The OCSP responder did not answer in time (60 s).",
            .cause = "a firewall between nginx and the responder; the responder is overloaded",
            .remedy = "Ask the responder from the nginx host: openssl ocsp -issuer CA -cert CLIENT "
                      "-url URL. Set ssl_ocsp_cache, so that fewer questions are asked."},
    LogLine{.part = "OCSP responder prematurely closed connection",
            .meaning = "The OCSP responder closed the connection before its answer was complete.",
            .cause = "a responder or a proxy before it that does not speak HTTP/1.0 POST; a "
                     "responder at its limit",
            .remedy = "Ask it from the nginx host: openssl ocsp -issuer CA -cert CLIENT -url URL."},
    LogLine{.part = "OCSP responder sent invalid",
            .meaning = "What answered is no OCSP response.",
            .cause =
                "a proxy, a login page or an error page in place of the responder; the path of "
                "the URL is wrong",
            .remedy = "Fetch the URL of the line by hand and look at what comes."},
    LogLine{
        .part = "OCSP response not successful",
        .meaning = "The responder answers with an error, in parentheses: 1 malformedRequest, 2 "
                   "internalError, 3 tryLater, 5 sigRequired, 6 unauthorized.",
        .cause = "6: the responder does not serve this CA; 3: it is overloaded",
        .remedy = "Check that ssl_ocsp_responder belongs to the CA that issued the certificate."},
    LogLine{.part = "OCSP_basic_verify() failed",
            .meaning = "The OCSP answer is not signed by somebody whom nginx trusts for it.",
            .cause = "another CA signed it; the responder's certificate lacks OCSPSigning or has "
                     "expired; the responder's CA is not in the trust store (root ca not trusted)",
            .remedy = "Have the CA that issued the certificate sign the answers, or a certificate "
                      "with extendedKeyUsage OCSPSigning that it issued."},
    LogLine{.part = "certificate status not found in the OCSP response",
            .meaning = "The OCSP answer speaks of other certificates.",
            .cause =
                "the responder hashes the issuer in another way than SHA-1, or serves prepared "
                "answers of another certificate",
            .remedy = "Compare with openssl ocsp -issuer CA -cert CLIENT -url URL -resp_text."},
    LogLine{.part = "OCSP_check_validity() failed",
            .meaning = "The OCSP answer is too old or not valid yet.",
            .cause = "the responder serves stale answers; the clock of nginx's host is wrong",
            .remedy = "Check the clock (timedatectl), then the thisUpdate and nextUpdate of the "
                      "answer."},
    LogLine{.part = "nextUpdate time in certificate status",
            .meaning = "The OCSP answer has a nextUpdate that nginx cannot read.",
            .cause = "the responder encodes the date wrongly",
            .remedy = "Report it to the CA."},
    LogLine{.part = "certificate status \"",
            .also = "in the OCSP response",
            .meaning = "The responder says of nginx's own certificate that it is revoked or "
                       "unknown: nginx does not staple that answer.",
            .cause = "the CA revoked the server's certificate; it was issued a moment ago",
            .remedy = "If it is revoked, issue a new server certificate now: clients that check "
                      "will refuse it."},
    LogLine{.part = "in OCSP responder \"",
            .meaning = "The URL of an OCSP responder cannot be used.",
            .cause = "https:// instead of http://; a host that does not resolve; no host at all",
            .remedy = "Correct ssl_ocsp_responder or ssl_stapling_responder; it must be http://."},
    LogLine{.part = "while requesting certificate status",
            .meaning = kRefused,
            .cause = "the words before tell it",
            .remedy = "Ask the responder from the nginx host: openssl ocsp -issuer CA -cert CLIENT "
                      "-url URL."},
};

}  // namespace

std::span<const LogLine> ocsp() { return kTable; }

}  // namespace mtls::catalogue::rows
