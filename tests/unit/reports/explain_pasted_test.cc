// The lines that people paste: of nginx, openssl and curl, with OpenSSL 1.1.1, 3.0, 3.5 and 3.6.
#include <catch2/catch.hpp>

#include "catalogue/alerts.h"
#include "catalogue/statuses.h"
#include "reports/explain.h"

namespace mtls::reports {
namespace {

using Catch::Contains;
using Catch::StartsWith;

struct Row {
  std::string line;
  std::string part;  // of what is said
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.line);
    const Explanation said = explain(row.line);
    CHECK(said.unknown.empty());
    CHECK_THAT(said.text, Contains(row.part));
    CHECK_THAT(said.text, Contains("\n  meaning: ") && Contains("\n  remedy: "));
  }
}

const std::string kClient = ") while SSL handshaking, client: 1.2.3.4, server: 0.0.0.0:443";
const std::string kUpstream =
    ") while SSL handshaking to upstream, client: 1.2.3.4, server: a, request: \"GET / HTTP/1.1\", "
    "upstream: \"https://10.0.0.1:443/\", host: \"a\"";
const std::string kFailed = "[info] 5#5: *3 SSL_do_handshake() failed (SSL: error:";

TEST_CASE("explain: a line with a verify code is about the code whose number it has") {
  check_rows({
      {"error 26 at 0 depth lookup: unsuitable certificate purpose", "X509_V_ERR_INVALID_PURPOSE"},
      {"error 26 at 0 depth lookup:unsupported certificate purpose", "X509_V_ERR_INVALID_PURPOSE"},
      {"error 20 at 0 depth lookup: unable to get local issuer certificate", " (20): "},
      {"error 2 at 1 depth lookup: unable to get issuer certificate", " (2): "},
      {"verify error:num=26:unsuitable certificate purpose", " (26): "},
      {"verify error:num=18:self signed certificate", " (18): "},
      {"Verify return code: 21 (unable to verify the first certificate)", " (21): "},
      {"    Verify return code: 0 (ok)", "X509_V_OK (0): "},
      {"Verification error: self-signed certificate in certificate chain", " (19): "},
      {"Verification: OK", "X509_V_OK (0): "},
      {"curl: (60) SSL certificate problem: unable to get local issuer certificate", " (20): "},
      {"curl: (60) SSL certificate problem: self signed certificate", " (18): "},
      {"*  SSL certificate verify result: self-signed certificate (18), continuing anyway.",
       " (18): "},
      {"(26:unsupported certificate purpose)", " (26): "},
      {"68:CA signature digest algorithm too weak", " (68): "},
      {"ssl.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has "
       "expired (_ssl.c:1123)",
       " (10): "},
      {"1.2.3.4 - - \"GET / HTTP/1.1\" 400 208 FAILED:certificate has expired -", " (10): "},
      {"X509_V_ERR_CRL_HAS_EXPIRED at depth 0", " (12): "},
      {"  code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'", " (21): "},
      // The number decides, unless nobody has it.
      {"client SSL certificate verify error: (3:certificate has expired) while", " (3): "},
      {"verify error:num=999:certificate has expired", " (10): "},
      // OpenSSL 3.5 and 3.6.
      {"95", "X509_V_ERR_RPK_UNTRUSTED (95): "},
      {"verify error:num=9:certificate is not yet valid or the system clock is incorrect",
       " (9): "},
      {"certificate is not yet valid or the system clock is incorrect", " (9): "},
      {"error 99 at 0 depth lookup: OCSP response has expired", "OCSP_HAS_EXPIRED (99): "},
  });
}

TEST_CASE("explain: a number that OpenSSL 1.1.1 has for another error is told apart by its text") {
  const std::string old_ca = "X509_V_ERR_INVALID_CA (24 in OpenSSL 1.1.1, 79 since 3.0): ";
  check_rows({
      {"24:invalid CA certificate", old_ca},
      {"error 24 at 1 depth lookup:invalid CA certificate", old_ca},
      {"verify error:num=24:invalid CA certificate", old_ca},
      {"client SSL certificate verify error: (24:invalid CA certificate) while reading", old_ca},
      {"SSL certificate verify result: invalid CA certificate (24), continuing anyway.", old_ca},
      {"error 79 at 1 depth lookup: invalid CA certificate", "X509_V_ERR_INVALID_CA (79): "},
      {"FAILED:invalid CA certificate", "X509_V_ERR_INVALID_CA (79): "},
      {"24:issuer certificate doesn't have a public key", "NO_ISSUER_PUBLIC_KEY (24): "},
      {"24", "NO_ISSUER_PUBLIC_KEY (24): "},
      {"79:Certificate public key has explicit ECC parameters",
       "EC_KEY_EXPLICIT_PARAMS (79 in OpenSSL 1.1.1, 94 since 3.0): "},
      {"79", "X509_V_ERR_INVALID_CA (79): "},
  });
  CHECK_THAT(explain("24:invalid CA certificate").text, Contains("basicConstraints"));
}

TEST_CASE("explain: it says who verified: nginx a client, nginx a backend, or a tool") {
  const std::string upstream = "nginx verifies a backend here";
  const std::string tool = "openssl or curl verifies here";
  const std::string failed = kFailed +
                             "0A000086:SSL routines::certificate verify failed:unable to "
                             "get local issuer certificate";
  for (const auto& [line, note] : std::vector<std::pair<std::string, std::string>>{
           {failed + kUpstream, upstream},
           {"upstream SSL certificate verify error: (20:unable to get local issuer certificate)",
            upstream},
           {"curl: (60) SSL certificate problem: unable to get local issuer certificate", tool},
           {"error 20 at 0 depth lookup: unable to get local issuer certificate", tool},
           {failed + kClient, "X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY (20): "},
           {"client SSL certificate verify error: (20:unable to get local issuer certificate)",
            "X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY (20): "},
       }) {
    CAPTURE(line);
    CHECK_THAT(explain(line).text, StartsWith(note) && Contains(" (20): "));
  }
}

TEST_CASE("explain: every alert goes by name, by number and by the words of each OpenSSL") {
  for (const catalogue::TlsAlert* alert : catalogue::tls_alerts()) {
    const std::string words(alert->words);
    const std::string number = std::to_string(alert->number);
    const std::string begin = "TLS alert " + alert->name() + " (" + number + ")\n";
    CAPTURE(begin);
    for (const std::string& line :
         {alert->name(), words, "alert " + number, "SSL alert number " + number,
          "sslv3 alert " + words, "tlsv1 alert " + words, "tlsv13 alert " + words,
          "ssl/tls alert " + words, "curl: (35) TLS alert, " + words + " (512):",
          "SSL3 alert read:fatal:" + words, "Received fatal alert: " + alert->name(),
          "error:0A000412:lib(20)::reason(" + std::to_string(1000 + alert->number) + ")",
          kFailed + "14094412:SSL routines:ssl3_read_bytes:sslv3 alert " + words +
              ":SSL alert number " + number + kClient}) {
      CAPTURE(line);
      // RFC 5246 has one alert that OpenSSL has a verify code of the same words for.
      if (line == "certificate revoked") continue;
      CHECK_THAT(explain(line).text, StartsWith(begin) && Contains("\n  remedy: "));
    }
    CHECK_FALSE(alert->meaning.empty());
    for (const catalogue::AlertCause& of : {alert->of_client, alert->of_backend}) {
      CHECK_FALSE(of.cause.empty());
      CHECK_FALSE(of.remedy.empty());
    }
  }
  // The alerts of RFC 8446 and 5246, and of OpenSSL beside them.
  for (const int number :
       {0,  10, 20, 21, 22, 30, 40, 41,  42,  43,  44,  45,  46,  47,  48,  49,  50,
        51, 60, 70, 71, 80, 86, 90, 100, 109, 110, 111, 112, 113, 114, 115, 116, 120}) {
    CHECK_THAT(explain("SSL alert number " + std::to_string(number)).text,
               StartsWith("TLS alert ") && Contains("(" + std::to_string(number) + ")"));
  }
}

TEST_CASE("explain: the words of an alert are looked up whole, the longest first") {
  check_rows({
      {"tlsv1 bad certificate hash value:SSL alert number", "bad_certificate_hash_value (114)"},
      {"tlsv1 bad certificate status response", "bad_certificate_status_response (113)"},
      {"tlsv1 unrecognized name", "unrecognized_name (112)"},
      {"tlsv1 alert user cancelled", "user_canceled (90)"},
      {"remote error: tls: unknown certificate authority", "unknown_ca (48)"},
      {"remote error: tls: unknown certificate", "certificate_unknown (46)"},
      {"code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'", "certificate_required (116)"},
  });
}

TEST_CASE("explain: it says which side sent the alert") {
  const std::string alert = kFailed +
                            "0A000412:SSL routines::sslv3 alert bad certificate:SSL alert "
                            "number 42";
  for (const auto& [line, sender, file] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {alert + kClient, "the peer, a client", "ssl_certificate"},
           {alert + kUpstream, "the peer, a backend", "proxy_ssl_certificate"},
           {"SSL_read() failed (SSL: error:0A00045C:SSL routines::tlsv13 alert certificate "
            "required:SSL alert number 116) while reading response header from upstream",
            "the peer, a backend", "proxy_ssl_certificate"},
           {"SSL_read() failed (SSL: error:0A000416:SSL routines::sslv3 alert certificate "
            "unknown:SSL alert number 46) while waiting for request, client: 1.2.3.4",
            "the peer, a client", "ssl_certificate"},
           {"curl: (56) OpenSSL SSL_read: OpenSSL/3.0.9: error:0A00045C:SSL routines::tlsv13 alert "
            "certificate required, errno 0",
            "the peer, a server", "proxy_ssl_certificate"},
           {"* TLSv1.3 (IN), TLS alert, unknown CA (560):", "the peer, a server",
            "proxy_ssl_certificate"},
           {"40B7:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:../ssl/record/"
            "rec_layer_s3.c:1590:SSL alert number 48",
            "the peer, a server", "proxy_ssl_certificate"},
           {"sslv3 alert bad certificate", "the line does not say", "proxy_ssl_certificate"},
       }) {
    CAPTURE(line);
    CHECK_THAT(explain(line).text, Contains("\n  sent by: " + sender) && Contains(file));
  }
  CHECK_THAT(explain(alert + kClient).text, !Contains("proxy_ssl_certificate"));
}

TEST_CASE("explain: nginx's statuses and the texts of its pages") {
  for (const catalogue::Status& status : catalogue::statuses()) {
    const std::string number = std::to_string(status.code);
    CAPTURE(number);
    const std::string begin = "status " + number + "\n";
    CHECK_THAT(explain(number).text, StartsWith(begin) && Contains("\n  remedy: "));
    for (const std::string& line :
         {"1.2.3.4 - - [1/Jan/2026] \"GET / HTTP/1.1\" " + number + " 208 \"-\" \"curl\"",
          "HTTP/1.1 " + number, "{\"status\": \"" + number + "\"}", "{\"status\":" + number + "}",
          "status=" + number, "error_page " + number + " /e;"}) {
      CAPTURE(line);
      CHECK_FALSE(explain(line).text.starts_with(begin) != status.is_nginx_own);
    }
  }
  check_rows({{"error_page 495 496 =403 /e;", "status 495"},
              {"496 SSL Certificate Required", "status 496"},
              {"499 Client Closed Request", "status 499"},
              {"the server returned 495", "status 495"},
              {"<center>The SSL certificate error</center>", "client SSL certificate verify error"},
              {"* BYE No required SSL certificate", "client sent no required SSL certificate"},
              {"421 4.7.1 SSL certificate error", "client SSL certificate verify error"},
              {"400 The plain HTTP request was sent to HTTPS port", "497"},
              {"client sent plain HTTP request to HTTPS port", "497"},
              {"<h1>421 Misdirected Request</h1>", "Host"}});
}

TEST_CASE("explain: OCSP and stapling, files, directives, handshakes and tools") {
  const std::string asking = " while requesting certificate status, responder: o.test";
  const std::string nginx = "nginx-refuses-config (critical)\n";
  check_rows({
      {"ssl_client_verify=FAILED:certificate status request failed", "OCSP responder"},
      {"FAILED:certificate status unknown", "another CA"},
      {"[error] 5#5: OCSP responder timed out (110: Connection timed out)" + asking, "OCSP"},
      {"no resolver defined to resolve o.test" + asking, "resolver"},
      {"o.test could not be resolved (3: Host not found)" + asking, "name server"},
      {"no OCSP responder URL in certificate" + asking, "ssl_ocsp_responder"},
      {"OCSP responder prematurely closed connection" + asking, "HTTP/1.0"},
      {"OCSP responder sent invalid response" + asking, "login page"},
      {"OCSP responder sent invalid \"Content-Type\" header: \"text/html\"" + asking, "login page"},
      {"OCSP response not successful (6: unauthorized)" + asking, "does not serve this CA"},
      {"OCSP_basic_verify() failed (SSL: error:13800070:OCSP routines::root ca not trusted)" +
           asking,
       "OCSPSigning"},
      {"certificate status not found in the OCSP response" + asking, "other certificates"},
      {"OCSP_check_validity() failed" + asking, "nextUpdate"},
      {"certificate status \"revoked\" in the OCSP response" + asking, "revoked"},
      {"connect() failed (111: Connection refused)" + asking, "ssl_ocsp refuses the client"},
      {"invalid URL prefix in OCSP responder \"https://x/\" in \"ssl_ocsp_responder\"", "http://"},
      {"nginx: [warn] \"ssl_stapling\" ignored, issuer certificate not found for certificate "
       "\"/x\"",
       "intermediates"},
      {"nginx: [warn] \"ssl_stapling\" ignored, no OCSP responder URL in the certificate \"/x\"",
       "ssl_stapling off"},
      {"[emerg] \"ssl_ocsp\" is incompatible with \"ssl_verify_client optional_no_ca\"",
       "verified"},

      {"SSL_CTX_use_certificate(\"/x\") failed (SSL: error:140AB18E:SSL "
       "routines:SSL_CTX_use_certificate:ca md too weak)",
       "SHA-1"},
      {"SSL_CTX_use_certificate(\"/x\") failed (SSL: error:0A00018F:SSL routines::ee key too "
       "small)",
       "1024 bits"},
      {"SSL_CTX_use_PrivateKey(\"/x\") failed (SSL: error:0B080074:x509 certificate "
       "routines:X509_check_private_key:key values mismatch)",
       "--with-keys"},
      {"SSL_CTX_load_verify_locations(\"/x\") failed (SSL: error:04800066:PEM routines::bad end "
       "line)",
       "without a newline"},
      {"cannot load certificate \"/x\": PEM_read_bio_X509_AUX() failed (SSL: error:04800066:PEM "
       "routines::bad end line)",
       "without a newline"},
      {"cannot load certificate \"/x\": BIO_new_file() failed (SSL: error:8000000D:system "
       "library::Permission denied:calling fopen(/x, r))",
       "SELinux"},
      {"cannot load certificate key \"/x\": BIO_new_file() failed (SSL: error:0200100D:system "
       "library:fopen:Permission denied:fopen('/x','r'))",
       "SELinux"},
      {"cannot load CRL \"/x\": BIO_new_file() failed (SSL: error:8000000D:system "
       "library::Permission denied)",
       "bundle-unreadable (critical)\n  meaning: nginx may not read"},
      {"BIO_new_file(\"/x.pem\") failed (SSL: error:02001002:system library:fopen:No such file or "
       "directory:fopen('/x.pem','r'))",
       "does not exist"},
      {"PEM_read_bio_X509_AUX(\"/x.pem\") failed (SSL: error:0906D06C:PEM routines:PEM_read_bio:no "
       "start line:Expecting: TRUSTED CERTIFICATE)",
       "BEGIN CERTIFICATE"},
      {"BIO_new_file(\"/dh.pem\") failed (SSL: error:8000000D:system library::Permission denied)",
       "SELinux"},

      {"[emerg] 1#1: \"ssl_verify_client\" directive is not allowed here in /a:1",
       nginx + "  meaning: nginx knows the directive"},
      {"nginx: [emerg] \"ssl_crl\" directive is duplicate in /a:1",
       nginx + "  meaning: The directive"},
      {"nginx: [emerg] unknown directive \"ssl_verify\" in /a:1", nginx + "  meaning: No module"},
      {"[emerg] invalid number of arguments in \"ssl_crl\" directive in /a:1", "`;` is missing"},
      {"[emerg] directive \"server\" has no opening \"{\" in /a:1", nginx},
      {"[emerg] directive \"root\" is not terminated by \";\" in /a:1", "`;` is missing"},
      {"[emerg] unexpected \"}\" in /a:1", nginx},
      {"[emerg] unexpected end of file, expecting \"}\" in /a:1", nginx},
      {"[emerg] no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive in /a:1",
       "no certificate"},
      {"nginx: [warn] conflicting server name \"a\" on 0.0.0.0:443, ignored", "server-shadowed"},
      {"[emerg] unknown directive \"ssl\" in /a:1", "ssl-on-removed"},
      {"{\"msg\":\"unknown directive \\\"ssl_verify\\\" in /a:1\"}", nginx},
      {"[emerg] SSL_CTX_set_cipher_list(\"X\") failed (SSL: error:0A0000B9:SSL routines::no cipher "
       "match)",
       "openssl ciphers"},
      {"[emerg] SSL_CONF_cmd(\"X\", \"Y\") failed (SSL: error:0A000182:SSL routines::unknown cmd "
       "name)",
       "ssl_conf_command"},
      {"[emerg] anything else", nginx},

      {kFailed + "0A0000C7:SSL routines::peer did not return a certificate" + kClient,
       "VerifyMode"},
      {kFailed + "1417C086:SSL routines:tls_process_client_certificate:certificate verify failed" +
           kClient,
       "VerifyMode"},
      {kFailed + "0A00014D:SSL routines::legacy sigalg disallowed or unsupported" + kClient,
       "every cipher"},
      {kFailed + "0A00018C:SSL routines::version too low" + kClient, "ssl_protocols"},
      {kFailed + "0A00009C:SSL routines::http request" + kClient, "https://"},
      {kFailed + "0A000065:SSL routines::no suitable key share" + kClient, "ssl_ecdh_curve"},
      {kFailed + "0A000126:SSL routines::unexpected eof while reading" + kClient, "close_notify"},
      {kFailed + "0A000999:SSL routines::something new" + kClient, "A handshake failed"},
      {"peer closed connection in SSL handshake while SSL handshaking, client: 1.2.3.4", "alert"},
      {"client timed out (110: Connection timed out) while SSL handshaking, client: 1.2.3.4",
       "PIN"},
      {"curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to a:443", "no alert"},

      {"error client.pem: verification failed", "explain on that line"},
      {"No client certificate CA names sent", "-servername"},
      {"curl: (60) SSL: no alternative certificate subject name matches target host name 'a'",
       "subjectAltName"},
      {"curl: (58) unable to set private key file: 'x' type PEM", "--key"},
  });
}

TEST_CASE("explain: a backend's name that does not match leads to IP SANs, which nginx ignores") {
  const Explanation said = explain(
      "[error] 28#28: *1 upstream SSL certificate does not match \"10.10.10.1\" while SSL "
      "handshaking to upstream");
  CHECK_THAT(said.text,
             Contains("ignores its IP addresses (IP SANs)") && Contains("proxy_ssl_name"));
}

TEST_CASE("explain: lines about other things are not known") {
  for (const char* line :
       {"2026/01/01 00:00:00 [error] 7#7: *1 open() \"/usr/share/nginx/html/favicon.ico\" failed "
        "(2: "
        "No such file or directory), client: 1.2.3.4, server: a, request: \"GET /favicon.ico\"",
        "[error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream",
        "[error] 7#7: *1 upstream timed out (110: Connection timed out) while reading response",
        "[error] 7#7: *495 limiting requests, excess: 0.499 by zone \"a\"",
        "[notice] 496#497: signal process started",
        "[notice] 1#1: worker process 42 exited",
        "[alert] 42#42: worker process 48 exited on signal 11",
        "[alert] 42#42: could not open error log file",
        "1.2.3.4 - - [1/Jan/2026] \"GET / HTTP/1.1\" 200 495 \"-\" \"curl\"",
        "1.2.3.4 - - [1/Jan/2026] \"GET / HTTP/1.1\" 400 157 \"-\" \"curl\"",
        "HTTP/1.1 200 OK",
        "502 Bad Gateway",
        "498",
        "error 404",
        "error 26",
        "error 26 at line 3",
        "C = DE, CN = client",
        "depth=0 CN = client",
        "verify return:1",
        "client.pem: OK",
        "curl: (7) Failed to connect to a port 443: Connection refused",
        "verify error:num=:x",
        "verify error:num=999:no such text",
        "Verify return code: 999 (x)",
        "alert 43434",
        "SSL alert number 250",
        "the alert fired",
        "tlsv1 only",
        "alert bad certificates",
        "101:some text",
        "10:30",
        "12:CRL",
        "(10:00)",
        "FAILED:nothing that OpenSSL says",
        "FAILED",
        "X509_V_ERR_NO_SUCH",
        "reason(1042)x",
        "certificate",
        "permission denied",
        "SSL",
        "http request"}) {
    CAPTURE(line);
    const Explanation said = explain(line);
    CHECK(said.text.empty());
    CHECK_THAT(said.unknown, StartsWith("nothing is known about \""));
  }
}

}  // namespace
}  // namespace mtls::reports
