// Names, serial numbers and dates that no CA would issue, set field by field.
#include <openssl/x509.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>

#include "pki/certificate.h"
#include "pki/encoding/pem.h"
#include "pki/openssl_release.h"
#include "tests/support/pki_maker.h"

using namespace mtls;
using namespace std::chrono_literals;
using Bytes = std::vector<unsigned char>;

namespace {

Bytes der_of(const std::string& pem) { return mtls::pki::encoding::split_pem(pem).at(0).der; }

mtls::pki::CertificateFacts facts_of(const std::string& pem) {
  return mtls::pki::parse_certificate(der_of(pem)).value().facts();
}

using X509Pointer = std::unique_ptr<X509, decltype(&X509_free)>;
using NamePointer = std::unique_ptr<X509_NAME, decltype(&X509_NAME_free)>;

// A certificate that no CA would issue. Its fields are as given; its signature is not valid.
class Forged {
 public:
  Forged() : x509_(X509_new(), X509_free) {
    const Bytes der = der_of(testing::mint_root("CN=forge").certificate_pem);
    const unsigned char* cursor = der.data();
    x509_.reset(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));
  }

  Forged& subject(int type, std::string_view bytes) {
    NamePointer name(X509_NAME_new(), X509_NAME_free);
    X509_NAME_add_entry_by_NID(name.get(), NID_commonName, type,
                               reinterpret_cast<const unsigned char*>(bytes.data()),
                               static_cast<int>(bytes.size()), -1, 0);
    X509_set_subject_name(x509_.get(), name.get());
    return *this;
  }

  Forged& no_subject() {
    NamePointer name(X509_NAME_new(), X509_NAME_free);
    X509_set_subject_name(x509_.get(), name.get());
    return *this;
  }

  Forged& serial(int type, const Bytes& magnitude) {
    ASN1_INTEGER* number = X509_get_serialNumber(x509_.get());
    ASN1_STRING_set(number, magnitude.data(), static_cast<int>(magnitude.size()));
    number->type = type;
    return *this;
  }

  Forged& not_after(int type, std::string_view text) {
    ASN1_TIME* time = X509_getm_notAfter(x509_.get());
    ASN1_STRING_set(time, text.data(), static_cast<int>(text.size()));
    time->type = type;
    return *this;
  }

  Bytes der() const {
    unsigned char* out = nullptr;
    const int length = i2d_re_X509_tbs(x509_.get(), &out);
    REQUIRE(length > 0);
    OPENSSL_free(out);
    out = nullptr;
    const int whole = i2d_X509(x509_.get(), &out);
    REQUIRE(whole > 0);
    Bytes bytes(out, out + whole);
    OPENSSL_free(out);
    return bytes;
  }

  base::Result<mtls::pki::Certificate> parsed() const {
    return mtls::pki::parse_certificate(der());
  }
  mtls::pki::CertificateFacts facts() const { return parsed().value().facts(); }

 private:
  X509Pointer x509_;
};

NamePointer make_name(const std::vector<std::pair<int, std::string>>& values) {
  NamePointer name(X509_NAME_new(), X509_NAME_free);
  for (const auto& [type, text] : values) {
    X509_NAME_add_entry_by_NID(name.get(), NID_organizationName, type,
                               reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size()), -1, 0);
  }
  return name;
}

mtls::pki::CertificateFacts facts_with_subject(const X509_NAME* name) {
  const Bytes der = der_of(testing::mint_root("CN=x").certificate_pem);
  const unsigned char* cursor = der.data();
  const X509Pointer x509(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())), X509_free);
  X509_set_subject_name(x509.get(), name);
  unsigned char* out = nullptr;
  OPENSSL_assert(i2d_re_X509_tbs(x509.get(), &out) > 0);
  OPENSSL_free(out);
  out = nullptr;
  const int length = i2d_X509(x509.get(), &out);
  const Bytes bytes(out, out + length);
  OPENSSL_free(out);
  return mtls::pki::parse_certificate(bytes).value().facts();
}

}  // namespace

TEST_CASE("certificate: names are the same exactly when X509_NAME_cmp() says so") {
  using Name = std::vector<std::pair<int, std::string>>;
  const std::vector<Name> names{
      {{V_ASN1_UTF8STRING, "Example Org"}},
      {{V_ASN1_PRINTABLESTRING, "Example Org"}},
      {{V_ASN1_UTF8STRING, "EXAMPLE ORG"}},
      {{V_ASN1_UTF8STRING, "  Example \t  Org "}},
      {{V_ASN1_UTF8STRING, "ExampleOrg"}},
      {{V_ASN1_BMPSTRING, std::string("\0E\0x\0a\0m\0p\0l\0e\0 \0O\0r\0g", 22)}},
      {{V_ASN1_UTF8STRING, "\xC3\x84rzte"}},
      {{V_ASN1_UTF8STRING, "\xC3\xA4rzte"}},
      {{V_ASN1_T61STRING, "\xC4rzte"}},
      {{V_ASN1_UTF8STRING, "Example"}, {V_ASN1_UTF8STRING, "Org"}},
      {{V_ASN1_UTF8STRING, "Org"}, {V_ASN1_UTF8STRING, "Example"}},
      {{V_ASN1_UTF8STRING, ""}},
      {{V_ASN1_UTF8STRING, "   "}},
      {},
      {{V_ASN1_OCTET_STRING, "x"}},
      {{V_ASN1_UTF8STRING, "x"}},
      {{V_ASN1_UTF8STRING, std::string("a\0b", 3)}},
      {{V_ASN1_UTF8STRING, "a"}},
  };
  for (const Name& left : names) {
    for (const Name& right : names) {
      const NamePointer a = make_name(left);
      const NamePointer b = make_name(right);
      const bool octets = (!left.empty() && left[0].first == V_ASN1_OCTET_STRING) ||
                          (!right.empty() && right[0].first == V_ASN1_OCTET_STRING);
      if (octets) continue;  // refused by the parser (C3)
      INFO(left.size() << " " << (left.empty() ? "" : left[0].second) << " | " << right.size()
                       << " " << (right.empty() ? "" : right[0].second));
      CHECK((facts_with_subject(a.get()).subject == facts_with_subject(b.get()).subject) ==
            (X509_NAME_cmp(a.get(), b.get()) == 0));
    }
  }
}

TEST_CASE("certificate: the order inside a multi-valued RDN does not count, between RDNs it does") {
  const auto name = [](const char* first, const char* second, int set) {
    NamePointer made(X509_NAME_new(), X509_NAME_free);
    const auto add = [&](const char* text, int how) {
      X509_NAME_add_entry_by_NID(made.get(), NID_organizationName, V_ASN1_UTF8STRING,
                                 reinterpret_cast<const unsigned char*>(text), -1, -1, how);
    };
    add(first, 0);
    add(second, set);
    return made;
  };
  const auto ab = facts_with_subject(name("a", "b", -1).get()).subject;
  const auto ba = facts_with_subject(name("b", "a", -1).get()).subject;
  const auto a_b = facts_with_subject(name("a", "b", 0).get()).subject;
  const auto b_a = facts_with_subject(name("b", "a", 0).get()).subject;
  CHECK(ab == ba);
  CHECK_FALSE(a_b == b_a);
  CHECK_FALSE(ab == a_b);
}

TEST_CASE("certificate: hostile common names come out as valid, harmless text (C1, C2, C4, C5)") {
  struct Row {
    std::string name;
    int type;
    std::string bytes;
    std::string common_name;
  };
  const std::vector<Row> table{
      {"NUL", V_ASN1_UTF8STRING, std::string("good.example\0.evil", 18), "good.example\\x00.evil"},
      {"newline and quote", V_ASN1_UTF8STRING, "a\nb\"c", "a\\x0Ab\"c"},
      {"escape sequence", V_ASN1_UTF8STRING, "\x1B[31m", "\\x1B[31m"},
      {"bidi override", V_ASN1_UTF8STRING,
       "a\xE2\x80\xAE"
       "b",
       "a\\u{202E}b"},
      {"T61 is read as latin-1", V_ASN1_T61STRING, "M\xFCller", "M\xC3\xBCller"},
      {"high bytes in a PrintableString", V_ASN1_PRINTABLESTRING, "M\xFCller", "M\xC3\xBCller"},
      {"BMPString", V_ASN1_BMPSTRING, std::string("\0A\x20\xAC", 4), "A\xE2\x82\xAC"},
      {"a SEQUENCE is no name", V_ASN1_SEQUENCE, std::string("\x30\x00", 2), "(none)"},
      {"empty", V_ASN1_UTF8STRING, "", "(none)"},
  };
  for (const Row& row : table) {
    INFO(row.name);
    CHECK(Forged().subject(row.type, row.bytes).facts().subject.common_name == row.common_name);
  }
}

TEST_CASE("certificate: a name with invalid characters makes the whole certificate invalid (C3)") {
  const std::vector<std::pair<int, std::string>> table{
      {V_ASN1_UTF8STRING, "\xFF"},
      {V_ASN1_UTF8STRING, "\xC0\xAF"},
      {V_ASN1_UTF8STRING, "\xED\xA0\x80"},
  };
  const std::string good = "replace-me";
  for (const auto& [type, bytes] : table) {
    // The encoder refuses such names, so they are patched into finished DER.
    Bytes der = Forged().subject(type, good.substr(0, bytes.size()) + "~~~~").der();
    const std::string mark = good.substr(0, bytes.size()) + "~~~~";
    const auto at = std::search(der.begin(), der.end(), mark.begin(), mark.end());
    REQUIRE(at != der.end());
    std::copy(bytes.begin(), bytes.end(), at);
    const auto parsed = mtls::pki::parse_certificate(der);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == base::ErrorCode::kParse);
  }
}

TEST_CASE("certificate: without a common name the first subject alternative name takes its place") {
  testing::CertificateSpec spec;
  spec.subject = "O=Nameless";
  spec.dns_names = {"first.example", "second.example"};
  CHECK(facts_of(testing::mint(spec).certificate_pem).subject.common_name == "first.example");
  CHECK(Forged().no_subject().facts().subject.common_name == "(none)");
  spec.subject = "CN=one,O=Test,CN=two";
  CHECK(facts_of(testing::mint(spec).certificate_pem).subject.common_name == "two");
}

TEST_CASE("certificate: serial numbers are hex with their sign, long ones a hash (C8)") {
  CHECK(Forged().serial(V_ASN1_INTEGER, {0x0A}).facts().serial.hex == "0a");
  CHECK(Forged().serial(V_ASN1_INTEGER, {0}).facts().serial.hex == "00");
  CHECK(Forged().serial(V_ASN1_NEG_INTEGER, {0x01, 0xFF}).facts().serial.hex == "-01ff");
  CHECK(Forged().serial(V_ASN1_INTEGER, Bytes(20, 0x11)).facts().serial.hex ==
        std::string(40, '1'));
  const auto huge = Forged().serial(V_ASN1_INTEGER, Bytes(65536, 0x11)).facts().serial.hex;
  CHECK(huge.size() == 17);
  CHECK(huge[0] == '#');
  CHECK(huge != Forged().serial(V_ASN1_INTEGER, Bytes(65535, 0x11)).facts().serial.hex);
}

TEST_CASE(
    "certificate: dates are read over the whole range, and what is not a date is recognized (C9, "
    "C10, C11)") {
  using std::chrono::sys_days;
  using std::chrono::year;
  struct Row {
    int type;
    std::string text;
    std::optional<base::sys_seconds> expected;
    bool too_short = false;  // OpenSSL 3.5 does not decode it (R9.18)
  };
  constexpr bool kTooShort = true;
  const auto day = [](int y, unsigned m, unsigned d) {
    return base::sys_seconds{sys_days{year{y} / std::chrono::month{m} / std::chrono::day{d}}};
  };
  const std::vector<Row> table{
      {V_ASN1_UTCTIME, "500101000000Z", day(1950, 1, 1)},
      {V_ASN1_UTCTIME, "491231235959Z", day(2050, 1, 1) - 1s},
      {V_ASN1_GENERALIZEDTIME, "20380119031408Z", base::sys_seconds{2147483648s}},
      {V_ASN1_GENERALIZEDTIME, "99991231235959Z", base::kNoExpiry},
      {V_ASN1_GENERALIZEDTIME, "16000229000000Z", day(1600, 2, 29)},
      {V_ASN1_UTCTIME, "300101010000+0100", std::nullopt},
      {V_ASN1_UTCTIME, "3001010000Z", std::nullopt, kTooShort},
      {V_ASN1_GENERALIZEDTIME, "20300101000000.5Z", std::nullopt},
      {V_ASN1_GENERALIZEDTIME, "203001010000Z", std::nullopt, kTooShort},
      {V_ASN1_UTCTIME, "300230000000Z", std::nullopt},
      {V_ASN1_UTCTIME, "290229000000Z", std::nullopt},
      {V_ASN1_UTCTIME, "301231235960Z", std::nullopt},
      {V_ASN1_UTCTIME, "garbage", std::nullopt, kTooShort},
      {V_ASN1_UTCTIME, "", std::nullopt, kTooShort},
  };
  const bool decodes_any_length = OPENSSL_version_major() == 3 && OPENSSL_version_minor() < 5;
  for (const Row& row : table) {
    INFO(row.text);
    const auto certificate = Forged().not_after(row.type, row.text).parsed();
    CHECK(certificate.has_value() == (decodes_any_length || !row.too_short));
    if (certificate) CHECK(certificate->facts().validity.not_after == row.expected);
  }
}
