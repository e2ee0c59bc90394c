// F13 by exhaustion at a port with authentication: while the N-th allocation or call fails, clients
// that must be refused stay out. Afterwards everybody is judged as before, by the newest files.
#include "tests/faults/fault_scene.h"
#include "tests/faults/nth_failure.h"
#include "tests/support/web_files.h"
#include "tests/support/wire/tls_connection.h"

namespace mtls::daemon::testing {
namespace {

using mtls::testing::base64;
using mtls::testing::TlsClient;
using mtls::testing::TlsConnection;
using mtls::testing::users;
using mtls::testing::verifying;
using mtls::testing::WebFiles;
using mtls::testing::with_certificate;

const std::vector<Failing> kFailing = memory_files_and({
    {"read", Call::kRead, EIO},
    {"accept", Call::kAccept, EMFILE},
    {"send", Call::kSend, ENOBUFS},
    {"epoll_ctl", Call::kEpollControl, ENOSPC},
});

struct Visitor {
  TlsClient client;
  std::string password;
};

// A daemon whose port asks for a certificate and a password.
class GuardedPort {
 public:
  GuardedPort() {
    REQUIRE(eventually(15s, [this] { return scrape(scraper()) == 200; }));
  }

  /// 0: no answer.
  int scrape(const Visitor& visitor) const {
    return TlsConnection(port_, visitor.client)
        .ask("GET /metrics HTTP/1.1\r\nHost: h\r\nAuthorization: Basic " +
             base64("prometheus:" + visitor.password) + "\r\n\r\n")
        .status;
  }

  Visitor scraper() const { return {with_certificate(files_.scraper), "right"}; }
  /// A password that was not used before, so its hash has to be computed.
  Visitor guesser() {
    return {with_certificate(files_.scraper), "guess" + std::to_string(++guesses_)};
  }
  Visitor stranger() const { return {with_certificate(stranger_), "right"}; }

  /// Replaces the client CA; scrapers of the old one become strangers.
  void change_client_ca() {
    stranger_ = files_.scraper;
    files_.ca = authority("Scrapers " + std::to_string(++guesses_));
    files_.scraper = client("prometheus", files_.ca);
    files_.dir.rename_over("ca.pem", files_.ca.certificate_pem);
  }

  void check_closed() {
    CHECK(scrape(guesser()) != 200);
    CHECK(scrape(stranger()) != 200);
    CHECK(scrape({{}, "right"}) != 200);
  }

  /// To be called when nothing fails any more.
  void check_as_ever() {
    CHECK(scrape(scraper()) == 200);
    CHECK(scrape(guesser()) == 401);
    CHECK(scrape(stranger()) == 0);
    CHECK(scrape({{}, "right"}) == 0);
    if (const auto code = exporter_.wait(0ms)) {
      FAIL("it has ended with " << *code << ": " << exporter_.standard_error());
    }
  }

  Preloaded& faults() { return preloaded_; }

 private:
  ChildProcess start() const {
    write_server_certificate(site_);
    site_.write("ca.pem", authority("CA").certificate_pem);
    site_.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
    files_.config(verifying("RequireAndVerifyClientCert") + users("prometheus", "right"));
    return exporter(
        {"--nginx.conf", site_.path("nginx.conf"), "--web.config.file", files_.dir.path("w.yml"),
         "--web.listen-address", "127.0.0.1:" + std::to_string(port_)},
        preloaded_.environment());
  }

  Preloaded preloaded_;
  TempDir site_;
  WebFiles files_;
  Minted stranger_ = client("stranger", authority("Others"));
  std::uint16_t port_ = mtls::testing::free_port();
  int guesses_ = 0;
  ChildProcess exporter_ = start();
};

enum class Meanwhile { kNothing, kNewClientCa };

/// False once there are fewer than `n` such calls.
bool try_nth(GuardedPort& port, const Failing& failing, long n, Meanwhile meanwhile) {
  CAPTURE(failing.name, n);
  port.faults().set(failing.nth(n));
  if (meanwhile == Meanwhile::kNewClientCa) port.change_client_ca();
  const int status = port.scrape(port.scraper());
  CHECK(status != 401);
  port.check_closed();
  const bool failed = port.faults().failed() > 0;
  port.faults().clear();
  port.check_as_ever();
  return failed;
}

void try_all(Meanwhile meanwhile) {
  GuardedPort port;
  for (const Failing& failing : kFailing) {
    long tried = 0;
    for (long n = first_n(); try_nth(port, failing, n, meanwhile); n = next_after(n, 1)) ++tried;
    WARN(failing.name << ": " << tried << " calls failed, one after the other");
  }
}

TEST_CASE("F13: whichever allocation or call of a guarded scrape fails, no other client gets in") {
  if (skipped_without_preloading()) return;
  try_all(Meanwhile::kNothing);
}

TEST_CASE("F13: whichever allocation or call fails with a new client CA, the old one is out") {
  if (skipped_without_preloading()) return;
  try_all(Meanwhile::kNewClientCa);
}

}  // namespace
}  // namespace mtls::daemon::testing
