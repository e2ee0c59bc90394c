#include "pki/encoding/der_time.h"

#include <openssl/err.h>

namespace mtls::pki::encoding {
namespace {

constexpr unsigned char kInteger = 0x02;
constexpr unsigned char kUtcTime = 0x17;
constexpr unsigned char kGeneralizedTime = 0x18;
constexpr unsigned char kSequence = 0x30;
constexpr unsigned char kVersion = 0xA0;  // [0] of TBSCertificate

bool begins_with(DerBytes der, unsigned char tag) { return !der.empty() && der.front() == tag; }
bool is_time(DerBytes der) {
  return begins_with(der, kUtcTime) || begins_with(der, kGeneralizedTime);
}

// "" too when no time begins there.
std::string_view reason_at(DerBytes der) {
  if (!is_time(der)) return "";
  const bool is_utc = der.front() == kUtcTime;
  const std::size_t least = is_utc ? sizeof("YYMMDDHHMMSSZ") - 1 : sizeof("YYYYMMDDHHMMSSZ") - 1;
  if (first_element(der).content.size() >= least) return "";
  return is_utc ? "utctime is too short" : "generalizedtime is too short";
}

// Of the times with which `der` begins.
std::string_view reason_of_times(DerBytes& der) {
  while (is_time(der)) {
    const std::string_view reason = reason_at(der);
    if (!reason.empty()) return reason;
    der = first_element(der).rest;
  }
  return "";
}

DerBytes signed_part(DerBytes der) { return first_element(first_element(der).content).content; }

std::string_view in_entries(DerBytes entries) {
  while (begins_with(entries, kSequence)) {
    const DerElement entry = first_element(entries);
    const DerBytes behind_serial = first_element(entry.content).rest;
    const std::string_view reason = reason_at(behind_serial);
    if (!reason.empty()) return reason;
    entries = entry.rest;
  }
  return "";
}

std::string_view in_certificate(DerBytes der) {
  DerBytes at = signed_part(der);
  if (begins_with(at, kVersion)) at = first_element(at).rest;
  for (int i = 0; i < 3; ++i) at = first_element(at).rest;  // serial number, algorithm, issuer
  DerBytes validity = first_element(at).content;
  return reason_of_times(validity);
}

std::string_view in_crl(DerBytes der) {
  DerBytes at = signed_part(der);
  if (begins_with(at, kInteger)) at = first_element(at).rest;  // version
  for (int i = 0; i < 2; ++i) at = first_element(at).rest;     // algorithm, issuer
  const std::string_view reason = reason_of_times(at);
  if (!reason.empty() || !begins_with(at, kSequence)) return reason;
  return in_entries(first_element(at).content);
}

}  // namespace

std::string_view short_time_in_certificate(DerBytes der) {
  ERR_set_mark();
  const std::string_view reason = in_certificate(der);
  ERR_pop_to_mark();
  return reason;
}

std::string_view short_time_in_crl(DerBytes der) {
  ERR_set_mark();
  const std::string_view reason = in_crl(der);
  ERR_pop_to_mark();
  return reason;
}

}  // namespace mtls::pki::encoding
