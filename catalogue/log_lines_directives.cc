#include <array>

#include "catalogue/log_line_rows.h"

namespace mtls::catalogue::rows {
namespace {

using enum audit::FindingKind;

// ngx_conf_file.c (R1.11), ngx_http_ssl_module.c and its kin in stream and mail.
constexpr std::array kTable{
    LogLine{.part = "no ssl_client_certificate ", .also = "for ssl_", .finding = kNoTrustSource},
    LogLine{.part = "_ssl_trusted_certificate for ",
            .meaning = "proxy_ssl_verify (grpc_ssl_verify, uwsgi_ssl_verify) is on without a file "
                       "of CAs: nginx refuses to start or reload.",
            .cause = "proxy_ssl_trusted_certificate is not set here",
            .remedy = "Set proxy_ssl_trusted_certificate to a file with the backend's CA."},
    LogLine{.part = "no \"ssl_certificate",
            .also = " is defined ",
            .meaning = "A server block on a TLS address has no certificate or no key of its own: "
                       "nginx refuses to start or reload.",
            .cause = "ssl_certificate or ssl_certificate_key is missing in this server block, and "
                     "not inherited from the block around it",
            .remedy = "Set both, or ssl_reject_handshake on in a block that serves nobody."},
    LogLine{.part = "conflicting server name", .finding = kServerShadowed},
    LogLine{.part = "unknown directive \"ssl\"", .finding = kSslOnRemoved},
    LogLine{.part = "the \"ssl\" directive is deprecated", .finding = kSslOnRemoved},
    LogLine{.part = "\" directive is not allowed here",
            .finding = kNginxRefusesConfig,
            .meaning = "nginx knows the directive, but not in this block, and refuses to start or "
                       "reload.",
            .cause = "ssl_verify_client and its kin may stand in http, stream, mail and server, "
                     "never in location or if; proxy_ssl_* may stand in a location, not in if; a "
                     "brace that is missing or too many before this line; a file included in the "
                     "wrong block",
            .remedy =
                "Move the directive. To ask for certificates at some paths only, set "
                "ssl_verify_client optional in the server block, and refuse $ssl_client_verify "
                "other than SUCCESS in the location."},
    LogLine{.part = "\" directive is duplicate",
            .finding = kNginxRefusesConfig,
            .meaning = "The directive is a duplicate: it stands twice in one block, and nginx "
                       "refuses to start or "
                       "reload.",
            .cause = "an include in this block has it too; a line was copied",
            .remedy = "Remove one of the two. Several CAs go into one file of "
                      "ssl_client_certificate, one after the other, not into several directives."},
    LogLine{.part = "unknown directive ",
            .finding = kNginxRefusesConfig,
            .meaning = "No module of this nginx has the directive, and it refuses to start or "
                       "reload.",
            .cause = "a spelling mistake; a module that is not loaded (load_module) or not built "
                     "in (nginx -V); an nginx that is older or newer than the directive; a `;` is "
                     "missing before this line",
            .remedy = "Correct the name, load the module, or install a release that has the "
                      "directive."},
    LogLine{.part = "invalid number of arguments in ",
            .finding = kNginxRefusesConfig,
            .meaning = "The directive has too few or too many words, and nginx refuses to start or "
                       "reload.",
            .cause = "a `;` is missing at the end of this line or the one before; a value with "
                     "blanks without quotes",
            .remedy = "Write the missing `;`, or put quotes around the value."},
    LogLine{.part = "has no opening ",
            .finding = kNginxRefusesConfig,
            .meaning = "The directive needs a block, and nginx refuses to start or reload.",
            .cause = "a `;` in place of `{`",
            .remedy = "Write the block."},
    LogLine{.part = "is not terminated by ",
            .finding = kNginxRefusesConfig,
            .meaning =
                "A directive without a block is followed by `{` or `}`, and nginx refuses to "
                "start or reload.",
            .cause = "a `;` is missing at the end of the directive",
            .remedy = "Write the missing `;`."},
    LogLine{.part = "unexpected \"}\"",
            .finding = kNginxRefusesConfig,
            .meaning = "A `}` closes nothing, and nginx refuses to start or reload.",
            .cause = "a `{` is missing further up, or a `;` directly before the `}`",
            .remedy = "Balance the braces above this line."},
    LogLine{.part = "unexpected end of file",
            .finding = kNginxRefusesConfig,
            .meaning = "The file ends inside a block or a directive, and nginx refuses to start or "
                       "reload.",
            .cause = "a `}` or `;` is missing; the file was cut off while it was written",
            .remedy = "Complete the file; write configuration files by a rename."},
    LogLine{.part = "no cipher match",
            .finding = kNginxRefusesConfig,
            .meaning = "This OpenSSL knows none of the ciphers that the directive lists, and nginx "
                       "refuses to start or reload.",
            .cause =
                "a spelling mistake in ssl_ciphers or proxy_ssl_ciphers; ciphers of TLS 1.3, "
                "which go into ssl_conf_command Ciphersuites; ciphers that OpenSSL 3 no longer has",
            .remedy = "Try the list with openssl ciphers -v LIST."},
    LogLine{
        .part = "SSL_CONF_cmd(",
        .also = " failed",
        .finding = kNginxRefusesConfig,
        .meaning = "OpenSSL does not take a name or value of ssl_conf_command (or "
                   "proxy_ssl_conf_command), and nginx refuses to start or reload.",
        .cause = "a spelling mistake; a file that is missing; an OpenSSL that is older than the "
                 "command",
        .remedy = "Compare with SSL_CONF_cmd(3), section supported configuration file commands."},
    LogLine{.part = "[emerg] ", .finding = kNginxRefusesConfig},
};

}  // namespace

std::span<const LogLine> directives() { return kTable; }

}  // namespace mtls::catalogue::rows
