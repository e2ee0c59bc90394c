// How many CA names fit into a CertificateRequest, and what nginx does with more: our finding must
// appear before nginx fails.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "audit/build.h"
#include "daemon/system/disk.h"
#include "tests/integration/verdict/verdict_pki.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/wire/free_port.h"
#include "tests/support/wire/tls_client.h"

namespace mtls::testing {
namespace {

// One key for all, since only the names matter.
Minted named_by(const Minted& key, const std::string& name, std::size_t letters) {
  constexpr std::size_t kUnit = 64;  // RFC 5280 appendix A.1, ub-organizational-unit-name
  std::string subject = "CN=" + name;
  for (std::size_t left = letters; left > 0; left -= std::min(left, kUnit))
    subject += ",OU=" + std::string(std::min(left, kUnit), 'x');
  return authority(subject, nullptr, same_key(key));
}

class Site {
 public:
  Site() {
    const Minted server = authority("CN=localhost", nullptr, usage("digitalSignature,keyCertSign"));
    directory_.write("server.pem", server.certificate_pem);
    directory_.write("server.key", server.key_pem);
    directory_.write(
        "nginx.conf",
        nginx_http_conf("server { listen 127.0.0.1:" + std::to_string(port_) +
                        " ssl; ssl_certificate server.pem; ssl_certificate_key server.key; "
                        "ssl_client_certificate clients.pem; ssl_verify_client optional; "
                        "return 200; }"));
  }

  /// 60 long names and one of `letters` letters; returns their bytes on the wire.
  std::size_t announce(std::size_t letters) {
    directory_.write("clients.pem", long_names_ + named_by(key_, "last", letters).certificate_pem);
    return judged()->servers.at(0)->ca_names_bytes;
  }

  bool is_reported() {
    const auto snapshot = judged();
    const auto& findings = snapshot->servers.at(0)->findings;
    return std::any_of(findings.begin(), findings.end(), [](const audit::Finding& finding) {
      return finding.kind == audit::FindingKind::kCaNamesTooLarge;
    });
  }

  /// The status that a client without a certificate gets; 0: no handshake.
  int status() {
    NginxRunner nginx(directory_);
    const TlsAnswer answer = request({.port = port_});
    nginx.stop();
    log_ = nginx.error_log() + answer.error;
    return answer.status;
  }
  const std::string& log() const { return log_; }

 private:
  std::shared_ptr<const audit::Snapshot> judged() {
    audit::Policy policy;
    policy.nginx_conf = directory_.path("nginx.conf");
    policy.build.version = {1, 22, 1};
    daemon::system::Disk disk;
    return audit::build(
        {.policy = policy, .disk = disk, .now = now(), .previous = nullptr, .changes = {}});
  }

  std::string make_long_names() const {
    constexpr int kNames = 60;
    std::string all;
    for (int i = 0; i < kNames; ++i)
      all += named_by(key_, std::to_string(100 + i), std::size_t{14} * 64).certificate_pem;
    return all;
  }

  TempDir directory_;
  std::uint16_t port_ = free_port();
  Minted key_ = authority("CN=key");
  std::string long_names_ = make_long_names();
  std::string log_;
};

}  // namespace

TEST_CASE("ca names: without our finding they fit, and beyond 2^16-1 bytes no handshake succeeds") {
  if (!NginxRunner::available()) {
    WARN("no nginx here");
    return;
  }
  Site site;
  std::size_t letters = 1;
  while (site.announce(letters) < 65'000) letters += 64;
  while (site.announce(letters), !site.is_reported()) ++letters;
  const std::size_t reported = site.announce(letters);
  CHECK(reported <= 65'535);
  const std::size_t silent = site.announce(letters - 1);
  CHECK_FALSE(site.is_reported());
  INFO(silent << " and " << reported << " bytes");
  const int fits = site.status();
  INFO(site.log());
  CHECK(fits == 200);

  while (site.announce(letters) <= 65'535) ++letters;
  CHECK(site.is_reported());
  CHECK(site.status() == 0);
  CHECK_THAT(site.log(),
             Catch::Contains("SSL_do_handshake() failed") && Catch::Contains("internal error"));
}

}  // namespace mtls::testing
