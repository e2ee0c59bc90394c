#include "catalogue/log_lines.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace mtls::catalogue {
namespace {

using enum audit::FindingKind;

constexpr std::string_view kTrustCall = "SSL_CTX_load_verify_locations(";
constexpr std::string_view kNamesCall = "SSL_load_client_CA_file(";
constexpr std::string_view kCrlCall = "X509_LOOKUP_load_file(";
constexpr std::string_view kCrlRead = "cannot load CRL";

// The texts are those of ngx_http_process_request(), ngx_ssl_certificate(),
// ngx_ssl_trusted_certificate(), and of the same functions for stream, mail and upstreams (R3.50 to
// R3.56, R4.2). The first row that fits counts, so the more special one stands first.
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
    LogLine{.part = "No required SSL certificate was sent",
            .meaning =
                "nginx's answer (400) to a client without a certificate where ssl_verify_client "
                "is on. At level info the log says: client sent no required SSL certificate.",
            .cause = "the client has no certificate, or none of a CA whose name nginx advertises",
            .remedy = "Give the client its certificate, and put the CA that issued it into "
                      "ssl_client_certificate."},
    LogLine{.part = "The SSL certificate error",
            .meaning = "nginx's answer (400) to a client whose certificate was refused. At level "
                       "info the log says why: client SSL certificate verify error: (N:reason).",
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
    LogLine{
        .part = "upstream SSL certificate does not match",
        .meaning = "The backend's certificate is valid, but for another name: the client gets 502.",
        .cause = "proxy_pass names an address or an upstream block, and proxy_ssl_name is not set; "
                 "the backend's certificate lacks the name",
        .remedy = "Set proxy_ssl_name (grpc_ssl_name, uwsgi_ssl_name) to the name in the backend's "
                  "certificate, and set proxy_ssl_server_name on."},
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
    LogLine{.part = "client sent plain HTTP request to HTTPS port",
            .meaning = "A request without TLS came to a TLS port. nginx answers 400 and has seen "
                       "no certificate.",
            .cause = "http:// instead of https:// in a client, a health check or a load balancer",
            .remedy = "Use https:// there."},
    LogLine{.part = "no ssl_client_certificate ", .also = "for ssl_", .finding = kNoTrustSource},
    LogLine{.part = "_ssl_trusted_certificate for ",
            .meaning = "proxy_ssl_verify (grpc_ssl_verify, uwsgi_ssl_verify) is on without a file "
                       "of CAs: nginx refuses to start or reload.",
            .cause = "proxy_ssl_trusted_certificate is not set here",
            .remedy = "Set proxy_ssl_trusted_certificate to a file with the backend's CA."},
    LogLine{.part = kTrustCall, .also = "No such file", .finding = kBundleUnreadable},
    LogLine{.part = kTrustCall, .also = "ermission denied", .finding = kBundleUnreadable},
    LogLine{.part = kTrustCall, .also = "no certificate or crl found", .finding = kBundleEmpty},
    LogLine{.part = kTrustCall, .finding = kBundleUnparsable},
    LogLine{.part = kNamesCall, .also = "no start line", .finding = kBundleEmpty},
    LogLine{.part = kNamesCall, .finding = kBundleUnparsable},
    LogLine{.part = kCrlCall, .also = "No such file", .finding = kBundleUnreadable},
    LogLine{.part = kCrlCall, .also = "ermission denied", .finding = kBundleUnreadable},
    LogLine{.part = kCrlCall, .finding = kBundleUnparsable},
    LogLine{.part = kCrlRead, .also = "BIO_new_file() failed", .finding = kBundleUnreadable},
    LogLine{.part = kCrlRead, .finding = kBundleUnparsable},
    LogLine{.part = "key values mismatch",
            .meaning = "A private key does not belong to the certificate beside it: nginx "
                       "refuses to start or reload.",
            .cause = "only one of the two files was renewed; the chain file does not begin with "
                     "the server's own certificate",
            .remedy = "Put the server's own certificate first in its file, and set "
                      "ssl_certificate_key to its key. check --with-keys compares the two."},
    LogLine{
        .part = "cannot load certificate key",
        .meaning = "nginx cannot read a private key and refuses to start or reload. If the path "
                   "has variables, the handshake fails instead.",
        .cause = "the file is missing, or nginx may not read it; the key is encrypted, and "
                 "ssl_password_file is not set; the file holds no key",
        .remedy =
            "Read the reason in parentheses; correct the path, the permissions or the content."},
    LogLine{
        .part = "cannot load certificate",
        .meaning = "nginx cannot read a certificate (since 1.27.2 also: a CA bundle, which it "
                   "takes whole or not at all) and refuses to start or reload. If the path has "
                   "variables, the handshake fails instead.",
        .cause = "the file is missing, or nginx may not read it; it is empty, cut off, or DER "
                 "instead of PEM; two files were joined without a newline between them",
        .remedy =
            "Read the reason in parentheses; correct the path, the permissions or the content."},
    LogLine{.part = "conflicting server name", .finding = kServerShadowed},
    LogLine{.part = "unknown directive \"ssl\"", .finding = kSslOnRemoved},
    LogLine{.part = "the \"ssl\" directive is deprecated", .finding = kSslOnRemoved},
    LogLine{.part = "ignoring stale global SSL error",
            .meaning = "OpenSSL left an error behind from the certificate of another connection: "
                       "its signature was not made by the CA whose name it bears.",
            .cause = "the bundle holds two CAs with the same name, different keys and no key "
                     "identifiers; a forged certificate",
            .remedy = "Run explain 7 for that error. The line itself is harmless."},
    LogLine{.part = "alert certificate required",
            .meaning = "The backend asked nginx for a client certificate and got none (TLS 1.3).",
            .cause = "proxy_ssl_certificate is not set where nginx connects to this backend",
            .remedy = "Set proxy_ssl_certificate and proxy_ssl_certificate_key."},
    LogLine{.part = "alert unknown ca",
            .meaning = "The peer does not trust the certificate that nginx presented.",
            .cause = "the peer does not have the CA; nginx presents its certificate without the "
                     "intermediates",
            .remedy = "Append the intermediates to the file of ssl_certificate (or "
                      "proxy_ssl_certificate), or give the peer the CA."},
    LogLine{.part = "alert certificate expired",
            .meaning = "The peer says that the certificate nginx presented has expired.",
            .cause = "it was not renewed, or it was renewed on disk and nginx was not reloaded",
            .remedy = "Renew it and reload nginx."},
    LogLine{.part = "alert bad certificate",
            .meaning = "The peer refuses the certificate that nginx presented.",
            .cause = "it has another name; it comes without its intermediates; the peer does not "
                     "trust its CA",
            .remedy = "Look for the reason in the peer's log; check the name and the chain."},
    LogLine{
        .part = "wrong version number",
        .meaning =
            "The peer does not speak TLS: the handshake failed before any certificate was sent.",
        .cause = "proxy_pass https:// to a port that speaks plain HTTP; a client that speaks "
                 "another protocol",
        .remedy = "Write http:// in proxy_pass, or name the TLS port."},
    LogLine{.part = "SSL routines::unsupported protocol",
            .meaning = "The two sides have no TLS version in common; no certificate was sent.",
            .cause = "a client that speaks TLS 1.1 at most; ssl_protocols without a version that "
                     "the client speaks",
            .remedy = "Upgrade the client; ssl_protocols TLSv1.2 TLSv1.3 is right."},
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
    LogLine{.part = "[emerg] ", .finding = kNginxRefusesConfig},
};

constexpr std::string_view kClientError = "client SSL certificate verify error: (";
constexpr std::string_view kUpstreamError = "upstream SSL certificate verify error: (";

std::optional<int> code_behind(std::string_view line, std::string_view words) {
  const std::size_t at = line.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(at + words.size());
  int code = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), code);
  const bool is_code = error == std::errc{} && end != rest.data() + rest.size() && *end == ':';
  return is_code ? std::optional(code) : std::nullopt;
}

}  // namespace

std::span<const LogLine> log_lines() { return kTable; }

const LogLine* find_log_line(std::string_view line) {
  const auto row = std::find_if(kTable.begin(), kTable.end(), [&](const LogLine& known) {
    return line.find(known.part) != std::string_view::npos &&
           line.find(known.also) != std::string_view::npos;
  });
  return row == kTable.end() ? nullptr : &*row;
}

std::optional<LoggedCode> logged_code(std::string_view line) {
  if (const auto code = code_behind(line, kUpstreamError)) {
    return LoggedCode{.code = *code, .is_upstream = true};
  }
  if (const auto code = code_behind(line, kClientError)) return LoggedCode{.code = *code};
  return std::nullopt;
}

}  // namespace mtls::catalogue
