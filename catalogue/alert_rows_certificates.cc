#include <array>

#include "catalogue/alert_rows.h"

namespace mtls::catalogue::rows {
namespace {

constexpr std::string_view kServerFile =
    "Put the right certificate with its intermediates into the file of ssl_certificate, and reload "
    "nginx.";
constexpr std::string_view kClientFile =
    "Put the right certificate with its intermediates into the file of proxy_ssl_certificate, and "
    "reload nginx.";
constexpr std::string_view kStatus = "The sender does not like the OCSP staple (RFC 6066).";
constexpr std::string_view kStatusRemedy =
    "Set ssl_stapling off to see whether it is the staple; check ssl_stapling_file.";

// `of_client` is about ssl_certificate, which nginx shows to clients; `of_backend` about
// proxy_ssl_certificate, which nginx shows to backends. nginx itself sends none of these for a
// client certificate that it refuses: it answers 400 (R3.50).
constexpr std::array kTable{
    TlsAlert{.number = 41,
             .words = "no certificate",
             .meaning = "SSL 3.0: the sender has no certificate.",
             .of_client = {"a client of the nineties", "Upgrade the client."},
             .of_backend = {"a backend of the nineties", "Upgrade the backend."}},
    TlsAlert{
        .number = 42,
        .words = "bad certificate",
        .meaning = "The peer refuses the certificate that it was shown: it is damaged, its "
                   "signature is wrong, or the peer says no more than that.",
        .of_client = {"the client does not trust the CA of ssl_certificate; the certificate has "
                      "another name; intermediates are missing; the client pins another one",
                      "Look for the reason in the client's log. Check name and chain with "
                      "openssl s_client -connect HOST:PORT -servername NAME -verify_return_error."},
        .of_backend = {"the backend asks for a client certificate and gets none from nginx (before "
                       "TLS 1.3 many say bad certificate then); proxy_ssl_certificate is of a CA "
                       "that the backend does not trust; its intermediates are missing",
                       "Look for the reason in the backend's log. Set proxy_ssl_certificate "
                       "and proxy_ssl_certificate_key."}},
    TlsAlert{.number = 43,
             .words = "unsupported certificate",
             .meaning = "The peer cannot use a certificate of this kind: its key type, its "
                        "signature, or its extendedKeyUsage.",
             .of_client = {"ssl_certificate has no serverAuth; its key type is unusual",
                           "Issue it with extendedKeyUsage serverAuth and a key of EC P-256 or RSA "
                           "2048."},
             .of_backend = {"proxy_ssl_certificate has serverAuth, but not clientAuth",
                            "Issue it with extendedKeyUsage clientAuth."}},
    TlsAlert{
        .number = 44,
        .words = "certificate revoked",
        .also = "revoked certificate",
        .meaning = "The peer says that the certificate it was shown is revoked.",
        .of_client = {"the CA revoked the server's certificate", kServerFile},
        .of_backend = {"the CA revoked the certificate that nginx shows to backends", kClientFile}},
    TlsAlert{
        .number = 45,
        .words = "certificate expired",
        .also = "expired certificate",
        .meaning = "The peer says that the certificate it was shown has expired, or is not "
                   "valid yet.",
        .of_client = {"ssl_certificate was not renewed, or renewed on disk and nginx was not "
                      "reloaded; an intermediate expired; the clock of the client is wrong",
                      "Renew it and reload nginx."},
        .of_backend = {"proxy_ssl_certificate was not renewed, or renewed on disk and nginx was "
                       "not reloaded",
                       "Renew it and reload nginx."}},
    TlsAlert{
        .number = 46,
        .words = "certificate unknown",
        .also = "unknown certificate",
        .meaning = "The peer refuses the certificate that it was shown, for a reason that no "
                   "other alert has. Browsers and Java say so when they do not trust it.",
        .of_client = {"a client or browser that does not trust the CA of ssl_certificate, such as "
                      "a self-signed one; another name; a user who clicked the warning away",
                      "Give the client the CA, or use a certificate that it trusts."},
        .of_backend = {"the backend does not trust the CA of proxy_ssl_certificate, or does not "
                       "know this client",
                       "Look for the reason in the backend's log."}},
    TlsAlert{
        .number = 48,
        .words = "unknown ca",
        .also = "unknown certificate authority",
        .meaning = "The peer does not trust the CA of the certificate that it was shown.",
        .of_client = {"the client does not have the CA of ssl_certificate; nginx sends its "
                      "certificate without the intermediates",
                      "Append the intermediates to the file of ssl_certificate, or give the "
                      "client the CA."},
        .of_backend = {"the backend does not have the CA of proxy_ssl_certificate; nginx shows it "
                       "without the intermediates",
                       "Append the intermediates to the file of proxy_ssl_certificate, or give "
                       "the backend the CA."}},
    TlsAlert{.number = 49,
             .words = "access denied",
             .meaning = "The peer accepts the certificate, or asked for none, but not this client.",
             .of_client = {"the client's own policy refuses this server", "Ask the client's log."},
             .of_backend = {"a list of clients at the backend; an nginx that got a session of "
                            "another server block",
                            "Ask the backend's log; compare its list with the subject of "
                            "proxy_ssl_certificate."}},
    TlsAlert{.number = 111,
             .words = "certificate unobtainable",
             .meaning = "The sender could not fetch a certificate by its URL (RFC 6066).",
             .of_client = {"an unusual client", "Look for the reason in the client's log."},
             .of_backend = {"an unusual backend", "Look for the reason in the backend's log."}},
    TlsAlert{.number = 113,
             .words = "bad certificate status response",
             .meaning = kStatus,
             .of_client = {"ssl_stapling_file is stale; the certificate demands a staple "
                           "(must-staple), and nginx has none yet",
                           kStatusRemedy},
             .of_backend = {"an unusual backend", "Look for the reason in the backend's log."}},
    TlsAlert{.number = 114,
             .words = "bad certificate hash value",
             .meaning = "A certificate fetched by URL has another hash (RFC 6066).",
             .of_client = {"an unusual client", "Look for the reason in the client's log."},
             .of_backend = {"an unusual backend", "Look for the reason in the backend's log."}},
    TlsAlert{
        .number = 116,
        .words = "certificate required",
        .meaning = "The peer asked for a client certificate and got none (TLS 1.3).",
        .of_client = {"only servers send this alert", "Look at both ends of the connection."},
        .of_backend = {"proxy_ssl_certificate is not set where nginx connects to this backend; its "
                       "CA is not among those that the backend names",
                       "Set proxy_ssl_certificate and proxy_ssl_certificate_key."}},
};

}  // namespace

std::span<const TlsAlert> certificate_alerts() { return kTable; }

}  // namespace mtls::catalogue::rows
