#include <array>

#include "catalogue/alert_rows.h"

namespace mtls::catalogue::rows {
namespace {

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

constexpr std::array kTable{
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

std::span<const TlsAlert> other_alerts() { return kTable; }

}  // namespace mtls::catalogue::rows
