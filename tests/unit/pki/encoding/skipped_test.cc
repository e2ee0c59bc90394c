#include "pki/encoding/skipped.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "pki/encoding/file_kind.h"
#include "tests/support/pki_maker.h"

using namespace mtls;
using pki::encoding::SkipCause;
using pki::encoding::SkippedBlock;

namespace {

const std::string& pem() {
  static const std::string made = testing::mint_root("CN=A").certificate_pem;
  return made;
}
const std::string& der() {
  static const std::string made = testing::as_der(testing::mint_root("CN=B"));
  return made;
}
std::string body() {
  const std::size_t start = pem().find('\n') + 1;
  return pem().substr(start, pem().find("-----END") - start);
}
std::uint32_t lines_in(const std::string& text) {
  return static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::vector<SkippedBlock> skipped(const std::string& text) {
  return pki::encoding::find_skipped(text, pki::encoding::read_pem(text));
}

pki::encoding::FileKind kind(const std::string& text) {
  return pki::encoding::kind_of_file(text, pki::encoding::read_pem(text));
}

}  // namespace

TEST_CASE("skipped: what looks like a block and is none to OpenSSL is found at its line") {
  struct Row {
    std::string text;
    SkipCause cause;
  };
  const std::vector<Row> rows{
      {"  " + pem(), SkipCause::kIndented},
      {"\xC2\xA0" + pem(), SkipCause::kIndented},
      {"\n\xEF\xBB\xBF" + pem(), SkipCause::kIndented},
      {replaced(pem(), "-----B", "----B"), SkipCause::kWrongDashes},
      {replaced(pem(), "-----B", "------B"), SkipCause::kWrongDashes},
      {replaced(pem(), "E-----\n", "E----\n"), SkipCause::kWrongDashes},
      {replaced(pem(), "-----B",
                "\xE2\x80\x94"
                "B"),
       SkipCause::kWrongDashes},
      {replaced(pem(), "-----", "\x96\x96"), SkipCause::kWrongDashes},
      {"ca: " + pem(), SkipCause::kBehindText},
      {"\"" + pem(), SkipCause::kBehindText},
      {"x\"" + replaced(pem(), "\n", "\\n") + "\"\n", SkipCause::kEscaped},
      {"\n" + body(), SkipCause::kNoBegin},
      {"\n" + der(), SkipCause::kDer},
      {"junk" + der(), SkipCause::kDer},
  };
  for (const Row& row : rows) {
    const std::string text = pem() + row.text;
    CAPTURE(text);
    const std::vector<SkippedBlock> found = skipped(text);
    REQUIRE(found.size() == 1);
    CHECK(found.front().cause == row.cause);
    const bool is_later = row.text.starts_with('\n');
    CHECK(found.front().line == lines_in(pem()) + (is_later ? 2 : 1));
  }
}

TEST_CASE("skipped: text is text") {
  const std::vector<std::string> texts{
      "",
      pem(),
      pem() + pem(),
      "\xEF\xBB\xBF" + pem(),
      "# " + replaced(pem(), "\n", "\n# "),
      "; -----BEGIN CERTIFICATE-----\n" + pem(),
      "Write BEGIN CERTIFICATE before it\n" + pem(),
      "    -----BEGIN CERTIFICATE-----\nas above\n" + pem(),
      pem() + "\x01\x02\xff junk\n",
      "  -----BEGIN CERTIFICATE REQUEST-----\n" + body() + "  -----END CERTIFICATE REQUEST-----\n",
      pem() + "subject=CN = A\n\nMIIB\n",
      replaced(pem(), "\n", "\r\n"),
      replaced(pem(), "BEGIN CERT", "BEGIN X CERT"),        // the end is another
      pem().substr(0, 200) + "\n\n\n" + pem().substr(200),  // blank lines inside
  };
  for (const std::string& text : texts) {
    CAPTURE(text);
    CHECK(skipped(text).empty());
  }
}

TEST_CASE("skipped: blocks behind DER without a line end, and behind NUL, are lost too") {
  const auto behind_der = skipped(pem() + der() + pem() + pem());
  REQUIRE(behind_der.size() == 2);
  CHECK(behind_der[0].cause == SkipCause::kDer);
  CHECK(behind_der[0].offset == pem().size());
  CHECK(behind_der[0].size == der().size());
  CHECK(behind_der[1].cause == SkipCause::kBehindText);
  const auto behind_nul = skipped(pem() + std::string("\0\n", 2) + pem() + pem());
  REQUIRE(behind_nul.size() == 2);
  CHECK(behind_nul[0].cause == SkipCause::kBehindNul);
  CHECK(behind_nul[0].line == lines_in(pem()) + 2);
  CHECK(skipped(der() + der()).size() == 2);
}

TEST_CASE("skipped: the lines of base64 without BEGIN are told, and whether an END follows") {
  const auto open = skipped("\n" + body() + "\n");
  REQUIRE(open.size() == 1);
  CHECK(open.front().line == 2);
  CHECK(open.front().last_line == 1 + lines_in(body()));
  CHECK_FALSE(open.front().has_end);
  const auto ended = skipped(body() + "-----END CERTIFICATE-----\n");
  REQUIRE(ended.size() == 1);
  CHECK(ended.front().last_line == lines_in(body()));
  CHECK(ended.front().has_end);
}

TEST_CASE("skipped: text made to be slow is not") {
  constexpr std::size_t kSize = 4U << 20U;
  std::string sequences;
  while (sequences.size() < kSize) sequences += std::string("\x30\x82\x01\x00", 4);
  std::string ders;
  while (ders.size() < kSize) ders += der();
  std::string begins;
  while (begins.size() < kSize) begins += " -----BEGIN CERTIFICATE-----\nMIIBMIIBMIIBMIIB\n";
  const auto start = std::chrono::steady_clock::now();
  for (const std::string& text : {sequences, ders, begins, std::string(kSize, ' '),
                                  std::string(kSize, '-'), std::string(kSize, 'M')}) {
    static_cast<void>(skipped(text));
    static_cast<void>(kind(text));
  }
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("file kind: keys, archives, pages and other PEM are told apart") {
  using pki::encoding::FileKind;
  using namespace std::string_literals;
  struct Row {
    std::string text;
    FileKind kind;
  };
  const testing::Minted minted = testing::mint_root("CN=K");
  const std::vector<Row> rows{
      {"", FileKind::kEmpty},
      {" \r\n\t\n", FileKind::kEmpty},
      {"# later\n", FileKind::kPem},
      {der(), FileKind::kCertificate},
      {der() + der(), FileKind::kCertificate},
      {der().substr(0, 100), FileKind::kPem},
      {"\x30\x80\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02rest"s, FileKind::kPkcs7},
      {"\x30\x80\x02\x01\x03\x30\x80rest"s, FileKind::kPkcs12},
      {"\xFF\xFE-\0-\0"s, FileKind::kUtf16},
      {"-\0-\0-\0-\0"s, FileKind::kUtf16LittleEndian},
      {"\0-\0-\0-\0-"s, FileKind::kUtf16BigEndian},
      {minted.key_pem, FileKind::kPrivateKey},
      {"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n",
       FileKind::kSshKey},
      {"ssh-rsa AAAA x\n", FileKind::kSshKey},
      {"ecdsa-sha2-nistp256 AAAA x\n", FileKind::kSshKey},
      {"-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n", FileKind::kPublicKey},
      {"-----BEGIN NEW CERTIFICATE REQUEST-----\nMIIB\n-----END NEW CERTIFICATE REQUEST-----\n",
       FileKind::kRequest},
      {"-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n", FileKind::kPkcs7Pem},
      {"\n  <html>", FileKind::kHtml},
      {"<?xml version='1.0'?>", FileKind::kHtml},
      {"\x1F\x8B\x08"s, FileKind::kGzip},
      {"PK\x03\x04"s, FileKind::kZip},
      {"\xFE\xED\xFE\xED"s, FileKind::kJavaKeyStore},
      {"LS0tLS1CRUdJTiBDRVJU", FileKind::kBase64OfPem},
      {body(), FileKind::kBareBase64},
      {"The CA:\n" + body(), FileKind::kPemWithoutBegin},
      {pem() + minted.key_pem, FileKind::kPem},
      {replaced(pem(), "MII", "M?I") + minted.key_pem + " " + pem(), FileKind::kPem},
      {pem().substr(0, 200), FileKind::kPem},
      {" " + pem(), FileKind::kIndentedPem},
      {replaced(pem(), "\n", "\r"), FileKind::kPemOfCarriageReturns},
      {replaced(pem(), "\n", " "), FileKind::kPemOnOneLine},
      {replaced(pem(), "\n", "\\n"), FileKind::kEscapedPem},
      {pem().substr(0, pem().size() - 1) + pem(), FileKind::kJoinedPem},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(kind(row.text) == row.kind);
  }
}
