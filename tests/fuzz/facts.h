// What must hold for facts from any DER, since they end up in labels, logs and JSON.
#pragma once

#include "base/text.h"
#include "pki/certificate.h"
#include "tests/fuzz/target.h"

namespace mtls::fuzz {

inline void must_be_label(const std::string& text, std::size_t limit, std::string_view what) {
  must(text.size() <= limit, what);
  must(base::sanitize(text, limit) == text, what);
}

inline void check_name(const pki::DistinguishedName& name) {
  constexpr std::size_t kMaxNameBytes = 512;
  must(!name.common_name.empty(), "a name has something to be called by");
  must_be_label(name.common_name, base::kMaxLabelBytes, "a common name is a label");
  must_be_label(name.rfc2253, kMaxNameBytes, "a name is text");
}

/// Hex of at most 20 bytes, or `#` and a hash; either may have a sign.
inline void check_serial(const std::string& serial) {
  constexpr std::size_t kMaxDigits = 41;
  must(serial.size() <= kMaxDigits, "a serial number is short");
  must(serial.find_first_not_of("-#0123456789abcdef") == std::string::npos, "and hex");
}

}  // namespace mtls::fuzz
