#include <array>

#include "catalogue/log_line_rows.h"

namespace mtls::catalogue::rows {
namespace {

constexpr std::string_view kNoVersion =
    "The two sides have no TLS version in common; no certificate was sent.";
constexpr std::string_view kNoVersionCause =
    "a client that speaks TLS 1.1 at most; ssl_protocols without a version that the client speaks; "
    "an openssl.cnf with MinProtocol";
constexpr std::string_view kNoVersionRemedy =
    "Upgrade the client; ssl_protocols TLSv1.2 TLSv1.3 is right.";
constexpr std::string_view kNotTls =
    "The peer does not speak TLS: the handshake failed before any certificate was sent.";
constexpr std::string_view kNotTlsCause =
    "proxy_pass https:// to a port that speaks plain HTTP; a client that speaks another protocol; "
    "PROXY protocol from a load balancer without proxy_protocol in listen";
constexpr std::string_view kNotTlsRemedy =
    "Write http:// in proxy_pass, or name the TLS port; set listen … proxy_protocol behind such a "
    "balancer.";
constexpr std::string_view kNoGroup =
    "The two sides have no key exchange group (curve) in common; no certificate was sent.";
constexpr std::string_view kNoSignature =
    "One side cannot make a signature that the other accepts, so the handshake fails.";

// Reasons of libssl behind `SSL_do_handshake() failed (SSL: error:…:SSL routines:…`.
constexpr std::array kHandshakes{
    LogLine{.part = "peer did not return a certificate",
            .meaning = "The TLS library itself asked for a client certificate and got none. nginx "
                       "does that only where ssl_conf_command VerifyMode requires one: it ends the "
                       "handshake then, instead of answering 400.",
            .cause = "a client without a certificate, or none of a CA whose name is advertised",
            .remedy = "Give the client its certificate. Use ssl_verify_client on in place of "
                      "VerifyMode if clients should see a reason."},
    LogLine{.part = "certificate verify failed",
            .meaning = "The TLS library itself refused the certificate of the other side and ended "
                       "the handshake. nginx does that only where ssl_conf_command or "
                       "proxy_ssl_conf_command sets VerifyMode; curl and others do it always.",
            .cause = "the CA of the certificate is not in the file of CAs; the certificate has "
                     "expired; an intermediate is missing",
            .remedy = "OpenSSL 3 names the reason behind the next colon; else run openssl verify "
                      "-CAfile BUNDLE -untrusted CHAIN CERTIFICATE."},
    LogLine{.part = "wrong version number",
            .meaning = kNotTls,
            .cause = kNotTlsCause,
            .remedy = kNotTlsRemedy},
    LogLine{.part = "SSL routines",
            .also = "http request",
            .meaning = kNotTls,
            .cause = "http:// instead of https:// in a client, where nginx cannot answer 400",
            .remedy = "Use https:// there."},
    LogLine{.part = "https proxy request",
            .meaning = kNotTls,
            .cause = "a client takes nginx for a proxy and sends CONNECT",
            .remedy = "Correct the proxy setting of the client (https_proxy)."},
    LogLine{.part = "packet length too long",
            .meaning = kNotTls,
            .cause = kNotTlsCause,
            .remedy = kNotTlsRemedy},
    LogLine{.part = "unknown protocol",
            .also = "SSL routines",
            .meaning = kNotTls,
            .cause = kNotTlsCause,
            .remedy = kNotTlsRemedy},
    LogLine{.part = "unsupported protocol",
            .also = "SSL routines",
            .meaning = kNoVersion,
            .cause = kNoVersionCause,
            .remedy = kNoVersionRemedy},
    LogLine{.part = "version too low",
            .also = "SSL routines",
            .meaning = kNoVersion,
            .cause = kNoVersionCause,
            .remedy = kNoVersionRemedy},
    LogLine{.part = "inappropriate fallback",
            .meaning = "The client came back with an older TLS version than it can speak; no "
                       "certificate was sent.",
            .cause = "its first handshake failed for another reason; somebody between the two "
                     "disturbs handshakes",
            .remedy = "Look for the first failure of the same client in the log."},
    LogLine{.part = "no shared cipher",
            .meaning = "The two sides have no cipher in common; no certificate was sent.",
            .cause = "the server block, or the default server, has no ssl_certificate; no cipher "
                     "of ssl_ciphers fits the key of the server; the client is old",
            .remedy = "Give the server block a certificate; compare ssl_ciphers with the ciphers "
                      "of the client."},
    LogLine{
        .part = "no suitable signature algorithm",
        .meaning = "The client accepts no signature that the key of the server can make; the "
                   "client sent no certificate.",
        .cause = "a client that offers few signature algorithms; a server key of an unusual type",
        .remedy =
            "Add a server certificate with a key of a type that the client accepts (RSA, P-256)."},
    LogLine{.part = "no shared signature algorithms",
            .meaning = kNoSignature,
            .cause = "an old client that knows SHA-1 only; a key of an unusual type",
            .remedy = "Upgrade the client, or use keys of RSA 2048 or EC P-256."},
    LogLine{.part = "legacy sigalg disallowed or unsupported",
            .meaning = "The other side wants a signature with SHA-1 (TLS 1.0 and 1.1), which "
                       "OpenSSL 3 refuses from security level 1 on; no certificate was checked.",
            .cause = "a client or backend that speaks TLS 1.1 at most",
            .remedy = "Upgrade it. A lower level (@SECLEVEL=0 in ssl_ciphers, proxy_ssl_ciphers) "
                      "brings SHA-1 back and weakens every cipher and connection."},
    LogLine{
        .part = "wrong signature type",
        .meaning = kNoSignature,
        .cause = "a client signs with an algorithm that this OpenSSL does not allow; "
                 "ssl_conf_command ClientSignatureAlgorithms leaves it out",
        .remedy = "Use client keys of RSA 2048 or EC P-256; compare ClientSignatureAlgorithms."},
    LogLine{.part = "no suitable key share",
            .meaning = kNoGroup,
            .cause = "ssl_ecdh_curve without a curve that the client offers",
            .remedy = "Set ssl_ecdh_curve auto, or add X25519 and prime256v1."},
    LogLine{.part = "no shared group",
            .meaning = kNoGroup,
            .cause = "ssl_ecdh_curve without a curve that the client offers",
            .remedy = "Set ssl_ecdh_curve auto, or add X25519 and prime256v1."},
    LogLine{.part = "unsafe legacy renegotiation disabled",
            .meaning = "A backend cannot renegotiate safely (RFC 5746), and OpenSSL 3 refuses it.",
            .cause = "an old TLS library at the backend",
            .remedy = "Upgrade the backend. proxy_ssl_conf_command Options "
                      "UnsafeLegacyServerConnect allows it and is unsafe."},
    LogLine{.part = "session id context uninitialized",
            .meaning = "A client wanted to resume a session of another server block.",
            .cause = "server blocks with and without client certificates share a session cache",
            .remedy = "Nothing is wrong if it is rare: the client makes a new handshake. Give the "
                      "blocks caches of their own."},
    LogLine{.part = "cert cb error",
            .meaning = "A certificate whose path has variables could not be loaded during the "
                       "handshake: the client gets the alert internal_error.",
            .cause = "the file is missing; a worker may not read it, for it does not run as root",
            .remedy = "The line before it (cannot load certificate) names the file."},
    LogLine{.part = "unexpected eof while reading",
            .meaning = "The other side closed the connection without saying so in TLS. OpenSSL 3 "
                       "reports it as an error, 1.1.1 did not.",
            .cause = "a peer that does not send close_notify; a load balancer that probes the port",
            .remedy = "Usually none. If it comes during handshakes only, see whether the client "
                      "trusts the server's certificate."},
    LogLine{.part = "peer closed connection in SSL handshake",
            .meaning = "The other side closed the connection before the handshake was done, and "
                       "sent no alert.",
            .cause = "a health check or port scan; a client that does not trust the server's "
                     "certificate and says nothing; a backend that demands a client certificate "
                     "or a server name; a firewall",
            .remedy = "Ask whose address it is. If it is a real client, run openssl s_client from "
                      "its host."},
    LogLine{.part = "timed out",
            .also = "while SSL handshaking",
            .meaning = "The other side stopped speaking during the handshake.",
            .cause = "a user who was asked to choose a certificate, or for a PIN; a firewall that "
                     "drops large packets (a long list of CA names makes them); a port scan",
            .remedy = "Raise ssl_handshake_timeout (stream) or client_header_timeout if users need "
                      "longer; look at the path MTU if the same clients always fail."},
    LogLine{.part = "SSL_ERROR_SYSCALL",
            .meaning = "The server closed the connection during the handshake and sent no alert.",
            .cause = "stream or mail with ssl_verify_client on: nginx closes the connection when "
                     "it refuses a client; a firewall or a load balancer",
            .remedy = "Read nginx's log at level info: it has the reason."},
    LogLine{.part = "SSL_do_handshake() failed",
            .meaning = "A handshake failed for the reason in parentheses. No certificate was "
                       "refused: that would be another line (SSL certificate verify error).",
            .cause = "while SSL handshaking, client: …: the client and nginx do not agree; while "
                     "SSL handshaking to upstream: nginx and a backend do not",
            .remedy = "Look up the reason behind SSL routines; openssl s_client -connect shows the "
                      "same from outside."},
};

// openssl verify, openssl s_client, curl with OpenSSL.
constexpr std::array kTools{
    LogLine{.part = ": verification failed",
            .meaning = "openssl verify refuses the certificate. The line before says why: error N "
                       "at DEPTH depth lookup.",
            .cause = "the number N tells it",
            .remedy = "Run explain on that line. Depth 0 is the certificate itself, 1 its issuer."},
    LogLine{.part = "no peer certificate available",
            .meaning = "openssl s_client got no certificate: the handshake failed early.",
            .cause = "a port that does not speak TLS; a server that rejects the server name "
                     "(ssl_reject_handshake); no version or cipher in common",
            .remedy = "Name the port, and the server with -servername."},
    LogLine{.part = "No client certificate CA names sent",
            .meaning = "openssl s_client saw no names of client CAs: the server asked for no "
                       "certificate, or advertised no CA.",
            .cause = "ssl_verify_client is off in the server block that answered, perhaps the "
                     "default server; nginx has ssl_trusted_certificate alone, whose names it does "
                     "not advertise",
            .remedy = "Name the server with -servername. Browsers choose a certificate by these "
                      "names: set ssl_client_certificate."},
    LogLine{.part = "no alternative certificate subject name matches",
            .meaning = "curl refuses the server's certificate, because it is for another name. "
                       "Client certificates are not concerned.",
            .cause = "the URL has an address or a name that the certificate of ssl_certificate "
                     "lacks; without a fitting server_name the default server answered",
            .remedy = "Use a name of the certificate, or issue it with this name (or IP address) "
                      "in subjectAltName."},
    LogLine{.part = "could not load PEM client certificate",
            .meaning = "curl cannot read the file of --cert and made no connection.",
            .cause = "the file is missing or not readable; it is PKCS#12 or DER (--cert-type P12); "
                     "it has no certificate",
            .remedy = "Look at it with openssl x509 -in FILE -noout -subject."},
    LogLine{.part = "unable to set private key file",
            .meaning = "curl cannot use the key of --key (or of --cert) and made no connection.",
            .cause = "the key belongs to another certificate; it is encrypted, and the password is "
                     "wrong; the file has no key",
            .remedy = "Compare openssl x509 -in CERT -noout -pubkey with openssl pkey -in KEY "
                      "-pubout."},
    LogLine{.part = "error setting certificate file",
            .meaning = "curl cannot read the file of --cacert and made no connection.",
            .cause = "the file is missing, not readable, or not PEM",
            .remedy = "Correct the path; without --cacert curl uses the CAs of the host."},
    LogLine{.part = "error setting certificate verify locations",
            .meaning = "curl cannot read the file of --cacert and made no connection.",
            .cause = "the file is missing, not readable, or not PEM",
            .remedy = "Correct the path; without --cacert curl uses the CAs of the host."},
};

}  // namespace

std::span<const LogLine> handshakes() { return kHandshakes; }
std::span<const LogLine> tools() { return kTools; }

}  // namespace mtls::catalogue::rows
