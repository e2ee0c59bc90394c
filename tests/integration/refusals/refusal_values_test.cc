// Every value and small file of a TLS context that OpenSSL or nginx refuses, in http, stream and
// mail and towards backends: what `nginx -t` says and what we say (R2.C, R2.60 to R2.62).
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "tests/integration/refusals/refusal_bench.h"
#include "tests/integration/verdict/verdict_bench.h"

namespace mtls::testing {
namespace {

const std::string kOwn = "ssl_certificate server.pem; ssl_certificate_key server.key; ";

/// A bench with every file that the rows below name.
class Values {
 public:
  Values() {
    const Minted own = leaf(nullptr);
    const Minted root = authority("CN=Root");
    bench.file("server.pem", own.certificate_pem);
    bench.file("server.key", own.key_pem);
    bench.file("ca.pem", root.certificate_pem);
    bench.file("crl.pem", mint_crl(crl_of(root)));
    const Minted weak = leaf(nullptr, key(KeyKind::kRsa1024));
    bench.file("weak.pem", weak.certificate_pem);
    bench.file("weak.key", weak.key_pem);
    const Minted old = leaf(&root, digest("SHA1"));
    bench.file("sha1.pem", old.certificate_pem);
    bench.file("sha1.key", old.key_pem);
    const Minted link = authority("CN=Old link", &root, digest("SHA1"));
    const Minted fresh = leaf(&link);
    bench.file("weak_chain.pem", fresh.certificate_pem + link.certificate_pem);
    bench.file("weak_chain.key", fresh.key_pem);
    bench.file("empty", "");
    bench.file("junk", "junk\n");
    bench.file("directory/file", "");
    bench.file("48", std::string(48, 'k'));
    bench.file("80", std::string(80, 'k'));
    bench.file("50", std::string(50, 'k'));
    bench.file("ffdhe.pem", kDhGroup);
    bench.file("passwords", "one\ntwo\n");
  }

  RefusalBench bench;

 private:
  // The group ffdhe2048 of RFC 7919.
  static constexpr const char* kDhGroup =
      "-----BEGIN DH PARAMETERS-----\n"
      "MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz\n"
      "+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a\n"
      "87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7\n"
      "YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi\n"
      "7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD\n"
      "ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==\n"
      "-----END DH PARAMETERS-----\n";
};

TEST_CASE("refusal: a module whose file is not there gives dlopen's message") {
  if (nginx_is_missing()) return;
  RefusalBench bench;
  bench.file("file", "");
  bench.policy.build.prefix = bench.path("");
  while (bench.policy.build.prefix.ends_with('/')) bench.policy.build.prefix.pop_back();
  for (const auto& [text, expect] : std::vector<RefusalRow>{
           {"load_module /nowhere/m.so;\n",
            "m.so: cannot open shared object file: No such file or"},
           {"load_module m.so;\n", "m.so: cannot open shared object file: No such file or"},
           {"load_module file/m.so;\n", "cannot open shared object file: Not a directory"},
           {"load_module m.so;\nssl_verify_client on;\n", "dlopen() "},
           {"ssl_verify_client on;\nload_module m.so;\n", "is not allowed here"}}) {
    CAPTURE(text);
    bench.conf(text + "events {}\n");
    bench.check(expect);
  }
}

TEST_CASE("refusal: bad files and values of a server block give nginx's first message") {
  if (nginx_is_missing()) return;
  const std::vector<RefusalRow> rows{
      {"ssl_certificate missing.pem; ssl_certificate_key server.key;", "BIO_new_file()"},
      {"ssl_certificate server.pem/x; ssl_certificate_key server.key;", "Not a directory"},
      {"ssl_certificate directory; ssl_certificate_key server.key;", "PEM_read_bio_X509_AUX()"},
      {"ssl_certificate ''; ssl_certificate_key server.key;", "PEM_read_bio_X509_AUX()"},
      {"ssl_certificate data:junk; ssl_certificate_key server.key;", "PEM_read_bio_X509_AUX()"},
      {"ssl_certificate server.pem;", "no \"ssl_certificate_key\" is defined for certificate"},
      {"ssl_certificate server.pem; ssl_certificate weak.pem; ssl_certificate_key server.key;",
       "certificate \"weak.pem\""},
      {kOwn + "ssl_certificate_key server.key;"},  // R2.37
      {"ssl_certificate_key server.key;", "no \"ssl_certificate\" is defined"},
      {"ssl_certificate server.pem; ssl_certificate_key missing.key;", "certificate key"},
      {"ssl_certificate server.pem; ssl_certificate_key directory;", "PEM_read_bio_PrivateKey()"},
      {"ssl_certificate server.pem; ssl_certificate_key engine:x;", "invalid syntax"},
      {"ssl_certificate $host.pem; ssl_certificate_key missing.key;"},  // R2.42
      {"ssl_certificate missing.pem; ssl_certificate_key $host.key;"},
      {"ssl_certificate weak.pem; ssl_certificate_key weak.key;", "ee key too small"},  // R2.39
      {"ssl_certificate weak.pem; ssl_certificate_key weak.key; ssl_ciphers HIGH@SECLEVEL=1;"},
      {"ssl_certificate sha1.pem; ssl_certificate_key sha1.key;", "ca md too weak"},
      {"ssl_certificate sha1.pem; ssl_certificate_key sha1.key; ssl_ciphers HIGH@SECLEVEL=0;"},
      {"ssl_certificate weak_chain.pem; ssl_certificate_key weak_chain.key;",
       "SSL_CTX_set0_chain"},  // R2.40
      {kOwn + "ssl_ciphers HIGH@SECLEVEL=3;"},
      {kOwn + "ssl_ciphers nope;", "no cipher match"},  // R2.43
      {kOwn + "ssl_ciphers '';", "no cipher match"},
      {kOwn + "ssl_ciphers nope:AES128-SHA;"},
      {kOwn + "ssl_ciphers TLS_AES_128_GCM_SHA256;", "no cipher match"},
      {kOwn + "ssl_verify_client on;", "no ssl_client_certificate"},  // R2.30
      {kOwn + "ssl_verify_client optional;", "no ssl_client_certificate"},
      {kOwn + "ssl_verify_client optional_no_ca;"},  // R2.32
      {kOwn + "ssl_verify_client on; ssl_client_certificate '';", "no ssl_client_certificate"},
      {kOwn + "ssl_verify_client on; ssl_trusted_certificate ca.pem;", "no ssl_client_cert"},
      {kOwn + "ssl_verify_client on; ssl_client_certificate ca.pem; ssl_crl crl.pem;"},
      {kOwn + "ssl_verify_client on; ssl_client_certificate missing.pem;", "verify_locations"},
      {kOwn + "ssl_verify_client on; ssl_client_certificate directory;", "verify_locations"},
      {kOwn + "ssl_client_certificate missing.pem;"},  // R2.19
      {kOwn + "ssl_trusted_certificate missing.pem;", "verify_locations"},
      {kOwn + "ssl_crl missing.pem;", "X509_LOOKUP_load_file"},
      {kOwn + "ssl_crl directory;", "X509_LOOKUP_load_file"},
      {kOwn + "ssl_crl server.pem/x;", "Not a directory"},
      {"ssl_reject_handshake on; ssl_verify_client on;", "no ssl_client_certificate"},  // R2.49
      {"ssl_reject_handshake on; ssl_trusted_certificate missing.pem;", "verify_locations"},
      {"ssl_reject_handshake on;"},
      {kOwn + "ssl_ocsp on; ssl_verify_client optional_no_ca;", "is incompatible"},  // R2.33
      {kOwn + "ssl_ocsp leaf; ssl_verify_client optional_no_ca;", "is incompatible"},
      {kOwn + "ssl_ocsp off; ssl_verify_client optional_no_ca;"},
      {kOwn + "ssl_ocsp on; ssl_ocsp_responder https://x/;", "invalid URL prefix"},  // R2.48
      {kOwn + "ssl_ocsp on; ssl_ocsp_responder http://;", "invalid URL prefix"},
      {kOwn + "ssl_ocsp on; ssl_ocsp_responder HTTP://127.0.0.1/;"},
      {kOwn + "ssl_ocsp off; ssl_ocsp_responder https://x/;"},
      {kOwn + "ssl_ocsp on; ssl_ocsp_responder http:///x;", "no host in OCSP responder \"/x\""},
      {kOwn + "ssl_ocsp on; ssl_ocsp_responder http://:80/;", "no host"},
      {kOwn + "ssl_ocsp on; ssl_ocsp_responder http://?a;", "no host"},
      {kOwn + "ssl_ocsp on; ssl_ocsp_responder http://127.0.0.1:0/;", "invalid port"},
      {kOwn + "ssl_ocsp on; ssl_ocsp_responder http://127.0.0.1:65536;", "invalid port"},
      {kOwn + "ssl_ocsp on; ssl_ocsp_responder http://127.0.0.1:1x/;", "invalid port"},
      {kOwn + "ssl_ocsp on; ssl_ocsp_responder http://:/;", "invalid port"},
      {kOwn + "ssl_ocsp on; ssl_ocsp_responder http://127.0.0.1/a:b?c:d;"},
      {kOwn + "ssl_ocsp on; ssl_ocsp_responder http://[::1]:80/;"},
      {kOwn + "ssl_dhparam missing.pem;", "BIO_new_file"},
      {kOwn + "ssl_dhparam directory;", "PEM_read_bio_DHparams"},
      {kOwn + "ssl_dhparam junk;", "PEM_read_bio_DHparams"},
      {kOwn + "ssl_dhparam server.pem;", "PEM_read_bio_DHparams"},
      {kOwn + "ssl_dhparam ffdhe.pem;"},
      {kOwn + "ssl_dhparam ffdhe.pem; ssl_ciphers HIGH@SECLEVEL=3;", "dh key too small"},
      {kOwn + "ssl_dhparam '';"},
      {kOwn + "ssl_ecdh_curve nope;", "SSL_CTX_set1_curves_list"},
      {kOwn + "ssl_ecdh_curve '';", "SSL_CTX_set1_curves_list"},
      {kOwn + "ssl_ecdh_curve X25519:nope;", "SSL_CTX_set1_curves_list"},
      {kOwn + "ssl_ecdh_curve X25519:prime256v1;"},
      {kOwn + "ssl_ecdh_curve auto;"},
      {kOwn + "ssl_password_file missing;", "open() "},
      {kOwn + "ssl_password_file directory;", "read() "},
      {kOwn + "ssl_password_file empty;"},
      {kOwn + "ssl_password_file passwords;"},
      {kOwn + "location / { proxy_ssl_password_file missing; }", "open() "},
      {kOwn + "location / { grpc_ssl_password_file missing; }", "open() "},
      {kOwn + "location / { uwsgi_ssl_password_file missing; }", "open() "},
      {kOwn + "ssl_stapling on; ssl_stapling_file missing;", "BIO_new_file"},
      {kOwn + "ssl_stapling on; ssl_stapling_file junk;", "d2i_OCSP_RESPONSE_bio"},
      {kOwn + "ssl_stapling on; ssl_stapling_file directory;", "d2i_OCSP_RESPONSE_bio"},
      {kOwn + "ssl_stapling on; ssl_stapling_file empty;", "d2i_OCSP_RESPONSE_bio"},
      {kOwn + "ssl_stapling_file missing;"},
      {kOwn + "ssl_conf_command Nope x;", "unknown cmd name"},  // R2.44
      {kOwn + "ssl_conf_command '' x;", "unknown cmd name"},
      {kOwn + "ssl_conf_command MinProtocol x;", "bad value"},
      {kOwn + "ssl_conf_command MinProtocol TLSv1.2;"},
      {kOwn + "ssl_conf_command minprotocol TLSv1.2;"},
      {kOwn + "ssl_conf_command Options nope;", "bad value"},
      {kOwn + "ssl_conf_command CipherString nope;", "no cipher match"},
      {kOwn + "ssl_conf_command Ciphersuites nope;", "no cipher match"},
      {kOwn + "ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;"},
      {kOwn + "ssl_conf_command Curves nope;", "bad value"},
      {kOwn + "ssl_conf_command SignatureAlgorithms nope;", "bad value"},
      {kOwn + "ssl_conf_command VerifyMode Require;"},
      {kOwn + "ssl_conf_command VerifyCAFile missing.pem;", "SSL_CONF_cmd"},
      {kOwn + "ssl_conf_command verifycafile missing.pem;", "SSL_CONF_cmd"},
      {kOwn + "ssl_conf_command VerifyCAFile junk;", "SSL_CONF_cmd"},
      {kOwn + "ssl_conf_command VerifyCAFile directory;", "SSL_CONF_cmd"},
      {kOwn + "ssl_conf_command VerifyCAFile '';", "SSL_CONF_cmd"},
      {kOwn + "ssl_conf_command VerifyCAFile ca.pem;"},
      {kOwn + "ssl_conf_command VerifyCAPath missing;"},
      {kOwn + "ssl_conf_command ChainCAPath missing;"},
      {kOwn + "ssl_conf_command ClientCAPath missing;", "OPENSSL_dir_read"},
      {kOwn + "ssl_conf_command requestcapath missing;", "No such file"},
      {kOwn + "ssl_conf_command RequestCAPath junk;", "Not a directory"},
      {kOwn + "ssl_conf_command ClientCAPath directory;"},
      {kOwn + "ssl_conf_command ClientCAFile missing.pem;", "SSL_CONF_cmd"},
      {kOwn + "ssl_conf_command ClientCAFile junk;"},
      {kOwn + "ssl_conf_command Certificate missing.pem;", "SSL_CONF_cmd"},
      {kOwn + "ssl_conf_command Certificate junk;", "SSL_CONF_cmd"},
      {kOwn + "ssl_conf_command PrivateKey missing.key;", "SSL_CONF_cmd"},
      {kOwn + "ssl_conf_command DHParameters missing.pem;", "SSL_CONF_cmd"},
      {kOwn + "ssl_conf_command Nope x; ssl_trusted_certificate missing.pem;", "verify_locations"},
  };
  Values values;
  for (const RefusalRow& row : rows) {
    INFO(row.what);
    values.bench.http(row.what);
    values.bench.check(row.expect);
  }
}

TEST_CASE("refusal: ticket keys must have a key's size") {
  if (nginx_is_missing()) return;
  const std::vector<RefusalRow> rows{
      {kOwn + "ssl_session_ticket_key missing;", "open() "},
      {kOwn + "ssl_session_ticket_key 50;", "must be 48 or 80 bytes"},
      {kOwn + "ssl_session_ticket_key 48; ssl_session_ticket_key 50;", "must be 48 or 80"},
      {kOwn + "ssl_session_ticket_key 48; ssl_session_ticket_key 80;"},
  };
  Values values;
  for (const RefusalRow& row : rows) {
    INFO(row.what);
    values.bench.http(row.what);
    values.bench.check(row.expect);
  }
}

TEST_CASE("refusal: http-level settings count where a server inherits them") {
  if (nginx_is_missing()) return;
  const std::vector<RefusalRow> rows{
      {"ssl_password_file missing;", "open() "},
      {"ssl_trusted_certificate missing.pem;", "verify_locations"},
      {"ssl_ciphers nope;", "no cipher match"},
      {"ssl_client_certificate missing.pem;"},
      {"proxy_ssl_verify on;"},
      {"ssl_certificate missing.pem;"},  // the server has its own
      {"ssl_certificate weak.pem; ssl_certificate server.pem;"},
      // A server without a context opens nothing (R2.17); the first one with a context complains.
      {"server { listen 127.0.0.1:1; ssl_verify_client on; ssl_crl missing.pem; }"},
      {"server { listen 127.0.0.1:1; " + kOwn + "ssl_crl missing.pem; }", "X509_LOOKUP_load_file"},
      {"server { listen 127.0.0.1:1; " + kOwn +
           "ssl_crl missing.pem; } "
           "server { listen 127.0.0.1:2; " +
           kOwn + "ssl_ciphers nope; }",
       "X509_LOOKUP_load_file"},
      {"server { listen 127.0.0.1:1; " + kOwn +
           "ssl_conf_command Nope x; } "
           "server { listen 127.0.0.1:2; " +
           kOwn + "ssl_ciphers nope; }",
       "unknown cmd name"},
  };
  Values values;
  for (const RefusalRow& row : rows) {
    INFO(row.what);
    values.bench.http(kOwn, row.what);
    values.bench.check(row.expect);
  }
}

TEST_CASE("refusal: bad files and values towards a backend count where nginx builds a context") {
  if (nginx_is_missing()) return;
  const auto in = [](const std::string& location) {
    return kOwn + "location / { " + location + " }";
  };
  const std::string https = "proxy_pass https://127.0.0.1:1; ";
  const std::vector<RefusalRow> rows{
      {in(https + "proxy_ssl_verify on;"), "no proxy_ssl_trusted_certificate for"},  // R2.45
      {in("grpc_pass grpcs://127.0.0.1:1; grpc_ssl_verify on;"), "no grpc_ssl_trusted_cert"},
      {in("uwsgi_pass suwsgi://127.0.0.1:1; uwsgi_ssl_verify on;"), "no uwsgi_ssl_trusted_cert"},
      {in("proxy_pass http://127.0.0.1:1; proxy_ssl_verify on;")},  // R2.61
      {in("proxy_pass http://$host; proxy_ssl_verify on;"), "no proxy_ssl_trusted_certificate"},
      {in(https + "proxy_ssl_certificate server.pem;"),
       "no \"proxy_ssl_certificate_key\" is defined for certificate \"server.pem\""},  // R2.46
      {in(https + "proxy_ssl_certificate '';"), "for certificate \"\""},               // R2.60
      {in(https + "proxy_ssl_certificate ''; proxy_ssl_certificate_key '';"), "_AUX() failed"},
      {in(https + "proxy_ssl_certificate missing.pem; proxy_ssl_certificate_key x;"),
       "BIO_new_file"},
      {in(https + "proxy_ssl_certificate server.pem; proxy_ssl_certificate_key x;"), "key \""},
      {in(https + "proxy_ssl_certificate $host; proxy_ssl_certificate_key x;")},
      {in(https + "proxy_ssl_certificate weak.pem; proxy_ssl_certificate_key weak.key;"),
       "ee key too small"},
      {in(https + "proxy_ssl_certificate weak.pem; proxy_ssl_certificate_key weak.key; "
                  "proxy_ssl_ciphers HIGH@SECLEVEL=1;")},
      {in(https +
          "proxy_ssl_trusted_certificate missing.pem; proxy_ssl_crl missing.pem;")},  // R2.62
      {in(https + "proxy_ssl_verify on; proxy_ssl_trusted_certificate missing.pem;"), "locations"},
      {in(https + "proxy_ssl_verify on; proxy_ssl_trusted_certificate ca.pem; "
                  "proxy_ssl_crl missing.pem;"),
       "X509_LOOKUP_load_file"},
      {in(https + "proxy_ssl_verify on; proxy_ssl_trusted_certificate ca.pem; "
                  "proxy_ssl_crl crl.pem;")},
      {in(https + "proxy_ssl_ciphers nope;"), "no cipher match"},
      {in(https + "proxy_ssl_conf_command Nope x;"), "unknown cmd name"},
      {in(https + "proxy_ssl_conf_command VerifyCAFile missing.pem;"), "SSL_CONF_cmd"},
      {in("grpc_pass grpcs://127.0.0.1:1; grpc_ssl_ciphers nope;"), "no cipher match"},
      // The merges come in this order: ssl, proxy, uwsgi, grpc.
      {in(https + "proxy_ssl_verify on;") + "ssl_crl missing.pem;", "X509_LOOKUP_load_file"},
      {in("grpc_pass grpcs://127.0.0.1:1; grpc_ssl_verify on;") +
           "location /u { uwsgi_pass suwsgi://127.0.0.1:1; uwsgi_ssl_verify on; }",
       "no uwsgi_ssl_trusted_certificate"},
      {in(https + "proxy_ssl_ciphers nope; location /in { " + https + "proxy_ssl_verify on; }"),
       "no cipher match"},
  };
  Values values;
  for (const RefusalRow& row : rows) {
    INFO(row.what);
    values.bench.http(row.what);
    values.bench.check(row.expect);
  }
}

}  // namespace
}  // namespace mtls::testing
