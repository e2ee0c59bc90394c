#include "catalogue/alert_rows.h"

#include <array>

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
constexpr std::array kCertificates{
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

constexpr AlertCause kClientLog{
    "a client with a fault, or somebody between the two who alters data",
    "Look for the reason in the client's log; no certificate was refused."};
constexpr AlertCause kBackendLog{
    "a backend with a fault, or somebody between the two who alters data",
    "Look for the reason in the backend's log; no certificate was refused."};
constexpr AlertCause kOldClient{"a client of the nineties", "Upgrade the client."};
constexpr AlertCause kOldBackend{"a backend of the nineties", "Upgrade the backend."};
constexpr std::string_view kBroken =
    "The sender got a record or message that it could not make sense of.";

constexpr TlsAlert broken(int number, std::string_view words, std::string_view also = "") {
  return {.number = number,
          .words = words,
          .also = also,
          .meaning = kBroken,
          .of_client = kClientLog,
          .of_backend = kBackendLog};
}

constexpr std::array kOthers{
    TlsAlert{.number = 0,
             .words = "close notify",
             .meaning = "The sender ends the connection in good order.",
             .of_client = {"the client is done", "Nothing to do."},
             .of_backend = {"the backend is done", "Nothing to do."}},
    broken(10, "unexpected message"),
    broken(20, "bad record mac"),
    broken(21, "decryption failed"),
    broken(22, "record overflow"),
    broken(30, "decompression failure"),
    TlsAlert{
        .number = 40,
        .words = "handshake failure",
        .meaning = "The two sides do not agree on how to speak, or the sender refuses without "
                   "saying why.",
        .of_client = {"no cipher, curve or signature in common; the client refuses the "
                      "certificate of ssl_certificate and says no more",
                      "Compare ssl_protocols, ssl_ciphers and ssl_ecdh_curve with the client."},
        .of_backend = {"the backend demands a client certificate and proxy_ssl_certificate is not "
                       "set (TLS 1.2); it needs the server name, and proxy_ssl_server_name is off; "
                       "no cipher in common",
                       "Set proxy_ssl_server_name on and proxy_ssl_name. Set "
                       "proxy_ssl_certificate if the backend asks for one; compare "
                       "proxy_ssl_protocols and proxy_ssl_ciphers."}},
    TlsAlert{.number = 47,
             .words = "illegal parameter",
             .meaning = "A field of the handshake has a value that is not allowed.",
             .of_client = kClientLog,
             .of_backend = kBackendLog},
    TlsAlert{.number = 50,
             .words = "decode error",
             .also = "error decoding message",
             .meaning =
                 "The sender could not read a message of the handshake, such as a certificate "
                 "that is too long or damaged.",
             .of_client = kClientLog,
             .of_backend = kBackendLog},
    TlsAlert{.number = 51,
             .words = "decrypt error",
             .also = "error decrypting message",
             .meaning = "A signature of the handshake could not be verified: the key does not "
                        "belong to the certificate, or a smart card signs wrongly.",
             .of_client = {"the client's own view of the server's signature",
                           "Look for the reason "
                           "in the client's log; check that nginx's key fits its certificate."},
             .of_backend = {"proxy_ssl_certificate_key does not belong to proxy_ssl_certificate; "
                            "two CAs of one name at the backend",
                            "Compare key and certificate; look for the reason in the backend's "
                            "log."}},
    TlsAlert{.number = 60,
             .words = "export restriction",
             .meaning = "A TLS version of the nineties with weak export ciphers.",
             .of_client = kOldClient,
             .of_backend = kOldBackend},
    TlsAlert{.number = 70,
             .words = "protocol version",
             .also = "protocol version not supported",
             .meaning = "The two sides have no TLS version in common; no certificate was sent.",
             .of_client = {"a client that does not speak the versions of ssl_protocols",
                           "Upgrade the client; ssl_protocols TLSv1.2 TLSv1.3 is right."},
             .of_backend = {"a backend that does not speak the versions of proxy_ssl_protocols",
                            "Upgrade the backend, or widen proxy_ssl_protocols."}},
    TlsAlert{.number = 71,
             .words = "insufficient security",
             .also = "insufficient security level",
             .meaning = "The sender wants stronger ciphers than it was offered.",
             .of_client = {"ssl_ciphers is too weak for the client", "Use ssl_ciphers DEFAULT."},
             .of_backend = {"proxy_ssl_ciphers is too weak for the backend",
                            "Use proxy_ssl_ciphers DEFAULT."}},
    TlsAlert{
        .number = 80,
        .words = "internal error",
        .meaning = "The sender has trouble of its own: memory, files, a callback that failed.",
        .of_client = {"the client could not load its own certificate or key",
                      "Look for the reason in the client's log."},
        .of_backend = {"the backend could not load a certificate during the handshake; an nginx "
                       "whose ssl_certificate has variables (cert cb error)",
                       "Look for the reason in the backend's log."}},
    TlsAlert{.number = 86,
             .words = "inappropriate fallback",
             .meaning = "A client came back with an older TLS version than both sides speak.",
             .of_client = {"only servers send this alert", "Look at both ends of the connection."},
             .of_backend = {"a first handshake failed for another reason",
                            "Look for the first failure."}},
    TlsAlert{
        .number = 90,
        .words = "user canceled",
        .also = "user cancelled",
        .meaning = "The sender gave up on purpose.",
        .of_client = {"a user who chose no certificate, or closed the window", "Nothing to do."},
        .of_backend = kBackendLog},
    TlsAlert{.number = 100,
             .words = "no renegotiation",
             .meaning = "One side asked to renegotiate, and the sender does not.",
             .of_client = {"nginx never asks; another server behind the same address does",
                           "Look at both ends of the connection."},
             .of_backend = {"the backend asks for a client certificate after the handshake (IIS, "
                            "Apache per directory)",
                            "Have the backend ask in the handshake, for the whole host."}},
    TlsAlert{.number = 109,
             .words = "missing extension",
             .meaning = "The handshake lacks an extension that TLS 1.3 demands.",
             .of_client = kClientLog,
             .of_backend = {"the backend needs the server name, and proxy_ssl_server_name is off",
                            "Set proxy_ssl_server_name on and proxy_ssl_name."}},
    TlsAlert{.number = 110,
             .words = "unsupported extension",
             .meaning = "The handshake has an extension that was not asked for.",
             .of_client = kClientLog,
             .of_backend = kBackendLog},
    TlsAlert{
        .number = 112,
        .words = "unrecognized name",
        .meaning = "The sender has no server of the name that the client asked for (SNI).",
        .of_client = {"only servers send this alert", "Look at both ends of the connection."},
        .of_backend = {"proxy_ssl_name is a name that the backend does not serve; an nginx with "
                       "ssl_reject_handshake on",
                       "Set proxy_ssl_name to a name of the backend, and "
                       "proxy_ssl_server_name on."}},
    TlsAlert{.number = 115,
             .words = "unknown psk identity",
             .meaning = "The sender does not know the pre-shared key.",
             .of_client = kClientLog,
             .of_backend = kBackendLog},
    TlsAlert{
        .number = 120,
        .words = "no application protocol",
        .meaning = "The two sides have no protocol in common (ALPN): h2, http/1.1.",
        .of_client = {"only servers send this alert", "Look at both ends of the connection."},
        .of_backend = {"grpc_pass to a backend without HTTP/2; a name of ALPN that the backend "
                       "does not know",
                       "Name the port that speaks HTTP/2."}},
};

}  // namespace

std::span<const TlsAlert> certificate_alerts() { return kCertificates; }
std::span<const TlsAlert> other_alerts() { return kOthers; }

}  // namespace mtls::catalogue::rows
