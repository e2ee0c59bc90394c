// A build from scratch equals the incremental build after any sequence of changes.
#include <catch2/catch.hpp>
#include <random>
#include <sstream>

#include "collectors/collect.h"
#include "tests/support/prometheus_reference.h"
#include "tests/unit/audit/audit_fixture.h"

namespace mtls::collectors {
namespace {

using namespace audit_fixture;

using Snapshots = std::shared_ptr<const audit::Snapshot>;

/// All metrics but the instant of the last reading: an unchanged configuration is not read again.
std::string text_of(const audit::Snapshot& snapshot) {
  std::string kept;
  std::istringstream in(render(collect(snapshot, {}).families));
  for (std::string line; std::getline(in, line);)
    if (line.find("config_last_success") == std::string::npos) kept += line + '\n';
  return kept;
}

/// A host under a seeded stream of edits.
class Churn {
 public:
  explicit Churn(unsigned seed) : random_(seed) {
    host.conf(http(server("d.test", kVerifyOn) + "include conf.d/*.conf;"));
    host.policy.canaries = {{.name = "any",
                             .certificate = "/etc/canaries/*.pem",
                             .expect = audit::Expect::kAccept,
                             .servers = {}},
                            {.name = "phone",
                             .certificate = "/etc/phone.pem",
                             .expect = audit::Expect::kReject,
                             .servers = {"a*"}}};
  }

  /// Some edits, or some time: time alone must change judgements too.
  void step() {
    if (pick(3) == 0) {
      now = pick(12) == 0 ? kT0 : now + std::chrono::hours(pick(std::size_t{24} * 60));
      return;
    }
    for (std::size_t i = 0; i <= pick(3); ++i) edit();
  }

  Host host;
  base::sys_seconds now = kT0;

 private:
  std::size_t pick(std::size_t count) { return random_() % count; }

  template <class T>
  const T& one_of(const std::vector<T>& from) {
    return from[pick(from.size())];
  }

  void put_or_remove(const std::string& path, const std::vector<std::string>& contents) {
    if (pick(6) == 0) {
      host.disk.remove(path);
    } else if (pick(12) == 0) {
      host.disk.fault(path, base::ErrorCode::kPermission);
    } else {
      host.disk.put(path, one_of(contents));
    }
  }

  void edit() {
    static const Minted renewed = [] {
      CertificateSpec spec = ca_spec("CN=Root A");
      spec.same_key_as = &minted().root;
      return mint_valid(spec, days{200}, days{900});
    }();
    static const std::string root = minted().root.certificate_pem;
    static const std::vector<std::string> bundles{root,
                                                  root + renewed.certificate_pem,
                                                  root + minted().other_root.certificate_pem,
                                                  minted().intermediate.certificate_pem + root,
                                                  minted().intermediate.certificate_pem,
                                                  minted().client.certificate_pem,
                                                  root + root,
                                                  "",
                                                  root + root.substr(0, 90)};
    static const std::vector<std::string> lists{
        minted().crl(minted().root), minted().crl(minted().root, days{20}, days{400}),
        minted().crl(minted().root) + minted().crl(minted().intermediate, days{-2}, days{300}),
        "no CRL"};
    static const std::vector<std::string> clients{
        minted().client.certificate_pem, minted().deep_client.certificate_pem,
        minted().other_client.certificate_pem,
        minted().deep_client.certificate_pem + minted().intermediate.certificate_pem};
    switch (pick(6)) {
      case 0: return put_or_remove(one_of<std::string>({kBundle, kTrusted}), bundles);
      case 1: return put_or_remove(kCrl, lists);
      case 2: return put_or_remove(kServerPem, {minted().server.certificate_pem, root});
      case 3: return put_or_remove("/etc/canaries/c" + std::to_string(pick(3)) + ".pem", clients);
      case 4: return put_or_remove("/etc/phone.pem", clients);
      default: return edit_configuration();
    }
  }

  void edit_configuration() {
    const std::string name = one_of<std::string>({"a.test", "ab.test", "c.test"});
    const std::string path = "/etc/nginx/conf.d/" + std::to_string(pick(4)) + ".conf";
    if (pick(20) == 0) return host.disk.put(path, "server { listen 443 ssl");
    put_or_remove(
        path,
        {server(name, kVerifyOn), server(name, std::string(kVerifyOn) + "ssl_crl clients.crl;"),
         server(name, std::string(kVerifyOn) + "ssl_trusted_certificate trusted.pem;"),
         server(name, "ssl_client_certificate trusted.pem; ssl_verify_client optional;"),
         server(name, std::string(kCertificate) +
                          "ssl_client_certificate trusted.pem; ssl_crl clients.crl;"
                          "ssl_verify_client optional_no_ca; ssl_verify_depth 3;"),
         "# empty"});
  }

  std::mt19937 random_;
};

/// What the host says of itself now, its predecessor in hand. What settles is looked at until it
/// holds still, as the daemon does: from scratch nothing settles, there is no last good content.
Snapshots evaluate(Churn& churn, const Snapshots& before) {
  Snapshots now = churn.host.after(before, churn.host.differences(*before), churn.now);
  const std::vector<std::string> settling = now->settling();
  if (settling.empty()) return now;
  return churn.host.after(
      now,
      {.paths = {settling.begin(), settling.end()}, .settled = {settling.begin(), settling.end()}},
      churn.now);
}

}  // namespace

TEST_CASE("build: after any sequence of changes it equals one from scratch") {
  // While the configuration does not parse the last good contexts are kept, which a build from
  // scratch cannot know: those states are passed through and not compared.
  const auto seed = GENERATE(1U, 2U, 3U);
  CAPTURE(seed);
  Churn churn(seed);
  Collector collector;
  Snapshots last = churn.host.scratch(churn.now);
  std::size_t compared = 0;
  for (int step = 0; step < 400; ++step) {
    CAPTURE(step);
    churn.step();
    last = evaluate(churn, last);
    const std::string text = render(collector.collect(last, {}).families);
    REQUIRE(text == render(collect(*last, {}).families));
    REQUIRE(text == testing::as_prometheus_cpp_writes(text));
    if (!last->config->parsed()) continue;
    ++compared;
    const Snapshots fresh = churn.host.scratch(churn.now);
    REQUIRE(text_of(*last) == text_of(*fresh));
    REQUIRE(findings_of(*last) == findings_of(*fresh));
    REQUIRE(last->config->resolved == fresh->config->resolved);
    REQUIRE(last->sightings() == fresh->sightings());
    REQUIRE(last->next_change_at == fresh->next_change_at);
    for (std::size_t i = 0; i < fresh->servers.size(); ++i)
      REQUIRE(last->servers[i]->verdicts == fresh->servers[i]->verdicts);
  }
  CHECK(compared > 150);
}

}  // namespace mtls::collectors
