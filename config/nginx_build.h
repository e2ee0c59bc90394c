// Which nginx the configuration is for: version, linked OpenSSL and compiled-in paths decide
// behaviour (R1.41, R2, R4). Pure.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace mtls::config {

struct Version {
  int major = 0;
  int minor = 0;
  int patch = 0;

  auto operator<=>(const Version&) const = default;
};

/// `1.22.1`; nothing else is a version.
std::optional<Version> parse_version(std::string_view text);
std::string to_string(Version version);

struct NginxBuild {
  Version version{1, 31, 0};  // without a binary to ask: the newest known
  Version openssl{3, 0, 0};
  std::string prefix = "/usr/share/nginx";  // without a trailing slash
  std::string hostname = {};  // gethostname(2) where nginx runs, for `$hostname`; "": not known
  // What its configure was given; nullopt: not known, or not nginx's own sources.
  std::optional<std::string> configure = {};

  /// R2.30/31, R4.3: CA and CRL loaders changed; ssl_trusted_certificate alone became enough.
  bool loads_ca_by_pem_read() const { return version >= Version{1, 27, 2}; }

  bool operator==(const NginxBuild&) const = default;
};

/// Reads `nginx/1.22.1`, `built with OpenSSL 3.0.11` and the configure arguments where they stand
/// plainly in the binary's bytes (R1.41). The binary is never run. What is not found keeps its
/// default.
NginxBuild read_build(std::string_view binary);

}  // namespace mtls::config
