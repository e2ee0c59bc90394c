// Lines of nginx's error log in which it refuses a certificate, of a client (R3.50 to R3.53) or of
// a backend (R3.55). nginx escapes nothing in its log: what a client chose stands in a line only
// behind what nginx itself wrote, so the parts are taken from the front, each as nginx prints it.
// Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mtls::running {

enum class VerifySide : std::uint8_t { kClient, kUpstream };

/// What OCSP said of a client's certificate, as ngx_ssl_ocsp_get_status() words it.
inline constexpr std::array<std::string_view, 3> kOcspReasons{
    "certificate revoked", "certificate status unknown", "certificate status request failed"};

struct VerifyLine {
  VerifySide side = VerifySide::kClient;
  int pid = 0;
  // `10`: the verify code. `no_cert`, `ocsp`, and of a backend `name`: it has another name.
  std::string_view code;
  std::string_view reason;  // of `ocsp` in nginx's words, else ""
  // What nginx prints behind `server: `: of a block of http its first name, else an address.
  std::string_view server;
  bool is_http = false;

  bool operator==(const VerifyLine&) const = default;
};

/// nullopt: it is another line, or torn.
std::optional<VerifyLine> parse_verify_line(std::string_view line);

}  // namespace mtls::running
