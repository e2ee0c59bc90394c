// openssl(1) with the libraries of an nginx that brings its own (`./dev nginxes`), so that keys and
// clients of another OpenSSL can be had. Knows nothing of certificates.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace mtls::testing {

class OpensslTool {
 public:
  struct Release {
    int major = 0;
    int minor = 0;
    auto operator<=>(const Release&) const = default;
  };

  /// With the libraries that the nginx at this path is linked with; the host's when it names none.
  /// nullopt: there is no openssl(1), or it does not run with these.
  static std::optional<OpensslTool> beside(const std::string& nginx);
  /// The newest of the nginx under test and of those unpacked beside it.
  static std::optional<OpensslTool> newest();

  Release release() const { return release_; }
  /// Standard output and standard error. `input`: what it reads. Throws std::runtime_error when it
  /// does not end within 20 s.
  std::string run(const std::vector<std::string>& arguments, const std::string& input = "") const;

 private:
  std::vector<std::string> command_;
  Release release_;
};

}  // namespace mtls::testing
