// Which nginx the configuration is for: its version, its OpenSSL and its compiled-in paths decide
// how it behaves (R1.41, R2, R4). Pure.
#pragma once

#include <compare>
#include <cstdint>
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

/// Reads `1.22.1`; nullopt for any other form.
std::optional<Version> parse_version(std::string_view text);
/// `1.22.1`.
std::string to_string(Version version);

/// The products that share nginx's configuration language. kUnknown: a binary that says of itself
/// none of these names.
enum class Dialect { kNginx, kPlus, kOpenresty, kAngie, kTengine, kFreenginx, kUnknown };
std::string_view word(Dialect dialect);  // nginx plus openresty angie tengine freenginx unknown

/// Who says which release it is: nobody, the operator, or the binary.
enum class VersionSource { kAssumed, kNamed, kBinary };

/// Who says which OpenSSL nginx runs with, from the least certain to the most (R9.5): nobody, the
/// binary (what it was built with), the library that its loader would take, the operator, or the
/// library that nginx's master has mapped.
enum class OpensslSource { kAssumed, kBuilt, kInstalled, kNamed, kRunning };
std::string_view word(OpensslSource source);  // assumed built installed named running

/// The file that nginx runs from, and what it was when it was read. A package that is upgraded puts
/// another file there, while the old one runs on.
struct Binary {
  std::string path;  // "": not known
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  bool operator==(const Binary&) const = default;
};

struct NginxBuild {
  Version version{1, 31, 0};  // the newest known release, when there is no binary to ask
  Version openssl{3, 0, 0};   // that it runs with, as far as that is known
  OpensslSource openssl_source = OpensslSource::kAssumed;
  std::string prefix = "/usr/share/nginx";  // without a trailing slash
  // gethostname(2) on nginx's host, for `$hostname`; "" when it is not known.
  std::string hostname = {};
  // The arguments of its configure script. nullopt: not known, or the binary is not built from
  // nginx's own sources.
  std::optional<std::string> configure = {};
  Dialect dialect = Dialect::kNginx;
  VersionSource version_source = VersionSource::kAssumed;
  Binary binary = {};

  /// Since 1.27.2 nginx loads CA files and CRLs in another way (R4.3), and ssl_trusted_certificate
  /// alone is enough (R2.30, R2.31).
  bool loads_ca_by_pem_read() const { return version >= Version{1, 27, 2}; }

  bool operator==(const NginxBuild&) const = default;
};

/// Finds `nginx/1.22.1` (or what another product writes there), `built with OpenSSL 3.0.11` and the
/// configure arguments, which a binary contains as plain text (R1.41). Never runs the binary. What
/// it does not find keeps its default.
NginxBuild read_build(std::string_view binary);

}  // namespace mtls::config
