#include "reports/explain.h"

#include <openssl/x509_vfy.h>

#include <catch2/catch.hpp>

#include "audit/rules/registry.h"
#include "catalogue/log_lines.h"
#include "catalogue/verify_codes.h"

namespace mtls::reports {
namespace {

using Catch::Contains;
using Catch::StartsWith;

TEST_CASE("explain: a finding is explained by its row and leads to its heading") {
  for (const audit::rules::Rule* rule : audit::rules::all_rules()) {
    CAPTURE(rule->id);
    const Explanation said = explain(rule->id);
    CHECK(said.unknown.empty());
    CHECK(said.text == std::string(rule->id) + " (" + std::string(word(rule->severity)) +
                           ")\n  meaning: " + std::string(rule->meaning) +
                           "\n  remedy: " + std::string(rule->remedy) +
                           "\n  more: docs/findings.md#" + std::string(rule->id) + "\n");
  }
}

constexpr int kLastCode = 100;  // of OpenSSL 3.6

TEST_CASE("explain: every verify code has OpenSSL's own text, a meaning and a remedy") {
  const std::string unknown = X509_verify_cert_error_string(100'000);
  for (int code = 0; code <= kLastCode; ++code) {
    CAPTURE(code);
    const catalogue::VerifyCode* row = catalogue::find_verify_code(code);
    REQUIRE(row != nullptr);
    CHECK(row->code == code);
    const std::string said = X509_verify_cert_error_string(code);
    const bool is_known = code <= X509_V_ERR_EC_KEY_EXPLICIT_PARAMS || said != unknown;
    CHECK((!is_known || row->text == said || row->new_text == said));
    CHECK_FALSE(row->meaning.empty());
    CHECK_FALSE(row->remedy.empty());
    CHECK(row->old_text != row->text);
    CHECK(row->new_text != row->text);
    CHECK((row->old_code == 0 || row->old_code != row->code));
  }
  CHECK(catalogue::find_verify_code(-1) == nullptr);
  CHECK(catalogue::find_verify_code(kLastCode + 1) == nullptr);
}

TEST_CASE("explain: a code goes by number, constant, text of either release and nginx's variable") {
  for (const char* what :
       {"18", "X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT", "depth_zero_self_signed_cert",
        "self-signed certificate", "self signed certificate", "FAILED:self-signed certificate",
        "FAILED:self signed certificate", "  18\n"}) {
    CAPTURE(what);
    const Explanation said = explain(what);
    CHECK(said.unknown.empty());
    CHECK_THAT(said.text, StartsWith("X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT (18): "
                                     "self-signed certificate\n"));
  }
  CHECK(catalogue::find_verify_code("X509_V_ERR_INVALID_CA")->code == X509_V_ERR_INVALID_CA);
  CHECK(catalogue::find_verify_code("invalid CA certificate")->code == X509_V_ERR_INVALID_CA);
  CHECK(catalogue::find_verify_code("X509_V_OK")->code == 0);
}

TEST_CASE("explain: the codes optional_no_ca lets through say so, the others do not") {
  for (const int code : {18, 19, 20, 21, 27}) {
    CAPTURE(code);
    CHECK_THAT(explain(std::to_string(code)).text, Contains("optional_no_ca lets this code"));
  }
  for (const int code : {2, 10, 12, 23, 26}) {
    CAPTURE(code);
    CHECK_THAT(explain(std::to_string(code)).text, !Contains("optional_no_ca lets this code"));
  }
}

TEST_CASE("explain: a line of nginx's log leads to its code, its finding or its own words") {
  struct Row {
    const char* line;
    const char* begin;
  };
  for (const Row& row : {
           Row{"2026/01/01 00:00:00 [info] 7#7: *1 client SSL certificate verify error: "
               "(10:certificate has expired) while reading client request headers, client: "
               "127.0.0.1, server: a.test, request: \"GET / HTTP/1.1\", host: \"a.test\"",
               "X509_V_ERR_CERT_HAS_EXPIRED (10)"},
           Row{"client SSL certificate verify error: (21:unable to verify the first certificate) "
               "while SSL handshaking, client: 127.0.0.1, server: 127.0.0.1:1",
               "X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE (21)"},
           Row{"upstream SSL certificate verify error: (20:unable to get local issuer "
               "certificate) while SSL handshaking to upstream",
               "nginx verifies a backend here"},
           Row{"upstream SSL certificate does not match \"b.test\" while SSL handshaking",
               "upstream SSL certificate does not match\n"},
           Row{"client SSL certificate verify error: certificate status request failed while",
               "client SSL certificate verify error: certificate status request failed\n"},
           Row{"[info] 7#7: *1 client sent no required SSL certificate while reading client",
               "client sent no required SSL certificate\n"},
           Row{"client attempted to request the server name different from the one that was "
               "negotiated while reading client request headers",
               "client attempted to request the server name different\n"},
           Row{"[emerg] no ssl_client_certificate for ssl_verify_client", "no-trust-source"},
           Row{"[emerg] SSL_CTX_load_verify_locations(\"/ca.pem\") failed (SSL: error:80000002:"
               "system library::No such file or directory:calling fopen(/ca.pem, r))",
               "bundle-unreadable"},
           Row{"SSL_CTX_load_verify_locations(\"/ca.pem\") failed (SSL: error:05800088:x509 "
               "certificate routines::no certificate or crl found)",
               "bundle-empty"},
           Row{"SSL_CTX_load_verify_locations(\"/ca.pem\") failed (SSL: error:04800066:PEM "
               "routines::bad end line error:05880009:x509 certificate routines::PEM lib)",
               "bundle-unparsable"},
           Row{"no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client",
               "no-trust-source"},
           Row{"X509_LOOKUP_load_file(\"/a.crl\") failed (SSL: error:05800088:x509 certificate "
               "routines::no certificate or crl found)",
               "bundle-unparsable"},
           Row{"cannot load CRL \"/a.crl\": BIO_new_file() failed (SSL: error:80000002)",
               "bundle-unreadable"},
           Row{"cannot load CRL \"/a.crl\": PEM_read_bio_X509_CRL() failed (SSL: error:0480006C)",
               "bundle-unparsable"},
           Row{"cannot load certificate \"/a.pem\": PEM_read_bio_X509_AUX() failed (SSL: "
               "error:0480006C:PEM routines::no start line:Expecting: TRUSTED CERTIFICATE)",
               "cannot load certificate\n"},
           Row{"cannot load certificate \"/a.pem\": BIO_new_file() failed (SSL: error:80000002)",
               "cannot load certificate\n"},
           Row{"cannot load certificate key \"/a.key\": BIO_new_file() failed (SSL: error:8)",
               "cannot load certificate key\n"},
           Row{"[warn] conflicting server name \"a\" on 0.0.0.0:443, ignored", "server-shadowed"},
       }) {
    CAPTURE(row.line);
    const Explanation said = explain(row.line);
    CHECK(said.unknown.empty());
    CHECK_THAT(said.text, StartsWith(row.begin));
    CHECK_THAT(said.text, Contains("\n  meaning: ") && Contains("\n  remedy: "));
  }
}

TEST_CASE("explain: every known line is reached by its own words and says all of it") {
  for (const catalogue::LogLine* line : catalogue::log_lines()) {
    CAPTURE(line->part, line->also);
    CHECK(catalogue::find_log_line(std::string(line->part) + " " + std::string(line->also)) ==
          line);
    const bool has_words = !line->meaning.empty() && !line->cause.empty() && !line->remedy.empty();
    CHECK((has_words || line->finding.has_value()));
  }
}

TEST_CASE("explain: of several lines each is explained once") {
  const std::string line = "client SSL certificate verify error: (12:CRL has expired) while";
  const Explanation said = explain(line + "\n\n" + line + "\r\nca-expired\n");
  CHECK(said.unknown.empty());
  CHECK(said.text == explain("12").text + "\n" + explain("ca-expired").text);
}

TEST_CASE("explain: what nobody knows is named, harmless to the terminal, beside what is known") {
  for (const char* what : {"certificate-lost", "101", "-1", "10x", "",
                           "client SSL certificate verify error: (999:new) while"}) {
    CAPTURE(what);
    const Explanation said = explain(what);
    CHECK(said.text.empty());
    CHECK_THAT(said.unknown, StartsWith("nothing is known about \"" + std::string(what) + "\""));
    const bool is_word = std::string_view(what).find(' ') == std::string_view::npos;
    CHECK((said.unknown.find("\n    ca-expired\n") != std::string::npos) == is_word);
  }
  const Explanation mixed = explain("10\nwhat\x1B[31m\n");
  CHECK(mixed.text == explain("10").text);
  CHECK_THAT(mixed.unknown, StartsWith("nothing is known about \"what"));
  CHECK(mixed.unknown.find('\x1B') == std::string::npos);
}

}  // namespace
}  // namespace mtls::reports
