#include <array>

#include "catalogue/log_line_rows.h"

namespace mtls::catalogue::rows {
namespace {

using enum audit::FindingKind;

constexpr std::string_view kTrustCall = "SSL_CTX_load_verify_locations(";
constexpr std::string_view kNamesCall = "SSL_load_client_CA_file(";
constexpr std::string_view kCrlCall = "X509_LOOKUP_load_file(";
constexpr std::string_view kCrlRead = "cannot load CRL";

constexpr std::string_view kNotReadable =
    "nginx may not read the file (permission denied). Its master reads it as root at start and "
    "reload; only where the "
    "path has variables a worker reads it, as the user of the directive user.";
constexpr std::string_view kNotReadableCauses =
    "nginx -t was run by another user than root; SELinux or AppArmor (ausearch -m avc, journalctl "
    "-k); a container or a systemd unit that does not show the directory; a network file system "
    "that turns root into nobody; a path with variables and a file of mode 600";
constexpr std::string_view kNotReadableRemedy =
    "Run nginx -t as root. Look at each directory of the path (namei -l PATH) and at labels (ls "
    "-Z PATH; restorecon PATH).";
constexpr std::string_view kJoined =
    "two files were joined without a newline between them, so that END and BEGIN share a line; the "
    "file was cut off while it was copied; blank lines or indentation inside a block";
constexpr std::string_view kJoinedRemedy =
    "Look for -----END CERTIFICATE----------BEGIN in the file and put a newline between the two. "
    "Write files by a rename, never in place. check FILE names the line.";
constexpr std::string_view kTooWeak =
    "nginx refuses to start or reload: this OpenSSL takes no certificate of that strength at its "
    "security level (2 on Debian and Ubuntu: SHA-256, RSA 2048, EC 224).";
constexpr std::string_view kTooWeakRemedy =
    "Issue the certificate again, with SHA-256 and a key of EC P-256 or RSA 2048. Until then "
    "ssl_ciphers DEFAULT:@SECLEVEL=0 (1 for keys) lets nginx start, and weakens every connection.";

// ngx_ssl_certificate(), ngx_ssl_client_certificate(), ngx_ssl_trusted_certificate(), ngx_ssl_crl()
// and ngx_ssl_cache_*(), with the reasons of OpenSSL's libraries behind them.
constexpr std::array kTable{
    LogLine{.part = "ca md too weak",
            .meaning = kTooWeak,
            .cause = "the certificate is signed with SHA-1 or MD5, which is too weak; the host was "
                     "upgraded from OpenSSL 1.1.1",
            .remedy = kTooWeakRemedy},
    LogLine{.part = "ee key too small",
            .meaning = kTooWeak,
            .cause = "the key of the server's own certificate is too weak: RSA with 1024 bits",
            .remedy = kTooWeakRemedy},
    LogLine{
        .part = "ca key too small",
        .meaning = kTooWeak,
        .cause = "the key of a CA in the file of ssl_certificate is too weak: RSA with 1024 bits",
        .remedy = kTooWeakRemedy},
    LogLine{.part = "dh key too small",
            .meaning = "The Diffie-Hellman parameters are too weak for OpenSSL's security level.",
            .cause = "ssl_dhparam with 1024 bits; as a client, a backend with such parameters",
            .remedy = "Make parameters of 2048 bits (openssl dhparam 2048), or remove ssl_dhparam: "
                      "ECDHE needs none."},
    LogLine{.part = kTrustCall, .also = "No such file", .finding = kBundleUnreadable},
    LogLine{.part = kTrustCall,
            .also = "ermission denied",
            .finding = kBundleUnreadable,
            .meaning = kNotReadable,
            .cause = kNotReadableCauses,
            .remedy = kNotReadableRemedy},
    LogLine{.part = kTrustCall, .also = "no certificate or crl found", .finding = kBundleEmpty},
    LogLine{.part = kTrustCall,
            .also = "bad end line",
            .finding = kBundleUnparsable,
            .cause = kJoined,
            .remedy = kJoinedRemedy},
    LogLine{.part = kTrustCall, .finding = kBundleUnparsable},
    LogLine{.part = kNamesCall, .also = "no start line", .finding = kBundleEmpty},
    LogLine{.part = kNamesCall, .finding = kBundleUnparsable},
    LogLine{.part = kCrlCall, .also = "No such file", .finding = kBundleUnreadable},
    LogLine{.part = kCrlCall,
            .also = "ermission denied",
            .finding = kBundleUnreadable,
            .meaning = kNotReadable,
            .cause = kNotReadableCauses,
            .remedy = kNotReadableRemedy},
    LogLine{.part = kCrlCall, .finding = kBundleUnparsable},
    LogLine{.part = kCrlRead,
            .also = "ermission denied",
            .finding = kBundleUnreadable,
            .meaning = kNotReadable,
            .cause = kNotReadableCauses,
            .remedy = kNotReadableRemedy},
    LogLine{.part = kCrlRead, .also = "BIO_new_file() failed", .finding = kBundleUnreadable},
    LogLine{.part = kCrlRead, .finding = kBundleUnparsable},
    LogLine{.part = "key values mismatch",
            .meaning = "A private key does not belong to the certificate beside it: nginx "
                       "refuses to start or reload.",
            .cause = "only one of the two files was renewed; the chain file does not begin with "
                     "the server's own certificate",
            .remedy = "Put the server's own certificate first in its file, and set "
                      "ssl_certificate_key to its key. check --with-keys compares the two."},
    LogLine{.part = "key type mismatch",
            .meaning = "A private key is of another type than the certificate beside it (RSA and "
                       "EC): nginx refuses to start or reload.",
            .cause = "ssl_certificate and ssl_certificate_key of two pairs were mixed; the chain "
                     "file does not begin with the server's own certificate",
            .remedy = "Set each ssl_certificate_key to the key of the ssl_certificate before it."},
    LogLine{.part = "cannot load certificate",
            .also = "ermission denied",
            .meaning = kNotReadable,
            .cause = kNotReadableCauses,
            .remedy = kNotReadableRemedy},
    LogLine{
        .part = "cannot load certificate key",
        .also = "bad decrypt",
        .meaning = "The private key is encrypted, and no password of ssl_password_file opens it.",
        .cause = "another password; ssl_password_file belongs to another key",
        .remedy = "Try openssl pkey -in KEY -noout with the password; correct the file."},
    LogLine{
        .part = "cannot load certificate key",
        .meaning = "nginx cannot read a private key and refuses to start or reload. If the path "
                   "has variables, the handshake fails instead.",
        .cause = "the file is missing, or nginx may not read it; the key is encrypted, and "
                 "ssl_password_file is not set; the file holds no key",
        .remedy =
            "Read the reason in parentheses; correct the path, the permissions or the content."},
    LogLine{.part = "cannot load certificate",
            .also = "bad end line",
            .meaning =
                "A block of a file with certificates is broken: nginx refuses the whole file "
                "and refuses to start or reload.",
            .cause = kJoined,
            .remedy = kJoinedRemedy},
    LogLine{
        .part = "cannot load certificate",
        .meaning = "nginx cannot read a certificate (since 1.27.2 also: a CA bundle, which it "
                   "takes whole or not at all) and refuses to start or reload. If the path has "
                   "variables, the handshake fails instead.",
        .cause = "the file is missing, or nginx may not read it; it is empty, cut off, or DER "
                 "instead of PEM (-----BEGIN CERTIFICATE-----); two files were joined without a "
                 "newline between them",
        .remedy =
            "Read the reason in parentheses; correct the path, the permissions or the content."},
    LogLine{.part = "BIO_new_file(",
            .also = "ermission denied",
            .meaning = kNotReadable,
            .cause = kNotReadableCauses,
            .remedy = kNotReadableRemedy},
    LogLine{.part = "BIO_new_file(",
            .also = "o such file",
            .meaning =
                "A file that a directive names does not exist (nginx before 1.15.9 says so of "
                "certificates): nginx refuses to start or reload.",
            .cause = "a spelling mistake; a relative path, which begins at nginx's configuration "
                     "directory; a link that leads nowhere; a directory that a container lacks",
            .remedy = "Correct the path; look at it with ls -lL PATH."},
    LogLine{
        .part = "no start line",
        .meaning = "A file has no block of the kind that was looked for, such as -----BEGIN "
                   "CERTIFICATE-----.",
        .cause = "it is DER, PKCS#7 or PKCS#12 instead of PEM; it is empty; certificate and key "
                 "were swapped; blanks before -----BEGIN, other dashes, UTF-16",
        .remedy = "Look at its first line (head -c 64 FILE | xxd). openssl x509 -inform DER -in "
                  "FILE turns a certificate into PEM."},
};

}  // namespace

std::span<const LogLine> files() { return kTable; }

}  // namespace mtls::catalogue::rows
