#include "audit/refusals/every_openssl.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "audit/trust/trust.h"
#include "base/text.h"

namespace mtls::audit::refusals {
namespace {

using pki::OpensslRelease;
using pki::ssl::SslRefusal;

constexpr OpensslRelease kFirst{3, 0};
constexpr OpensslRelease kNewest{3, 6};  // the last that was asked

bool is_known(OpensslRelease release) {
  const OpensslRelease line{release.major, release.minor};
  return line >= kFirst && line <= kNewest;
}

// Not in 3.0, but in a later release; in lower case.
constexpr std::array<std::string_view, 11> kLateGroups{"default",
                                                       "mlkem512",
                                                       "mlkem768",
                                                       "mlkem1024",
                                                       "x25519mlkem768",
                                                       "x448mlkem1024",
                                                       "curvesm2",
                                                       "secp256r1mlkem768",
                                                       "secp384r1mlkem1024",
                                                       "curvesm2mlkem768",
                                                       "x25519kyber768draft00"};
constexpr std::array<std::string_view, 7> kLateOptions{
    "ignoreunexpectedeof",     "ktlstxzerocopysendfile",   "legacyecpointformats",
    "prefernodhekex",          "rxcertificatecompression", "strictcertcheck",
    "txcertificatecompression"};
constexpr std::array<std::string_view, 2> kLateSuites{"tls_sha256_sha256", "tls_sha384_sha384"};

template <std::size_t kSize>
bool is_one_of(const std::array<std::string_view, kSize>& known, std::string_view word) {
  return std::ranges::find(known, word) != known.end();
}

// brainpoolP256r1tls13.
bool is_late_group(std::string_view word) {
  return is_one_of(kLateGroups, word) || word.ends_with("tls13");
}
bool is_late_option(std::string_view word) { return is_one_of(kLateOptions, word); }
bool is_late_suite(std::string_view word) { return is_one_of(kLateSuites, word); }
bool is_late_signature(std::string_view word) {
  return word.starts_with("mldsa") || word.starts_with("slhdsa") || word.starts_with("sm2") ||
         word.find("brainpool") != std::string_view::npos;
}
bool is_never_late(std::string_view /*word*/) { return false; }

/// How a value is read.
struct Reading {
  std::string_view command;                // in lower case
  char separator;                          // between its words
  bool (*is_late)(std::string_view word);  // only later releases than 3.0 know it
};

constexpr std::array kReadings{
    Reading{"ciphersuites", ':', is_late_suite},
    Reading{"clientsignaturealgorithms", ':', is_late_signature},
    Reading{"maxprotocol", ',', is_never_late},
    Reading{"minprotocol", ',', is_never_late},
    Reading{"numtickets", ',', is_never_late},
    Reading{"options", ',', is_late_option},
    Reading{"protocol", ',', is_never_late},
    Reading{"signaturealgorithms", ':', is_late_signature},
    Reading{"verifymode", ',', is_never_late},
};

// A letter or digit, and no sign that only later releases read, such as 3.3's `?` and 3.5's `*`.
bool is_plain(std::string_view word) {
  const auto is_letter = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  return !word.empty() && is_letter(word.front()) && std::ranges::all_of(word, [&](char c) {
    return is_letter(c) || c == '_' || c == '.' || c == '-' || c == '+';
  });
}

std::vector<std::string> words_of(std::string_view list, char separator) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(separator, begin), list.size());
    words.emplace_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

bool is_late_or_odd(const std::string& word, bool (*is_late)(std::string_view)) {
  return !is_plain(word) || is_late(base::ascii_lower(word));
}

// `-SessionTicket` in a list of switches.
std::string without_sign(const std::string& word) {
  const std::size_t from = word.find_first_not_of(" \t");
  if (from == std::string::npos) return word;
  const std::size_t end = word.find_last_not_of(" \t") + 1;
  const std::size_t sign = word[from] == '-' || word[from] == '+' ? 1 : 0;
  return word.substr(from + sign, end - from - sign);
}

// The first name that no release knows.
std::optional<std::string> unknown_group(const std::string& list) {
  const std::vector<std::string> names = words_of(list, ':');
  if (std::ranges::any_of(names,
                          [](const auto& name) { return is_late_or_odd(name, is_late_group); }))
    return std::nullopt;
  const auto unknown = std::ranges::find_if(names, [](const std::string& name) {
    return pki::ssl::SslContext(trust::kDefaultSecurityLevel).set_curves(name).has_value();
  });
  return unknown == names.end() ? std::nullopt : std::optional(*unknown);
}

std::string bad_value(const std::string& name, const std::string& value) {
  return "error:0A000180:SSL routines::bad value:cmd=" + name + ", value=" + value;
}

bool takes_groups(std::string_view command) {
  return command == "groups" || command == "curves" || command == "ecdhparameters";
}

// All words of the value mean the same to every release.
bool is_read_alike(const Reading& reading, const std::string& value) {
  return std::ranges::none_of(words_of(value, reading.separator), [&](const std::string& word) {
    const std::string bare = reading.separator == ',' ? without_sign(word) : word;
    return !bare.empty() && is_late_or_odd(bare, reading.is_late);
  });
}

}  // namespace

SslRefusal refusal_of_groups(const std::string& list, OpensslRelease theirs) {
  if (!is_known(theirs)) return std::nullopt;
  if (list.empty()) return theirs < pki::kOpenssl35 ? SslRefusal("") : std::nullopt;
  const auto unknown = unknown_group(list);
  if (!unknown) return std::nullopt;
  if (theirs >= pki::kOpenssl35) return "";  // its own parser of lists leaves no reason
  return "error:0A080106:SSL routines::passed invalid argument:group '" + *unknown +
         "' cannot be set";
}

SslRefusal refusal_of_command(const std::string& name, const std::string& value,
                              const std::string& ours, OpensslRelease theirs) {
  if (!is_known(theirs)) return std::nullopt;
  if (ours.find("unknown cmd name") != std::string::npos) return ours;
  const std::string command = base::ascii_lower(name);
  if (takes_groups(command)) {
    const SslRefusal groups = refusal_of_groups(value, theirs);
    if (!groups) return std::nullopt;
    return *groups + (groups->empty() ? "" : " ") + bad_value(name, value);
  }
  if (command == "cipherstring") {
    const bool is_of_every = ours.find("no cipher match") != std::string::npos ||
                             ours.find("invalid command") != std::string::npos;
    return is_of_every ? SslRefusal(ours) : std::nullopt;
  }
  // Since 3.4 there may be two numbers.
  if (command == "recordpadding" && value.find(',') == std::string::npos) return ours;
  const auto* const reading = std::ranges::find(kReadings, command, &Reading::command);
  const bool is_judged = reading != kReadings.end() && is_read_alike(*reading, value);
  return is_judged ? SslRefusal(ours) : std::nullopt;
}

}  // namespace mtls::audit::refusals
