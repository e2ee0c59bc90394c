#include <array>

#include "catalogue/log_line_rows.h"

namespace mtls::catalogue::rows {
namespace {

// The texts are those of ngx_http_process_request(), ngx_ssl_verify_client() of stream and mail,
// ngx_http_upstream_ssl_handshake() and ngx_http_special_response.c.
constexpr std::array kTable{
    LogLine{
        .part = "client sent no required SSL certificate",
        .meaning = "ssl_verify_client is on, and the client sent no certificate. HTTP answers 400 "
                   "No required SSL certificate was sent; stream closes the connection.",
        .cause = "a client without a certificate, such as a health check or a scanner; a client "
                 "that keeps its certificate back because its CA is not among the CA names that "
                 "nginx advertises; a connection without SNI, which reached the default server",
        .remedy = "Give the client its certificate. Put the CA that issued it into "
                  "ssl_client_certificate: nginx does not advertise the names of "
                  "ssl_trusted_certificate. Check which server name the client asks for."},
    LogLine{.part = "No required SSL certificate",
            .meaning =
                "nginx's answer (400; in mail BYE, -ERR or 421) to a client without a certificate "
                "where ssl_verify_client is on. At level info the log says: client sent no "
                "required SSL certificate.",
            .cause = "the client has no certificate, or none of a CA whose name nginx advertises",
            .remedy = "Give the client its certificate, and put the CA that issued it into "
                      "ssl_client_certificate."},
    LogLine{.part = "SSL certificate error",
            .meaning = "nginx's answer (400; in mail BYE, -ERR or 421) to a client whose "
                       "certificate was refused. At level info the log says why: client SSL "
                       "certificate verify error: (N:reason).",
            .cause = "the number N in the log tells it",
            .remedy = "Set error_log to level info for a while, and run explain on the line that "
                      "nginx writes."},
    LogLine{.part = "client SSL certificate verify error: certificate status request failed",
            .meaning = "ssl_ocsp is on, and the OCSP responder gave no usable answer: nginx "
                       "refuses the client.",
            .cause = "the responder is down or cannot be reached; resolver is not set; another CA "
                     "signed the answer",
            .remedy = "Read the log lines before this one, which name the responder. Set resolver "
                      "and ssl_ocsp_responder."},
    LogLine{
        .part = "client SSL certificate verify error: certificate revoked",
        .meaning = "ssl_ocsp is on, and the OCSP responder says that the certificate is revoked.",
        .cause = "it was revoked on purpose",
        .remedy = "Issue a new certificate if the client should still have access."},
    LogLine{
        .part = "client SSL certificate verify error: certificate status unknown",
        .meaning = "ssl_ocsp is on, and the OCSP responder does not know the certificate.",
        .cause = "the responder belongs to another CA; the certificate was issued a moment ago",
        .remedy = "Check that ssl_ocsp_responder belongs to the CA that issued the certificate."},
    LogLine{.part = "certificate status request failed",
            .meaning =
                "$ssl_client_verify (behind FAILED:) of a client whose chain is fine, but for "
                "whom the OCSP responder gave no usable answer: nginx refuses the client.",
            .cause = "the responder is down or cannot be reached; resolver is not set; another CA "
                     "signed the answer",
            .remedy = "Read the lines about OCSP in the error log, which name the responder. Set "
                      "resolver and ssl_ocsp_responder."},
    LogLine{
        .part = "certificate status unknown",
        .meaning = "$ssl_client_verify (behind FAILED:) of a client whose chain is fine, but "
                   "whose certificate the OCSP responder does not know: nginx refuses the "
                   "client.",
        .cause = "the responder belongs to another CA; the certificate was issued a moment ago",
        .remedy = "Check that ssl_ocsp_responder belongs to the CA that issued the certificate."},
    LogLine{
        .part = "upstream SSL certificate does not match",
        .meaning = "The backend's certificate is valid, but for another name: the client gets 502. "
                   "nginx looks for the name among the DNS names of the certificate only, and "
                   "ignores its IP addresses (IP SANs).",
        .cause = "proxy_pass names an address or an upstream block, and proxy_ssl_name is not set; "
                 "the certificate has the address as an IP SAN, which does not help; the backend's "
                 "certificate lacks the name",
        .remedy = "Set proxy_ssl_name (grpc_ssl_name, uwsgi_ssl_name) to a DNS name in the "
                  "backend's certificate, and set proxy_ssl_server_name on. For a backend that has "
                  "no name, issue a certificate with the address as a DNS name."},
    LogLine{
        .part = "client attempted to request the server name different",
        .meaning =
            "The Host header selects another server block than the SNI of the connection did, and "
            "that block asks for client certificates: nginx answers 421 Misdirected Request.",
        .cause = "a browser that reuses a connection for a second name of the same certificate; a "
                 "client that sets Host itself; an attempt to get around the certificate check",
        .remedy = "nginx does the right thing. Let the client open a connection for each name, or "
                  "give each name a server certificate of its own."},
    LogLine{.part = "421 Misdirected Request",
            .meaning = "nginx's answer when the Host header selects another server block than the "
                       "SNI did, and that block asks for client certificates.",
            .cause = "a browser that reuses a connection for a second name of the same certificate",
            .remedy = "Let the client open a connection for each name, or give each name a server "
                      "certificate of its own."},
    LogLine{.part = "handshake rejected while SSL handshaking",
            .meaning =
                "nginx refused the handshake because of its server name: ssl_reject_handshake "
                "is on there, or the client resumed a session of another server block.",
            .cause = "a client that sends no SNI, or a name that no server block has",
            .remedy = "Let the client ask for a name that a server block has."},
    LogLine{.part = "plain HTTP request ",
            .also = "to HTTPS port",
            .meaning = "A request without TLS came to a TLS port. nginx answers 400 (497 in "
                       "error_page) and has seen no certificate.",
            .cause = "http:// instead of https:// in a client, a health check or a load balancer; "
                     "a load balancer that ends TLS itself",
            .remedy = "Use https:// there. Behind a load balancer that ends TLS, nginx cannot see "
                      "client certificates: let the balancer pass TCP through."},
    LogLine{.part = "ignoring stale global SSL error",
            .meaning = "OpenSSL left an error behind from the certificate of another connection: "
                       "its signature was not made by the CA whose name it bears.",
            .cause = "the bundle holds two CAs with the same name, different keys and no key "
                     "identifiers; a forged certificate",
            .remedy = "Run explain 7 for that error. The line itself is harmless."},
};

}  // namespace

std::span<const LogLine> verification() { return kTable; }

}  // namespace mtls::catalogue::rows
