#include "pki/file_reader.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/owned.h"
#include "tests/support/pki_maker.h"

namespace mtls {
namespace {

using pki::FileReader;
using testing::mint_crl;
using testing::mint_root;

std::string refused_by(const std::string& text, FileReader reader) {
  const auto error = pki::read_error(pki::parse_material(text), reader);
  return error ? std::string(error->function) : "";
}

TEST_CASE("file_reader: each reader skips blocks with other labels and needs one with its own") {
  const testing::Minted root = mint_root("CN=Root");
  const std::string& plain = root.certificate_pem;
  const std::string annotated = testing::as_trusted_pem(root, "clientAuth");
  const std::string crl = mint_crl({.issuer = &root, .revoked = {}});
  struct Row {
    std::string text;
    // By kCertificateChain, kCaList, kCrlList, kStoreFile, kCaNames; "" means accepted.
    std::vector<std::string> functions;
  };
  const std::string aux = "PEM_read_bio_X509_AUX()";
  const std::string next = "PEM_read_bio_X509()";
  const std::string lists = "PEM_read_bio_X509_CRL()";
  const std::string file = "X509_load_cert_crl_file()";
  const std::string names = "SSL_load_client_CA_file()";
  const std::string cut = plain.substr(0, plain.size() / 2);
  const std::vector<Row> rows{
      {plain, {"", "", lists, "", ""}},
      {annotated, {"", "", lists, "", names}},
      {crl, {aux, aux, "", "", names}},
      {crl + plain, {"", "", "", "", ""}},
      {"", {aux, aux, lists, file, names}},
      {root.key_pem, {aux, aux, lists, file, names}},
      {plain + cut, {next, aux, lists, file, ""}},
      {cut, {aux, aux, lists, file, names}},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    std::vector<std::string> functions;
    for (const auto reader : {FileReader::kCertificateChain, FileReader::kCaList,
                              FileReader::kCrlList, FileReader::kStoreFile, FileReader::kCaNames}) {
      functions.push_back(refused_by(row.text, reader));
    }
    CHECK(functions == row.functions);
  }
}

TEST_CASE("file_reader: bad DER matters only to a reader of its label") {
  const testing::Minted root = mint_root("CN=Root");
  const std::string bad_crl = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";
  const std::string bad_trusted =
      "-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n-----END TRUSTED CERTIFICATE-----\n";
  const std::string& plain = root.certificate_pem;
  CHECK(refused_by(plain + bad_crl, FileReader::kCertificateChain).empty());
  CHECK(refused_by(plain + bad_crl, FileReader::kCaList).empty());
  CHECK_FALSE(refused_by(plain + bad_crl, FileReader::kStoreFile).empty());
  CHECK(refused_by(plain + bad_trusted, FileReader::kCertificateChain).empty());
  CHECK(refused_by(bad_trusted + plain, FileReader::kCertificateChain) ==
        "PEM_read_bio_X509_AUX()");
  CHECK_FALSE(refused_by(plain + bad_trusted, FileReader::kCaList).empty());
}

// OpenSSL's queue after reading all certificates, as ngx_ssl_load_certificates of 1.27.2 does; ""
// at the end of the file.
std::string queue_of_openssl(const std::string& text) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::tmpfile(), std::fclose);
  std::fwrite(text.data(), 1, text.size(), file.get());
  REQUIRE(std::fseek(file.get(), 0, SEEK_SET) == 0);
  const base::Owned<BIO, BIO_free_all> bio(BIO_new_fp(file.get(), BIO_NOCLOSE));
  ERR_clear_error();
  while (X509* one = PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr)) X509_free(one);
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  if (ERR_GET_REASON(code) == PEM_R_NO_START_LINE) return "";
  char words[256];
  ERR_error_string_n(code, words, sizeof words);
  return words;
}

TEST_CASE("file_reader: a block cut anywhere before another one is refused in OpenSSL's words") {
  const std::string first = mint_root("CN=First").certificate_pem;
  const std::string same = mint_root("CN=Second").certificate_pem;
  int bad_base64 = 0;
  int bad_end = 0;
  for (const std::string& second : {same, testing::as_trusted_pem(mint_root("CN=T"), "")}) {
    for (std::size_t size = first.find('\n') + 1; size < first.find("-----END"); ++size) {
      const std::string text = first.substr(0, size) + "\n" + second;
      const std::string nginx = queue_of_openssl(text);
      const auto error = pki::read_error(pki::parse_material(text), FileReader::kCaList);
      INFO("cut at " << size << ": " << nginx);
      REQUIRE(error.has_value() == !nginx.empty());
      if (nginx.find("PEM routines") == std::string::npos)
        continue;  // about DER, where the words are ours
      CHECK(error->openssl == nginx);
      bad_base64 += nginx.find("bad base64") != std::string::npos ? 1 : 0;
      bad_end += nginx.find("bad end line") != std::string::npos ? 1 : 0;
    }
  }
  CHECK(bad_base64 > 100);
  CHECK(bad_end > 100);
}

}  // namespace
}  // namespace mtls
