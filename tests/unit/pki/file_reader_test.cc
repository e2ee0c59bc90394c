#include "pki/file_reader.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

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

TEST_CASE("file_reader: each reader passes over blocks of other labels and needs one of its own") {
  const testing::Minted root = mint_root("CN=Root");
  const std::string& plain = root.certificate_pem;
  const std::string annotated = testing::as_trusted_pem(root, "clientAuth");
  const std::string crl = mint_crl({.issuer = &root, .revoked = {}});
  struct Row {
    std::string text;
    // By kCertificateChain, kCaList, kCrlList, kStoreFile, kCaNames; "" = taken.
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

TEST_CASE("file_reader: bad DER matters to a reader of its label alone") {
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

}  // namespace
}  // namespace mtls
