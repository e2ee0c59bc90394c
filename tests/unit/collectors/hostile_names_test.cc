// Names, serial numbers and dates made to hurt (C1 to C11), byte by byte, and what the metrics say.
#include "pki/openssl_release.h"
#include "pki/verify.h"
#include "tests/unit/collectors/hostile_fixture.h"

namespace mtls::hostile {
namespace {

using der::Bytes;

struct NameRow {
  std::string what;
  Bytes value;
  std::string label;
};

void check_labels(const std::vector<NameRow>& table) {
  for (const NameRow& row : table) {
    INFO(row.what);
    CHECK(metrics_of(authority(der::common_name(row.value))).common_name() == row.label);
  }
}

TEST_CASE("C1: a NUL in a common name is shown, and ends nothing") {
  check_labels({{"NUL", der::tlv(der::kUtf8, std::string_view("good.test\0.evil", 15)),
                 "good.test\\x00.evil"}});
}

TEST_CASE("C2: what forges a line, a label or an order is shown by its number") {
  check_labels({
      {"newline", der::tlv(der::kUtf8, "a\nb"), "a\\x0Ab"},
      {"carriage return", der::tlv(der::kUtf8, "a\rb"), "a\\x0Db"},
      {"quote and backslash", der::tlv(der::kUtf8, "a\"b\\c"), "a\"b\\c"},
      {"escape", der::tlv(der::kUtf8, "\x1B[31m"), "\\x1B[31m"},
      {"bidi override", der::tlv(der::kUtf8, "a\xE2\x80\xAE"), "a\\u{202E}"},
      {"next line (C1)", der::tlv(der::kUtf8, "\xC2\x85"), "\\u{85}"},
  });
}

TEST_CASE("C3: a name that is no text makes a bad block at its line, the others count") {
  const std::vector<std::pair<std::string, Bytes>> table{
      {"invalid UTF-8", der::tlv(der::kUtf8, "\xFF")},
      {"overlong UTF-8", der::tlv(der::kUtf8, "\xC0\xAF")},
      {"a surrogate", der::tlv(der::kUtf8, "\xED\xA0\x80")},
      {"an odd BMPString", der::tlv(der::kBmp, "abc")},
      {"beyond Unicode", der::tlv(der::kUniversal, std::string_view("\0\x11\0\0", 4))},
      {"an OCTET STRING", der::tlv(der::kOctetString, "abc")},
  };
  const std::string good = der::certificate_pem(authority(der::named("good")));
  for (const auto& [what, value] : table) {
    INFO(what);
    Host host;
    host.disk.put(kBundle,
                  "text\n" + der::certificate_pem(authority(der::common_name(value))) + good);
    const auto snapshot = host.scratch();
    const Metrics metrics(*snapshot);
    CHECK(metrics.problem("bad_block") == 1);
    CHECK(metrics.state("valid") == 1);
    CHECK(metrics.all("bundle_verify_success").at(0).value == 0);
    const auto& errors = snapshot->material.at(kBundle)->material->block_errors;
    REQUIRE(errors.size() == 1);
    CHECK(errors.front().line == 2);
  }
}

TEST_CASE("C4: bytes beyond ASCII in the old string types are latin-1, and come out as UTF-8") {
  for (const unsigned char tag : {der::kPrintable, der::kIa5, der::kT61}) {
    check_labels({{std::to_string(tag), der::tlv(tag, "M\xFCller"), "M\xC3\xBCller"}});
  }
}

TEST_CASE("C5: a common name that is none falls back to the first alternative name") {
  const Bytes sequence = der::common_name(der::sequence({der::integer(1)}));
  const Bytes empty = der::sequence({});
  for (const Bytes& subject : {sequence, empty}) {
    CHECK(metrics_of(authority(subject)).common_name() == "(none)");
    auto fields = authority(subject);
    fields.extensions.push_back(
        der::alternative_names({der::tlv(0x87, std::string_view("\x7F\0\0\1", 4)),
                                der::tlv(0x82, "first.test"), der::tlv(0x82, "second.test")}));
    const Metrics metrics = metrics_of(fields);
    CHECK(metrics.common_name() == "first.test");
    CHECK(metrics.all("ca_info").at(0).labels.at("fingerprint").size() == 16);
  }
}

TEST_CASE("C6: a common name of 900 KiB is cut and marked, one of 2 MiB is a bad block") {
  const std::string big(900U << 10U, 'x');
  const std::string label =
      metrics_of(authority(der::common_name(der::tlv(der::kUtf8, big)))).common_name();
  CHECK(label.size() <= base::kMaxLabelBytes);
  CHECK(label.starts_with("xxx"));
  CHECK(label.find("…#") != std::string::npos);
  const std::string other =
      metrics_of(authority(der::common_name(der::tlv(der::kUtf8, big + "y")))).common_name();
  CHECK(other != label);
  const Metrics refused =
      metrics_of(authority(der::common_name(der::tlv(der::kUtf8, std::string(2U << 20U, 'x')))));
  CHECK(refused.problem("bad_block") == 1);
  CHECK(refused.all("ca_info").empty());
}

TEST_CASE("C7: many parts, extensions and alternative names add no series") {
  const Bytes rdn =
      der::tlv(der::kSet, der::sequence({der::oid("2.5.4.3"), der::tlv(der::kUtf8, "part")}));
  auto parts = authority(der::sequence(std::vector<Bytes>(10'000, rdn)));
  auto extensions = authority(der::named("extensions"));
  extensions.extensions.resize(50'000, der::extension("1.2.3.4", Bytes{5, 0}));
  auto names = authority(der::named("names"));
  names.extensions.push_back(
      der::alternative_names(std::vector<Bytes>(100'000, der::tlv(0x82, "a.test"))));
  Bytes nested = der::tlv(0x82, "a.test");
  for (int i = 0; i < 5'000; ++i) nested = der::tlv(0xA4, nested);
  auto deep = authority(der::named("deep"));
  deep.extensions.push_back(der::alternative_names({nested}));
  const std::vector<std::pair<der::CertificateFields, std::string>> table{
      {parts, "part"}, {extensions, "extensions"}, {names, "names"}, {deep, "deep"}};
  for (const auto& [fields, label] : table) {
    INFO(label);
    const Metrics metrics = metrics_of(fields);
    CHECK(metrics.common_name() == label);
    CHECK(metrics.all("ca_info").size() == 1);
  }
}

TEST_CASE("C8: a serial number is hex with its sign, a long one a hash, an empty one a bad block") {
  const auto serial_of = [](const Bytes& content) {
    const auto read =
        pki::parse_certificate(der::certificate({.serial = der::tlv(der::kInteger, content)}));
    return read ? read->facts().serial.hex : "refused";
  };
  CHECK(serial_of({0x01}) == "01");
  CHECK(serial_of({0x00}) == "00");
  CHECK(serial_of({0xFF}) == "-01");
  CHECK(serial_of({}) == "refused");
  CHECK(serial_of(Bytes(20, 0x11)) == std::string(40, '1'));
  const std::string positive = serial_of(Bytes(64U << 10U, 0x11));
  CHECK(positive.size() == 17);
  CHECK(positive.front() == '#');
  CHECK(serial_of(Bytes(4U << 20U, 0x11)).size() == 17);
  CHECK(serial_of(Bytes(21, 0x80)).starts_with("-#"));
}

// Of a CA whose notAfter is `value`.
std::vector<Sample> ends(const Bytes& value) {
  auto fields = authority(der::named("dated"));
  fields.not_after = value;
  return metrics_of(fields).all("ca_not_after_timestamp_seconds");
}

TEST_CASE("C9: dates from the year 0 to 9999 are exact") {
  const std::vector<std::pair<Bytes, double>> table{
      {der::tlv(der::kUtcTime, "500101000000Z"), -631152000},
      {der::tlv(der::kUtcTime, "491231235959Z"), 2524607999},
      {der::tlv(der::kGeneralizedTime, "20380119031408Z"), 2147483648},
      {der::tlv(der::kGeneralizedTime, "21060207062816Z"), 4294967296},
      {der::tlv(der::kGeneralizedTime, "99991231235959Z"), 253402300799},
      {der::tlv(der::kGeneralizedTime, "16000101000000Z"), -11676096000},
      {der::tlv(der::kGeneralizedTime, "00000101000000Z"), -62167219200},
  };
  for (const auto& [value, seconds] : table) {
    INFO(static_cast<std::int64_t>(seconds));
    const auto found = ends(value);
    REQUIRE(found.size() == 1);
    CHECK(found.front().value == seconds);
  }
}

// OpenSSL 3.5 and later do not decode a date without seconds at all (R9.18).
bool is_decoded(const Bytes& value) {
  auto fields = authority(der::named("dated"));
  fields.not_after = value;
  return pki::parse_certificate(der::certificate(fields)).has_value();
}

bool is_too_short(const Bytes& value) {
  constexpr std::size_t kHeader = 2;  // tag and length
  const bool is_utc = value.front() == der::kUtcTime;
  return value.size() - kHeader <
         std::string_view(is_utc ? "300101010000Z" : "20300101000000Z").size();
}

void check_no_date(const Bytes& value) {
  if (!is_decoded(value)) {
    CHECK(is_too_short(value));
    CHECK(pki::linked_openssl() >= pki::kOpenssl35);
    return;
  }
  auto fields = authority(der::named("dated"));
  fields.not_after = value;
  const Metrics metrics = metrics_of(fields);
  CHECK(metrics.problem("invalid_date") == 1);
  CHECK(metrics.state("valid") == 0);
  CHECK(metrics.all("ca_info").size() == 1);
  CHECK(metrics.all("ca_not_after_timestamp_seconds").empty());
  CHECK(metrics.all("bundle_earliest_expiry_timestamp_seconds").empty());
}

TEST_CASE("C10: a date that is none has no series and is a problem, not a zero") {
  for (const char* text : {"20161231235960Z", "20300230000000Z", "garbage", ""}) {
    INFO(text);
    check_no_date(der::tlv(der::kGeneralizedTime, text));
  }
}

// OpenSSL reads them and still refuses every chain with them: 14, format error in notAfter field.
TEST_CASE("C11: a date with an offset, a fraction or no seconds is none to OpenSSL, so to us") {
  const std::vector<Bytes> table{
      der::tlv(der::kUtcTime, "300101010000+0100"),
      der::tlv(der::kUtcTime, "3001010100Z"),
      der::tlv(der::kGeneralizedTime, "20300101000000.5Z"),
  };
  for (const Bytes& value : table) {
    check_no_date(value);
    if (!is_decoded(value)) continue;
    auto fields = authority(der::named("dated"));
    fields.not_after = value;
    const auto certificate = pki::parse_certificate(der::certificate(fields)).value();
    const pki::TrustStore store({certificate}, {}, false);
    constexpr int kErrorInNotAfter = 14;
    CHECK(store.verify(std::span(&certificate, 1), {}, kT0).code == kErrorInNotAfter);
  }
}

}  // namespace
}  // namespace mtls::hostile
