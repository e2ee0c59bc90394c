#include "audit/refusals/refusals.h"

#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

const std::string kFopen =
    " (SSL: error:80000002:system library::No such file or directory:calling fopen(";
const std::string kNoFile = ", r) error:10000080:BIO routines::no such file)";

std::string first_error(Host& host) {
  const auto errors = host.scratch()->nginx_errors();
  return errors.empty() ? "" : errors.front().text();
}

/// A configuration's text, and what a nginx of a version says first.
struct Row {
  config::Version version;
  std::string directives;
  std::string expect;  // "": it accepts
  config::Version openssl = {3, 0, 0};
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(config::to_string(row.version) << " " << row.directives);
    Host host;
    host.policy.build.version = row.version;
    host.policy.build.openssl = row.openssl;
    host.disk.put("/etc/nginx/junk", "junk");
    host.disk.put(kCrl, minted().crl(minted().root));
    host.conf(http_server(row.directives));
    CHECK(first_error(host) == row.expect);
  }
}

constexpr config::Version kOld{1, 22, 1};
constexpr config::Version kNew{1, 27, 2};

TEST_CASE("refusals: CA and CRL files are refused in the words of the version's loader") {
  const std::string own = std::string(kCertificate) + " ";
  const std::string no_start = " (SSL: error:0480006C:PEM routines::no start line:Expecting: ";
  const std::string none =
      " (SSL: error:05800088:x509 certificate routines::no certificate or crl "
      "found)";
  check({
      {kOld, own + "ssl_trusted_certificate no.pem;",
       "SSL_CTX_load_verify_locations(\"/etc/nginx/no.pem\") failed" + kFopen +
           "/etc/nginx/no.pem" +
           ", r) error:10000080:BIO routines::no such file error:05880002:x509 certificate "
           "routines::system lib)"},
      {kOld,
       own + "ssl_trusted_certificate no.pem;",
       "SSL_CTX_load_verify_locations(\"/etc/nginx/no.pem\") failed" + kFopen +
           "/etc/nginx/no.pem" +
           ", r) error:10000080:BIO routines::no such file error:05880020:x509 certificate "
           "routines::BIO lib)",
       {3, 5, 0}},
      {kNew, own + "ssl_trusted_certificate no.pem;",
       "cannot load certificate \"/etc/nginx/no.pem\": BIO_new_file() failed" + kFopen +
           "/etc/nginx/no.pem" + kNoFile},
      {kOld, own + "ssl_trusted_certificate junk;",
       "SSL_CTX_load_verify_locations(\"/etc/nginx/junk\") failed" + none},
      {kNew, own + "ssl_trusted_certificate junk;",
       "cannot load certificate \"/etc/nginx/junk\": PEM_read_bio_X509_AUX() failed" + no_start +
           "TRUSTED CERTIFICATE)"},
      {kOld, own + "ssl_crl junk;", "X509_LOOKUP_load_file(\"/etc/nginx/junk\") failed" + none},
      {kNew, own + "ssl_crl junk;",
       "cannot load CRL \"/etc/nginx/junk\": PEM_read_bio_X509_CRL() failed" + no_start +
           "X509 CRL)"},
      {kNew, own + "ssl_crl no.pem;",
       "cannot load CRL \"/etc/nginx/no.pem\": BIO_new_file() failed" + kFopen +
           "/etc/nginx/no.pem" + kNoFile},
      // R3.35: a certificate was good enough for ssl_crl; R4.4: a CRL for ssl_trusted_certificate.
      {kOld, own + "ssl_crl clients.pem;", ""},
      {kNew, own + "ssl_crl clients.pem;",
       "cannot load CRL \"/etc/nginx/clients.pem\": PEM_read_bio_X509_CRL() failed" + no_start +
           "X509 CRL)"},
      {kOld, own + "ssl_trusted_certificate clients.crl;", ""},
      {kNew, own + "ssl_trusted_certificate clients.crl;",
       "cannot load certificate \"/etc/nginx/clients.crl\": PEM_read_bio_X509_AUX() failed" +
           no_start + "TRUSTED CERTIFICATE)"},
      {kOld, own + "ssl_verify_client on; ssl_client_certificate clients.crl;",
       "SSL_load_client_CA_file(\"/etc/nginx/clients.crl\") failed" + no_start + "CERTIFICATE)"},
      {kNew, own + "ssl_verify_client on; ssl_trusted_certificate clients.pem;", ""},
      {kNew, own + "ssl_verify_client on;",
       "no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client"},
  });
}

TEST_CASE("refusals: before 1.21.2 the certificate is loaded before the ciphers are set") {
  const std::string directives =
      "ssl_certificate no.pem; ssl_certificate_key server.key; ssl_ciphers nope;";
  check({{{1, 21, 1},
          directives,
          "cannot load certificate \"/etc/nginx/no.pem\": BIO_new_file() failed" + kFopen +
              "/etc/nginx/no.pem" + kNoFile},
         {{1, 21, 2},
          directives,
          "SSL_CTX_set_cipher_list(\"nope\") failed (SSL: error:0A0000B9:SSL routines::no cipher "
          "match)"}});
}

TEST_CASE("refusals: what only another account or another OpenSSL could say is not said") {
  Host host;
  host.disk.fault(kServerKey, base::ErrorCode::kPermission);
  CHECK(first_error(host).empty());
  for (const auto code : {base::ErrorCode::kPermission, base::ErrorCode::kStuck,
                          base::ErrorCode::kTooLarge, base::ErrorCode::kNotRegular}) {
    host.disk.fault(kServerPem, code);
    CHECK(first_error(host).empty());
  }
  host.disk.fault(std::string(kServerPem) + "/.", base::ErrorCode::kNotRegular);  // a directory
  CHECK_FALSE(first_error(host).empty());

  Host newer;
  newer.policy.build.openssl.minor += 1;  // than the one that this test is linked with
  newer.conf(http_server(std::string(kVerifyOn) +
                         "ssl_ecdh_curve X25519MLKEM768; ssl_conf_command Options "
                         "PreferNoDHEKEX;"));
  CHECK(first_error(newer).empty());
  newer.conf(http_server(std::string(kVerifyOn) + "ssl_ciphers nope;"));  // every release (R9.19)
  CHECK(first_error(newer).find("no cipher match") != std::string::npos);
}

TEST_CASE("refusals: a weak certificate is not refused where openssl.cnf sets the level") {
  CertificateSpec spec;
  spec.key = testing::KeyKind::kRsa1024;
  Host host;
  host.disk.put(kServerPem, mint_valid(spec, days{-1}, days{30}).certificate_pem);
  CHECK(first_error(host).starts_with("SSL_CTX_use_certificate(\"/etc/nginx/server.pem\") failed"));
  host.disk.put("/etc/ssl/openssl.cnf", "CipherString = DEFAULT:@SECLEVEL=1\n");
  CHECK(first_error(host).empty());
}

TEST_CASE("refusals: a key is looked at, never read") {
  Host host;
  CHECK(host.scratch()->refusals.empty());
  CHECK_FALSE(host.disk.reads().contains(kServerKey));

  host.disk.remove(kServerKey);
  const auto missing = host.scratch();
  REQUIRE(missing->refusals.size() == 1);
  CHECK(missing->refusals.front().message ==
        "cannot load certificate key \"/etc/nginx/server.key\": BIO_new_file() failed" + kFopen +
            kServerKey + kNoFile);
  CHECK(missing->sightings().contains(kServerKey));
  CHECK(has(*missing, FindingKind::kNginxRefusesConfig));

  host.disk.put(kServerKey, "never opened");
  const auto back = host.after(missing, host.differences(*missing));
  CHECK(back->refusals.empty());
  CHECK_FALSE(host.disk.reads().contains(kServerKey));
}

TEST_CASE("refusals: an unchanged key is not looked at again, a changed one is") {
  Host host;
  const auto before = host.scratch();
  host.disk.remove(kServerKey);
  CHECK(host.after(before, {})->refusals.empty());
  CHECK(host.after(before, host.differences(*before))->refusals.size() == 1);
}

TEST_CASE("refusals: ten servers with the same broken file are one complaint") {
  Host host;
  std::string servers;
  for (int i = 0; i < 10; ++i) {
    servers += server("s" + std::to_string(i) + ".test", kVerifyOn);
  }
  host.conf(http(servers));
  host.disk.remove(kBundle);
  CHECK(host.scratch()->nginx_errors().size() == 1);
}

TEST_CASE("refusals: nothing is said of what comes behind an error in the text") {
  Host host;
  host.disk.remove(kServerPem);
  host.conf(http_server(std::string(kVerifyOn) + "ssl_verify_depth nope;"));
  const auto errors = host.scratch()->nginx_errors();
  REQUIRE(errors.size() == 1);
  CHECK(errors.front().message == "\"ssl_verify_depth\" directive invalid number");

  // http merges and loads before nginx reads on.
  host.conf(http_server(kVerifyOn) + "http { }\n");
  CHECK(first_error(host).starts_with("cannot load certificate \"/etc/nginx/server.pem\""));
}

TEST_CASE("refusals: a configuration that keeps its last good contexts adds none") {
  Host host;
  const auto good = host.scratch();
  host.conf("events { }\nhttp { nonsense");
  host.disk.remove(kServerPem);
  const auto broken = host.after(good, host.differences(*good));
  CHECK(broken->refusals.empty());
  CHECK(broken->nginx_errors().size() == 1);
}

}  // namespace
}  // namespace mtls::audit_fixture
