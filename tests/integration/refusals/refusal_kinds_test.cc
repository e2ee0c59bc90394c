// The refusals of stream and mail, which have rules of their own, and those that depend on the
// content of a private key (R2.18, R2.34, R2.35, R2.38, R4.7).
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "tests/integration/refusals/refusal_bench.h"
#include "tests/integration/verdict/verdict_bench.h"

namespace mtls::testing {
namespace {

const std::string kOwn = "ssl_certificate server.pem; ssl_certificate_key server.key; ";

void put_files(const RefusalBench& bench) {
  const Minted own = leaf(nullptr);
  bench.file("server.pem", own.certificate_pem);
  bench.file("server.key", own.key_pem);
  bench.file("ca.pem", authority("CN=Root").certificate_pem);
}

// In 1.22.1 neither opens any file of a server without `listen … ssl`, nor trust files while verify
// is off.
std::vector<RefusalRow> rows_of_both() {
  return {
      {kOwn},
      {"", "no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive in "},
      {"ssl_certificate server.pem;",
       "no \"ssl_certificate_key\" is defined for the \"listen ... ssl\" directive in "},
      {kOwn + "ssl_certificate ca.pem;", "for certificate \"ca.pem\" and the \"listen ... ssl\""},
      {"ssl_certificate missing.pem; ssl_certificate_key x;", "BIO_new_file()"},
      {kOwn + "ssl_trusted_certificate missing.pem; ssl_crl missing.pem;"},
      {kOwn + "ssl_verify_client on;", "no ssl_client_certificate for ssl_verify_client"},
      {kOwn + "ssl_verify_client on; ssl_client_certificate missing.pem;", "verify_locations"},
      {kOwn + "ssl_verify_client optional_no_ca; ssl_crl missing.pem;", "X509_LOOKUP_load_file"},
      {kOwn + "ssl_ciphers nope;", "no cipher match"},
      {kOwn + "ssl_dhparam missing.pem;", "BIO_new_file"},
      {kOwn + "ssl_conf_command Nope x;", "unknown cmd name"},
      {kOwn + "ssl_password_file missing;", "open() "},
  };
}

TEST_CASE("refusal: stream names the listen that needs a certificate") {
  if (nginx_is_missing()) return;
  RefusalBench bench;
  put_files(bench);
  std::vector<RefusalRow> rows = rows_of_both();
  rows.insert(rows.end(),
              {{"ssl_certificate $ssl_server_name; ssl_certificate_key missing.key;"},
               {kOwn + "proxy_ssl on; proxy_ssl_verify on;", "no proxy_ssl_trusted_certificate"},
               {kOwn + "proxy_ssl_verify on;"},
               // The proxy is merged before the server's own TLS.
               {"ssl_certificate missing.pem; ssl_certificate_key x; proxy_ssl on; "
                "proxy_ssl_verify on;",
                "no proxy_ssl_trusted_certificate"}});
  for (const RefusalRow& row : rows) {
    INFO(row.what);
    bench.stream(row.what);
    bench.check(row.expect);
  }
  bench.stream("ssl_certificate missing.pem; ssl_verify_client on;", "");
  bench.check("");
}

TEST_CASE("refusal: mail names listen, ssl or starttls") {
  if (nginx_is_missing()) return;
  RefusalBench bench;
  put_files(bench);
  for (const RefusalRow& row : rows_of_both()) {
    INFO(row.what);
    bench.mail(row.what);
    bench.check(row.expect);
  }
  const std::vector<RefusalRow> plain{
      {"ssl_certificate missing.pem; ssl_verify_client on;"},
      {"starttls off; ssl_certificate missing.pem;"},
      {"starttls OFF; ssl_certificate missing.pem;"},  // words count in any case
      {"starttls on;", "no \"ssl_certificate\" is defined for the \"starttls\" directive in "},
      {"ssl on;", "no \"ssl_certificate\" is defined for the \"ssl\" directive in "},
      {"ssl_certificate server.pem;\nstarttls only;",
       "no \"ssl_certificate_key\" is defined for the \"starttls\" directive in "},
      {kOwn + "ssl_certificate ca.pem; ssl on;", "\"ca.pem\" and the \"ssl\" directive in "},
      {kOwn + "starttls on; ssl_ciphers nope;", "no cipher match"},
      // mail has no variables: the file's name contains a dollar.
      {"ssl on; ssl_certificate $x; ssl_certificate_key server.key;", "BIO_new_file()"},
  };
  for (const RefusalRow& row : plain) {
    INFO(row.what);
    bench.mail(row.what, "");
    bench.check(row.expect);
  }
}

TEST_CASE("refusal: a server with ssl on lacks a certificate in http") {
  if (nginx_is_missing()) return;
  RefusalBench bench;
  put_files(bench);
  const std::vector<RefusalRow> rows{
      {"ssl on;", "no \"ssl_certificate\" is defined for the \"ssl\" directive in "},
      {"ssl on; ssl_certificate server.pem;", "no \"ssl_certificate_key\" is defined for the"},
      {"ssl on; " + kOwn + "ssl_certificate ca.pem;", "\"ca.pem\" and the \"ssl\" directive in "},
      {"ssl on; " + kOwn},
  };
  for (const RefusalRow& row : rows) {
    INFO(row.what);
    bench.http(row.what);
    bench.check(row.expect);
  }
}

TEST_CASE("refusal: the content of a key counts when keys may be opened") {
  if (nginx_is_missing()) return;
  RefusalBench bench;
  put_files(bench);
  const Minted other = leaf(nullptr);
  const Minted rsa = leaf(nullptr, key(KeyKind::kRsa2048));
  bench.file("other.key", other.key_pem);
  bench.file("rsa.key", rsa.key_pem);
  bench.file("chain.pem", authority("CN=Root").certificate_pem + leaf(nullptr).certificate_pem);
  bench.file("junk", "junk");
  bench.file("sealed.key", encrypted_key_pem(leaf(nullptr), "secret"));
  const Minted own = leaf(nullptr);
  bench.file("own.pem", own.certificate_pem);
  bench.file("own.key", encrypted_key_pem(own, "secret"));
  bench.file("right", "wrong\r\n\nsecret\r\n");
  bench.file("wrong", "wrong\nwronger\n");
  bench.file("longest", "a\n" + std::string(4095, 'w') + "\nb\n");
  bench.file("unended", std::string(4095, 'w'));
  bench.file("longer", "a\n" + std::string(4096, 'w') + "\nb\n");
  bench.file("longer_unended", std::string(4096, 'w'));
  const std::vector<RefusalRow> rows{
      {"ssl_certificate server.pem; ssl_certificate_key server.key;"},
      {"ssl_certificate server.pem; ssl_certificate_key other.key;", "key values mismatch"},
      // Another slot for certificates.
      {"ssl_certificate server.pem; ssl_certificate_key rsa.key;"},
      {"ssl_certificate chain.pem; ssl_certificate_key server.key;", "key values mismatch"},
      {"ssl_certificate server.pem; ssl_certificate_key junk;", "PEM_read_bio_PrivateKey()"},
      {"ssl_certificate server.pem; ssl_certificate_key server.pem;", "PEM_read_bio_PrivateKey()"},
      {"ssl_certificate own.pem; ssl_certificate_key own.key; ssl_password_file right;"},
      {"ssl_certificate own.pem; ssl_certificate_key own.key; ssl_password_file wrong;",
       "PEM_read_bio_PrivateKey()"},
      {"ssl_certificate own.pem; ssl_certificate_key sealed.key; ssl_password_file right;",
       "key values mismatch"},
      {kOwn + "ssl_password_file longest;"},
      {kOwn + "ssl_password_file unended;"},
      {kOwn + "ssl_password_file longer;", "too long line in "},
      {kOwn + "ssl_password_file longer_unended;", "too long line in "},
  };
  for (const RefusalRow& row : rows) {
    INFO(row.what);
    bench.policy.keys = audit::KeyAccess::kCompare;
    bench.http(row.what);
    bench.check(row.expect);
    bench.policy.keys = audit::KeyAccess::kNever;
    CHECK(bench.errors().empty());
  }
}

TEST_CASE("refusal: a key in the configuration is judged as nginx judges it, and never printed") {
  if (nginx_is_missing()) return;
  RefusalBench bench;
  put_files(bench);
  const Minted own = leaf(nullptr);
  bench.file("own.pem", own.certificate_pem);
  const std::vector<std::pair<std::string, std::string>> rows{
      // nginx prints the key.
      {own.key_pem, ""},
      {leaf(nullptr).key_pem, "SSL_CTX_use_PrivateKey(\"data:"},
      {"junk", "cannot load certificate key \"data:"},
      {"$host", ""},
  };
  for (const auto& [key, expect] : rows) {
    bench.http("ssl_certificate own.pem; ssl_certificate_key \"data:" + key + "\";");
    bench.policy.keys = audit::KeyAccess::kCompare;
    const NginxTest nginx = bench.ask();
    INFO(expect);
    CHECK((nginx.exit_code == 0) == expect.empty());
    CHECK(nginx.emerg.find(expect) != std::string::npos);
    const auto ours = bench.errors();
    REQUIRE(ours.empty() == expect.empty());
    for (const audit::NginxError& error : ours) {
      CHECK(error.text().find(expect) != std::string::npos);
      CHECK(error.text().find(key) == std::string::npos);
    }
    bench.policy.keys = audit::KeyAccess::kNever;
    CHECK(bench.errors().empty());
  }
}

}  // namespace
}  // namespace mtls::testing
