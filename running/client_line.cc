#include "running/client_line.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace mtls::running {
namespace {

constexpr std::size_t kMostHeaderBytes = 512;  // tag and host name are the administrator's
constexpr std::size_t kMostNameBytes = 4096;   // a name in SNI has at most 64 KiB, useful ones 253

/// How many bytes the character at the front has; 0: it is none (RFC 3629: no longer forms, no
/// surrogates, nothing above U+10FFFF).
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  const unsigned char next = byte(1);
  const bool is_long = (lead == 0xE0 && next < 0xA0) || (lead == 0xF0 && next < 0x90);
  const bool is_no_character = (lead == 0xED && next > 0x9F) || (lead == 0xF4 && next > 0x8F);
  return is_long || is_no_character ? 0 : size;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_bytes(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  return is_whole && !text.empty() ? std::optional(number) : std::nullopt;
}

/// `1764558229.123`. nullopt: it is something else, or centuries away.
std::optional<std::chrono::milliseconds> seconds_in(std::string_view text) {
  constexpr std::int64_t kMostSeconds = 100'000'000'000;
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || text.size() != dot + 4) return std::nullopt;
  const auto whole = number_in<std::int64_t>(text.substr(0, dot));
  const auto part = number_in<std::uint16_t>(text.substr(dot + 1));
  if (!whole || !part || *whole < 0 || *whole > kMostSeconds) return std::nullopt;
  return std::chrono::seconds(*whole) + std::chrono::milliseconds(*part);
}

/// The members of the object, one after the other; each has a string, the version a number.
class Members {
 public:
  explicit Members(std::string_view text) : text_(text) {}

  struct Member {
    std::string_view name;
    std::string_view value;  // escapes left as they are
  };
  /// nullopt: there is no other, or it is torn or none.
  std::optional<Member> next() {
    if (!skip(is_first_ ? '{' : ',')) return std::nullopt;
    is_first_ = false;
    const auto name = quoted();
    if (!name || !skip(':')) return std::nullopt;
    const auto value = !text_.empty() && text_.front() == '"' ? quoted() : digits();
    if (!value) return std::nullopt;
    return Member{*name, *value};
  }
  /// Only the closing brace is left.
  bool is_whole() const { return text_ == "}"; }

 private:
  bool skip(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::optional<std::string_view> quoted() {
    if (!skip('"')) return std::nullopt;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == '\\') {
        ++i;
      } else if (text_[i] == '"') {
        const std::string_view found = text_.substr(0, i);
        text_.remove_prefix(i + 1);
        return found;
      }
    }
    return std::nullopt;
  }
  std::optional<std::string_view> digits() {
    const std::size_t size = std::min(text_.find_first_not_of("0123456789"), text_.size());
    const std::string_view found = text_.substr(0, size);
    text_.remove_prefix(size);
    return size == 0 ? std::nullopt : std::optional(found);
  }

  std::string_view text_;
  bool is_first_ = true;
};

/// What ngx_escape_json() wrote. nullopt: it writes nothing of the kind.
std::optional<std::string> unescape_json(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      plain += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    constexpr std::string_view kWritten = "nrtbf\"\\/";
    constexpr std::string_view kMeant = "\n\r\t\b\f\"\\/";
    const std::size_t at = kWritten.find(text[i]);
    if (at != std::string_view::npos) {
      plain += kMeant[at];
      continue;
    }
    if (text[i] != 'u' || text.size() - i < 5 || text.substr(i + 1, 2) != "00") return std::nullopt;
    const int high = hex_digit(text[i + 3]);
    const int low = hex_digit(text[i + 4]);
    if (high < 0 || high > 7 || low < 0) return std::nullopt;
    plain += static_cast<char>(high * 16 + low);
    i += 4;
  }
  return plain;
}

bool set_verify(std::string_view text, ClientLine& line) {
  constexpr std::string_view kFailed = "FAILED";
  if (text == "SUCCESS") {
    line.verify = LineVerify::kSuccess;
  } else if (text.starts_with(kFailed)) {
    line.verify = LineVerify::kFailed;
    line.reason = text.substr(std::min(kFailed.size() + 1, text.size()));  // behind the colon
  } else {
    line.verify = LineVerify::kNone;
    return text == "NONE" || text.empty();
  }
  return true;
}

bool set_text(std::string_view text, std::string& value) {
  auto plain = text.size() <= kMostNameBytes ? unescape_json(text) : std::nullopt;
  if (plain) value = std::move(*plain);
  return plain.has_value();
}

/// The members, as they come.
struct Reading {
  enum Member : unsigned {
    kVersion,
    kOn,
    kVerify,
    kSni,
    kAddress,
    kPort,
    kProtocol,
    kReused,
    kEnded,
    kLasted,
    kLeaf,
    kMembers
  };
  static constexpr std::array<std::string_view, kMembers> kNames{
      "v",        "on",     "verify", "sni",    "address", "port",
      "protocol", "reused", "ended",  "lasted", "leaf"};

  ClientLine line;
  std::chrono::milliseconds ended{};
  std::chrono::milliseconds lasted{};
  unsigned seen = 0;

  /// false: the value is none that nginx writes there, or the member was there before.
  bool take(const Members::Member& member) {
    for (unsigned i = 0; i < kMembers; ++i) {
      if (kNames.at(i) != member.name) continue;
      if ((seen & (1U << i)) != 0) return false;
      seen |= 1U << i;
      return set(static_cast<Member>(i), member.value);
    }
    return true;  // of a later release, or what somebody added
  }

  bool set(Member member, std::string_view value) {
    switch (member) {
      case kVersion: return value == "1";
      case kOn: line.is_http = value == "http"; return line.is_http || value == "stream";
      case kVerify: return set_verify(value, line);
      case kSni: return set_text(value, line.sni);
      case kAddress: return set_text(value, line.address) && !line.address.empty();
      case kPort: return set_port(value);
      case kProtocol: line.is_quic = value.starts_with("HTTP/3"); return true;
      case kReused: line.is_resumed = value == "r"; return value == "r" || value == ".";
      case kEnded: return set_seconds(value, ended);
      case kLasted: return set_seconds(value, lasted);
      case kLeaf: line.leaf = value; return true;
      case kMembers: break;
    }
    return false;
  }

  bool set_port(std::string_view value) {
    if (value.empty()) return true;
    const auto port = number_in<std::uint16_t>(value);
    if (port) line.port = *port;
    return port.has_value();
  }

  static bool set_seconds(std::string_view value, std::chrono::milliseconds& into) {
    const auto seconds = seconds_in(value);
    if (seconds) into = *seconds;
    return seconds.has_value();
  }

  bool has_all() const {
    constexpr unsigned kOptional = (1U << kProtocol) | (1U << kPort);
    return (seen | kOptional) == (1U << kMembers) - 1;
  }
};

// `<190>Dec  1 03:03:49 mtls: `, with a host name before the tag unless `nohostname` is set.
std::optional<std::string_view> without_header(std::string_view datagram) {
  if (!datagram.starts_with('<')) return std::nullopt;
  const std::size_t at = datagram.substr(0, kMostHeaderBytes).find(": {\"v\":");
  if (at == std::string_view::npos) return std::nullopt;
  return datagram.substr(at + 2);
}

}  // namespace

std::string_view word(LineFault fault) {
  switch (fault) {
    case LineFault::kTooLong: return "too_long";
    case LineFault::kForeign: return "foreign";
    case LineFault::kTorn: return "torn";
    case LineFault::kNotUtf8: return "not_utf8";
    case LineFault::kSender: return "sender";
    case LineFault::kServer: return "server";
    case LineFault::kCertificate: return "certificate";
  }
  return "";
}

std::string_view word(LineVerify verify) {
  switch (verify) {
    case LineVerify::kSuccess: return "success";
    case LineVerify::kFailed: return "failed";
    case LineVerify::kNone: return "none";
  }
  return "";
}

std::variant<ClientLine, LineFault> parse_client_line(std::string_view datagram) {
  if (datagram.size() > kMostLineBytes) return LineFault::kTooLong;
  const auto object = without_header(datagram);
  if (!object) return LineFault::kForeign;
  if (!is_utf8(datagram)) return LineFault::kNotUtf8;
  Members members(*object);
  Reading reading;
  while (const auto member = members.next())
    if (!reading.take(*member)) return LineFault::kForeign;
  if (!members.is_whole()) return LineFault::kTorn;
  if (!reading.has_all()) return LineFault::kForeign;
  ClientLine& line = reading.line;
  if (line.verify != LineVerify::kNone && line.leaf.empty()) return LineFault::kForeign;
  line.at = std::chrono::sys_time<std::chrono::milliseconds>(reading.ended - reading.lasted);
  return std::move(line);
}

std::string unescape_uri(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '%' && text.size() - i >= 3 && hex_digit(text[i + 1]) >= 0 &&
                           hex_digit(text[i + 2]) >= 0;
    if (!is_escape) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return plain;
}

}  // namespace mtls::running
