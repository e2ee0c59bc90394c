#include <array>

#include "catalogue/log_line_rows.h"

namespace mtls::catalogue::rows {
namespace {

// openssl verify, openssl s_client, curl with OpenSSL.
constexpr std::array kTable{
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

std::span<const LogLine> tools() { return kTable; }

}  // namespace mtls::catalogue::rows
