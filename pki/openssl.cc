#include "pki/openssl.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/sha.h>

#include <ctime>

#include "base/text.h"

namespace mtls::pki {

void start_openssl() {
  [[maybe_unused]] static const int kStarted =
      OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
}

base::Error drain_errors(std::string_view what) {
  // The oldest entry is the innermost, hence the most precise.
  const unsigned long code = ERR_get_error();
  const char* reason = ERR_reason_error_string(code);
  ERR_clear_error();
  expect_memory(code);
  return {.code = base::ErrorCode::kParse,
          .message = std::string(what) + ": " + (reason ? reason : "not accepted by OpenSSL"),
          .at = std::nullopt};
}

Fingerprint sha256(std::span<const unsigned char> bytes) {
  Fingerprint digest;
  SHA256(bytes.data(), bytes.size(), digest.bytes.data());
  return digest;
}

std::optional<base::sys_seconds> time_of(const ASN1_TIME* time) {
  std::tm date{};
  std::time_t any = 0;
  // ASN1_TIME_to_tm() takes a null argument as "now". It also accepts an offset or missing seconds,
  // which X509_cmp_time() does not; OpenSSL then refuses the date when it judges a chain.
  if (time == nullptr || X509_cmp_time(time, &any) == 0 || ASN1_TIME_to_tm(time, &date) != 1)
    return std::nullopt;
  using namespace std::chrono;
  const year_month_day day{year{date.tm_year + 1900}, month{static_cast<unsigned>(date.tm_mon + 1)},
                           std::chrono::day{static_cast<unsigned>(date.tm_mday)}};
  if (!day.ok()) return std::nullopt;
  return base::sys_seconds{sys_days{day}} + hours{date.tm_hour} + minutes{date.tm_min} +
         seconds{date.tm_sec};
}

SerialNumber serial_of(const ASN1_INTEGER* integer) {
  constexpr std::size_t kMaxBytes = 20;  // RFC 5280 §4.1.2.2
  const std::span<const unsigned char> magnitude = bytes_of(integer);
  const std::string sign = ASN1_STRING_type(integer) == V_ASN1_NEG_INTEGER ? "-" : "";
  if (magnitude.size() > kMaxBytes) return {sign + "#" + sha256(magnitude).label()};
  return {sign + base::hex(magnitude)};
}

}  // namespace mtls::pki
