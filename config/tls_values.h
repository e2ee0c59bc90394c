// The values of single TLS directives that are more than a flag, a number or a text. Plain values;
// how they are read is config/tls/effective.h. Pure.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>

namespace mtls::config {

enum class Protocol { kSsl2, kSsl3, kTls1, kTls11, kTls12, kTls13 };

/// As ssl_protocols spells them, in the order of the enum.
inline constexpr std::array<std::string_view, 6> kProtocolWords{"SSLv2",   "SSLv3",   "TLSv1",
                                                                "TLSv1.1", "TLSv1.2", "TLSv1.3"};

inline std::string_view word(Protocol protocol) {
  return kProtocolWords.at(static_cast<std::size_t>(protocol));
}

class ProtocolSet {
 public:
  bool has(Protocol protocol) const { return bits_.test(static_cast<std::size_t>(protocol)); }
  bool has_only(Protocol protocol) const { return has(protocol) && bits_.count() == 1; }
  void insert(Protocol protocol) { bits_.set(static_cast<std::size_t>(protocol)); }

  /// `TLSv1.2 TLSv1.3`, from the oldest to the newest.
  std::string text() const {
    std::string all;
    for (std::size_t i = 0; i < kProtocolWords.size(); ++i) {
      if (bits_.test(i)) all.append(all.empty() ? "" : " ").append(kProtocolWords[i]);
    }
    return all;
  }
  bool operator==(const ProtocolSet&) const = default;

 private:
  std::bitset<kProtocolWords.size()> bits_;
};

/// ssl_session_cache: the part inside each worker and the zone that all share are set apart from
/// each other (R2.15).
struct SessionCache {
  std::string builtin;  // `off`, `none`, `builtin`, `builtin:SIZE`; "" beside a zone
  std::string shared;   // `shared:NAME:SIZE`; "" without one, or where `builtin` makes it useless

  std::string text() const {
    return builtin.empty() || shared.empty() ? builtin + shared : builtin + " " + shared;
  }
  bool operator==(const SessionCache&) const = default;
};

enum class Ocsp { kOff, kOn, kLeaf };

/// Of mail: a connection begins without TLS, and `only` takes no login before it has TLS (R9.15).
enum class Starttls { kOff, kOn, kOnly };

}  // namespace mtls::config
