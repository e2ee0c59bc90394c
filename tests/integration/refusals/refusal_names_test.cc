// Names and values that OpenSSL looks up: nginx says which of them it refuses, whatever OpenSSL it
// runs on (R9.19). With MTLS_TEST_NGINX: 3.0, 3.5 and 3.6.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "tests/integration/refusals/refusal_bench.h"
#include "tests/integration/verdict/verdict_bench.h"

namespace mtls::testing {
namespace {

const std::string kOwn = "ssl_certificate server.pem; ssl_certificate_key server.key; ";

void write_files(const RefusalBench& bench) {
  const Minted own = leaf(nullptr);
  bench.file("server.pem", own.certificate_pem);
  bench.file("server.key", own.key_pem);
  bench.file("junk", "junk\n");
}

std::string command(const std::string& text) { return "ssl_conf_command " + text + ";"; }

// No release knows these.
std::vector<std::string> unknown_names() {
  std::vector<std::string> all{"ssl_ecdh_curve nosuch;",        "ssl_ecdh_curve X25519:nosuch;",
                               "ssl_ecdh_curve nosuch:X25519;", "ssl_ecdh_curve secp112r1;",
                               "ssl_ciphers DEFAULT:@NOSUCH;",  "ssl_ciphers @SECLEVEL=9;"};
  for (const std::string text : {"NoSuchCommand x",
                                 "-no_tls1 x",
                                 "AntiReplay on",
                                 "MinProtocol zork",
                                 "MinProtocol tlsv1.2",
                                 "MaxProtocol TLSv1.9",
                                 "Protocol ZZ",
                                 "Protocol -TLSv1.9",
                                 "Protocol 'ALL, nosuch'",
                                 "Protocol ''",
                                 "Options NoSuchOption",
                                 "Options '-SessionTicket, nosuch'",
                                 "VerifyMode nosuch",
                                 "VerifyMode Peer,nosuch",
                                 "CipherString nosuch",
                                 "cipherstring nosuch",
                                 "CipherString @SECLEVEL=9",
                                 "Ciphersuites nosuch",
                                 "Curves nosuch",
                                 "Groups X25519:nosuch",
                                 "ECDHParameters auto",
                                 "SignatureAlgorithms nosuch",
                                 "SignatureAlgorithms RSA+SHA256:nosuch",
                                 "SignatureAlgorithms RSA+NOSUCH",
                                 "NumTickets -1",
                                 "RecordPadding 70000",
                                 "RecordPadding -1"}) {
    all.push_back(command(text));
  }
  return all;
}

// Some releases know these.
std::vector<std::string> late_names() {
  std::vector<std::string> all{
      "ssl_ecdh_curve X25519MLKEM768;", "ssl_ecdh_curve MLKEM768;",
      "ssl_ecdh_curve DEFAULT;",        "ssl_ecdh_curve ?nosuch:X25519;",
      "ssl_ecdh_curve X25519/P-256;",   "ssl_ecdh_curve brainpoolP256r1tls13;",
      "ssl_ecdh_curve X25519:X25519;",  "ssl_ecdh_curve sect163k1;"};
  for (const std::string text :
       {"Options PreferNoDHEKEX", "Options LegacyECPointFormats", "Options IgnoreUnexpectedEOF",
        "Options KTLSTxZerocopySendfile", "Options StrictCertCheck",
        "Options TxCertificateCompression", "Groups ?nosuch:X25519",
        "SignatureAlgorithms ?nosuch:RSA+SHA256", "SignatureAlgorithms mldsa44",
        "SignatureAlgorithms ecdsa_brainpoolP256r1_sha256", "Ciphersuites TLS_SHA256_SHA256",
        "Ciphersuites TLS_AES_256_GCM_SHA384:nosuch", "RecordPadding 1,2", "MinProtocol None"}) {
    all.push_back(command(text));
  }
  return all;
}

TEST_CASE("refusal: a name that no OpenSSL knows is refused in nginx's words on every release") {
  if (nginx_is_missing()) return;
  RefusalBench bench;
  write_files(bench);
  for (const std::string& text : unknown_names()) {
    INFO(text);
    bench.http(kOwn + text);
    const NginxTest nginx = bench.check_agreement();
    CHECK(nginx.exit_code != 0);
  }
  CHECK(bench.equal == bench.refused);  // OpenSSL's words, too
}

TEST_CASE("refusal: a name that only some OpenSSL knows is refused nowhere that nginx takes it") {
  if (nginx_is_missing()) return;
  RefusalBench bench;
  write_files(bench);
  for (const std::string& text : late_names()) {
    INFO(text);
    bench.http(kOwn + text);
    const NginxTest nginx = bench.ask();  // and writes the text
    const auto ours = bench.errors();
    INFO("nginx: " << nginx.emerg);
    INFO("ours:  " << (ours.empty() ? "" : ours.front().text()));
    CHECK((nginx.exit_code != 0 || ours.empty()));
  }
}

TEST_CASE("refusal: files of commands are refused on every release") {
  if (nginx_is_missing()) return;
  RefusalBench bench;
  write_files(bench);
  for (const std::string text :
       {"VerifyCAFile none.pem", "VerifyCAFile junk", "VerifyCAFile .", "ChainCAFile junk",
        "Certificate none.pem", "Certificate junk", "PrivateKey none.pem", "DHParameters none.pem",
        "ServerInfoFile none.pem", "ClientCAFile none.pem", "ClientCAPath none"}) {
    INFO(text);
    bench.http(kOwn + command(text));
    const NginxTest nginx = bench.check_agreement();
    CHECK(nginx.exit_code != 0);
  }
}

}  // namespace
}  // namespace mtls::testing
