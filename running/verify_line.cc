#include "running/verify_line.h"

#include <algorithm>
#include <array>

#include "running/error_log.h"

namespace mtls::running {
namespace {

constexpr std::size_t kTime = std::string_view("0000/00/00 00:00:00 ").size();

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `*N `, the number of the connection.
bool take_connection(std::string_view& text) {
  if (!take(text, "*")) return false;
  const std::size_t digits = std::ranges::find_if_not(text, is_digit) - text.begin();
  text.remove_prefix(digits);
  return digits > 0 && take(text, " ");
}

/// `(10:certificate has expired)`. X509_verify_cert_error_string() has no parentheses.
bool take_code(std::string_view& text, VerifyLine& line) {
  constexpr std::size_t kMostDigits = 5;
  if (!take(text, "(")) return false;
  const std::size_t digits = std::ranges::find_if_not(text, is_digit) - text.begin();
  if (digits == 0 || digits > kMostDigits) return false;
  line.code = text.substr(0, digits);
  text.remove_prefix(digits);
  const std::size_t end = text.find(')');
  if (end == std::string_view::npos || !take(text, ":")) return false;
  text.remove_prefix(end);
  return true;
}

/// ngx_ssl_ocsp_get_status().
bool take_ocsp(std::string_view& text, VerifyLine& line) {
  for (const std::string_view reason : kOcspReasons) {
    if (!take(text, reason)) continue;
    line.code = "ocsp";
    line.reason = reason;
    return true;
  }
  return false;
}

bool take_client(std::string_view& text, VerifyLine& line) {
  line.side = VerifySide::kClient;
  if (take(text, " certificate verify error: "))
    return text.starts_with('(') ? take_code(text, line) : take_ocsp(text, line);
  return false;
}

bool take_upstream(std::string_view& text, VerifyLine& line) {
  constexpr std::string_view kEnd = "\" while SSL handshaking to upstream, client: ";
  line.side = VerifySide::kUpstream;
  if (take(text, " verify error: ")) return take_code(text, line);
  if (!take(text, " does not match \"")) return false;
  const std::size_t end = text.find(kEnd);
  if (end == std::string_view::npos) return false;
  text.remove_prefix(end + 1);
  line.code = "name";
  return true;
}

bool take_message(std::string_view& text, VerifyLine& line) {
  if (take(text, "client SSL")) return take_client(text, line);
  if (take(text, "upstream SSL certificate")) return take_upstream(text, line);
  line.code = "no_cert";
  return take(text, "client sent no required SSL certificate");
}

/// ` while ACTION`; an action is a few plain words. Anything else is a line that was cut off when
/// the disk was full, with another one behind it.
bool take_action(std::string_view& text) {
  if (!take(text, " while ")) return true;
  const auto is_word = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ' ||
           c == '/' || c == '-' || c == '_';
  };
  text.remove_prefix(std::ranges::find_if_not(text, is_word) - text.begin());
  return true;
}

/// `, client: ADDRESS`, of mail perhaps with ` using starttls`.
bool take_client_address(std::string_view& text) {
  if (!take(text, ", client: ") && !take(text, ", udp client: ")) return false;
  const std::size_t end = text.find(',');
  if (end == std::string_view::npos) return false;
  const std::string_view address = text.substr(0, end);
  if (address.find_first_of("[]\"") != std::string_view::npos && !address.starts_with("unix:"))
    return false;
  text.remove_prefix(end);
  return true;
}

/// What follows the name of the server: http prints the request, stream and mail what they know of
/// the connection.
bool take_server(std::string_view text, VerifyLine& line) {
  constexpr std::array<std::string_view, 5> kBehind{
      "request: \"", "login: \"", "upstream: ", "bytes from/to client:", "subrequest: \""};
  if (!take(text, ", server: ")) return false;
  line.server = text;
  for (std::size_t at = text.find(", "); at != std::string_view::npos; at = text.find(", ", at)) {
    const std::string_view rest = text.substr(at + 2);
    const auto* const behind =
        std::ranges::find_if(kBehind, [&](auto word) { return rest.starts_with(word); });
    if (behind != kBehind.end()) {
      line.server = text.substr(0, at);
      line.is_http = behind == kBehind.begin();
      return true;
    }
    at += 2;
  }
  return true;
}

}  // namespace

std::optional<VerifyLine> parse_verify_line(std::string_view line) {
  // Most lines end here: clients are refused at level info, backends at error.
  if (line.size() < kTime + 1 || line[kTime] != '[') return std::nullopt;
  const std::string_view level = line.substr(kTime + 1);
  const bool is_info = level.starts_with("info] ");
  if (!is_info && !level.starts_with("error] ")) return std::nullopt;
  const std::size_t message = line.find(": *", kTime);
  constexpr std::size_t kLongestHead = 64;
  if (message == std::string_view::npos || message > kLongestHead) return std::nullopt;
  std::string_view text = line.substr(message + 2);
  VerifyLine parsed;
  if (!take_connection(text) || !take_message(text, parsed)) return std::nullopt;
  if (is_info != (parsed.side == VerifySide::kClient)) return std::nullopt;
  const auto head = parse_log_line(line);
  if (!head || !take_action(text) || !take_client_address(text) || !take_server(text, parsed))
    return std::nullopt;
  parsed.pid = head->pid;
  return parsed;
}

}  // namespace mtls::running
