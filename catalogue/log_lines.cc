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

// nginx's texts: ngx_http_process_request(), ngx_ssl_certificate(), ngx_ssl_trusted_certificate()
// and their kin of stream, mail and upstream (R3.50 to R3.56, R4.2).
constexpr std::array kTable{
    LogLine{.part = "client sent no required SSL certificate",
            .meaning = "The client sent no certificate, and ssl_verify_client is on: HTTP answers "
                       "400 No required SSL certificate was sent, stream closes the connection.",
            .cause = "a client that has none, a health check or a scanner for example; or one "
                     "that has a certificate and did not send it, because the CA names nginx "
                     "advertises do not include its CA; or a connection without SNI that reached "
                     "the default server",
            .remedy = "Give the client its certificate; let ssl_client_certificate hold the CA "
                      "that issued it, since names of ssl_trusted_certificate are not "
                      "advertised; check the name it asks for."},
    LogLine{.part = "No required SSL certificate was sent",
            .meaning = "nginx's answer (400) to a client without a certificate where "
                       "ssl_verify_client is on; the log says client sent no required SSL "
                       "certificate, at level info.",
            .cause = "the client has no certificate, or did not find one under the CA names that "
                     "nginx advertises",
            .remedy = "Give the client its certificate, and let ssl_client_certificate hold the "
                      "CA that issued it."},
    LogLine{.part = "The SSL certificate error",
            .meaning = "nginx's answer (400) to a client whose certificate was refused; the log "
                       "says why at level info: client SSL certificate verify error: (N:reason).",
            .cause = "see the number in the log",
            .remedy = "Set error_log ... info for a while, and explain the line it writes."},
    LogLine{.part = "client SSL certificate verify error: certificate status request failed",
            .meaning = "ssl_ocsp is on and the responder gave no usable answer: the client is "
                       "refused.",
            .cause = "the responder is down or not reachable; no resolver is set; its answer is "
                     "signed by another CA",
            .remedy = "Read the lines before it, which name the responder; set resolver and "
                      "ssl_ocsp_responder."},
    LogLine{.part = "client SSL certificate verify error: certificate revoked",
            .meaning = "ssl_ocsp is on and the responder says that the certificate is revoked.",
            .cause = "it was revoked on purpose",
            .remedy = "Issue a new certificate if the client is still welcome."},
    LogLine{.part = "client SSL certificate verify error: certificate status unknown",
            .meaning = "ssl_ocsp is on and the responder does not know the certificate.",
            .cause = "a responder of another CA; a certificate issued a moment ago",
            .remedy = "Check ssl_ocsp_responder against the issuer of the certificate."},
    LogLine{.part = "upstream SSL certificate does not match",
            .meaning = "The backend's certificate is good but for another name: the client gets "
                       "502.",
            .cause = "proxy_pass names an address or an upstream block, and proxy_ssl_name is not "
                     "set; the backend's certificate lacks the name",
            .remedy = "Set proxy_ssl_name (or the same of grpc_ssl_, uwsgi_ssl_) to the name in "
                      "the backend's certificate, and proxy_ssl_server_name on."},
    LogLine{.part = "client attempted to request the server name different",
            .meaning = "The Host header selects another server block than the SNI of the "
                       "connection did, and that block asks for certificates: nginx answers 421 "
                       "Misdirected Request.",
            .cause = "a browser that reuses a connection for a second name under one "
                     "certificate; a client that sets Host by itself; an attempt to get around "
                     "the client check",
            .remedy = "Open a connection for each name, or give the names certificates of their "
                      "own; nothing is to be mended in nginx."},
    LogLine{.part = "421 Misdirected Request",
            .meaning = "nginx's answer when the Host header selects another server block than "
                       "the SNI did, and that block asks for certificates.",
            .cause = "a browser that reuses a connection for a second name under one certificate",
            .remedy = "Open a connection for each name, or give the names certificates of their "
                      "own."},
    LogLine{.part = "handshake rejected while SSL handshaking",
            .meaning = "nginx refused the handshake for its name: ssl_reject_handshake on, or a "
                       "resumed session of another server block.",
            .cause = "a client without SNI or with a name that no server block has",
            .remedy = "Let the client ask for a name that is served."},
    LogLine{.part = "client sent plain HTTP request to HTTPS port",
            .meaning = "A request without TLS came to a TLS port: 400, no certificate was seen.",
            .cause = "http:// in place of https:// in a client, a check or a balancer",
            .remedy = "Use https:// there."},
    LogLine{.part = "no ssl_client_certificate ", .also = "for ssl_", .finding = kNoTrustSource},
    LogLine{.part = "_ssl_trusted_certificate for ",
            .meaning = "proxy_ssl_verify (or grpc_, uwsgi_) is on without a file of CAs: nginx "
                       "refuses to start or reload.",
            .cause = "proxy_ssl_trusted_certificate is missing at this place",
            .remedy = "Set proxy_ssl_trusted_certificate to the CAs of the backend."},
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
            .remedy = "Put the certificate first in its file and the key that belongs to it "
                      "beside it; check --with-keys compares them."},
    LogLine{.part = "cannot load certificate key",
            .meaning = "nginx cannot read a private key: it refuses to start or reload (with "
                       "variables in the path: the handshake fails).",
            .cause = "the file is missing or may not be read; it is encrypted and "
                     "ssl_password_file is not set; it holds no key",
            .remedy = "Look at the reason in brackets; mend path, permissions or content."},
    LogLine{.part = "cannot load certificate",
            .meaning = "nginx cannot read a certificate, or from 1.27.2 on a CA bundle, which it "
                       "takes whole or not at all: it refuses to start or reload (with variables "
                       "in the path: the handshake fails).",
            .cause = "the file is missing, or may not be read; it is empty, DER in place of PEM, "
                     "or was cut off; two files were joined without a newline between them",
            .remedy = "Look at the reason in brackets; mend path, permissions or content."},
    LogLine{.part = "conflicting server name", .finding = kServerShadowed},
    LogLine{.part = "unknown directive \"ssl\"", .finding = kSslOnRemoved},
    LogLine{.part = "the \"ssl\" directive is deprecated", .finding = kSslOnRemoved},
    LogLine{.part = "ignoring stale global SSL error",
            .meaning = "An error that OpenSSL left behind, of another connection's certificate: "
                       "a signature that a CA of the same name did not make.",
            .cause = "two CAs of one name and different keys without key identifiers in the "
                     "bundle; a forged certificate",
            .remedy = "Explain code 7; the line itself does no harm."},
    LogLine{.part = "alert certificate required",
            .meaning = "The peer asked nginx for a client certificate and got none (TLS 1.3).",
            .cause = "proxy_ssl_certificate is not set where nginx speaks to this backend",
            .remedy = "Set proxy_ssl_certificate and proxy_ssl_certificate_key."},
    LogLine{.part = "alert unknown ca",
            .meaning = "The peer does not trust the certificate that nginx presented.",
            .cause = "the peer lacks the CA; nginx presents its certificate without the "
                     "intermediates",
            .remedy = "Put the intermediates behind the certificate in ssl_certificate (or "
                      "proxy_ssl_certificate), or give the peer the CA."},
    LogLine{.part = "alert certificate expired",
            .meaning = "The peer says that the certificate nginx presented has expired.",
            .cause = "it was renewed on disk and nginx was not reloaded, or not renewed at all",
            .remedy = "Renew it and reload nginx."},
    LogLine{.part = "alert bad certificate",
            .meaning = "The peer refuses the certificate that nginx presented.",
            .cause = "a wrong name, a chain without its intermediates, a CA the peer does not "
                     "trust",
            .remedy = "Ask the peer's log for the reason; check name and chain."},
    LogLine{.part = "wrong version number",
            .meaning = "What came was no TLS: the handshake failed before any certificate.",
            .cause = "proxy_pass https:// to a port that speaks plain HTTP; another protocol on "
                     "this port",
            .remedy = "Write http:// there, or name the TLS port."},
    LogLine{.part = "SSL routines::unsupported protocol",
            .meaning = "The two sides have no version of TLS in common; no certificate was seen.",
            .cause = "a client that knows TLS 1.1 at most; ssl_protocols without what it knows",
            .remedy = "Renew the client; ssl_protocols TLSv1.2 TLSv1.3 is right."},
    LogLine{
        .part = "no shared cipher",
        .meaning = "The two sides have no cipher in common; no certificate was seen.",
        .cause = "a server block or a default server without ssl_certificate; ssl_ciphers that "
                 "fit no key of the server; an old client",
        .remedy = "Give the server block its certificate; compare ssl_ciphers with the client's."},
    LogLine{.part = "no suitable signature algorithm",
            .meaning = "The client accepts no signature that the key of the server can make; its "
                       "own certificate was not seen.",
            .cause = "a client that offers few algorithms; a server key of an unusual type",
            .remedy = "Add a certificate with a key of the type the client asks for (RSA, P-256)."},
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
