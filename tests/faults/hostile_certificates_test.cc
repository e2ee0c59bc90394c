// Rows C with the real daemon: certificates that no CA would issue. Prometheus accepts what
// /metrics says about them, and nobody waits while a file designed to be expensive is judged.
#include <unistd.h>

#include "base/text.h"

#include <algorithm>
#include "tests/daemon/prometheus.h"
#include "tests/faults/fault_scene.h"
#include "tests/support/der.h"

namespace mtls::daemon::testing {
namespace {

namespace der = mtls::testing::der;
using der::Bytes;
using der::CertificateFields;
using std::chrono::steady_clock;

CertificateFields root(const Bytes& name) {
  return {.issuer = name, .subject = name, .extensions = {der::ca_extension()}};
}

CertificateFields root_named(unsigned char type, std::string_view text) {
  return root(der::common_name(der::tlv(type, text)));
}

std::vector<CertificateFields> odd_names() {
  std::vector<CertificateFields> all;
  for (const std::string_view text :
       {std::string_view("good.test\0.evil", 15), std::string_view("a\nb"),
        std::string_view("a\"b\\c"), std::string_view("\x1B[31m"),
        std::string_view("a\xE2\x80\xAE"), std::string_view("\xFF"), std::string_view("\xC0\xAF"),
        std::string_view("\xED\xA0\x80"), std::string_view("nginx_mtls_x 1\n# TYPE y counter")})
    all.push_back(root_named(der::kUtf8, text));
  for (const unsigned char type : {der::kPrintable, der::kIa5, der::kT61, der::kBmp})
    all.push_back(root_named(type, "M\xFCller"));
  all.push_back(root(der::common_name(der::sequence({der::integer(1)}))));
  all.push_back(root(der::sequence({})));
  all.push_back(root_named(der::kUtf8, std::string(900U << 10U, 'x')));
  all.push_back(root(der::named("dns \xE2\x80\xAE")));
  all.back().extensions.push_back(der::alternative_names({der::tlv(0x82, "a\nb\xFF")}));
  return all;
}

std::vector<CertificateFields> odd_numbers_and_dates() {
  std::vector<CertificateFields> all;
  for (const Bytes& serial :
       {der::tlv(der::kInteger, std::string("\xFF")), der::tlv(der::kInteger, Bytes{}),
        der::tlv(der::kInteger, std::string(64U << 10U, '\x11'))}) {
    all.push_back(root(der::named("serial")));
    all.back().serial = serial;
  }
  for (const char* date : {"99991231235959Z", "00000101000000Z", "20300230000000Z",
                           "20300101000060Z", "20300101000000+0100", "garbage", ""}) {
    all.push_back(root(der::named("date")));
    all.back().not_after = der::tlv(der::kGeneralizedTime, date);
  }
  all.push_back(root(der::named("large key")));
  all.back().rsa_bits = 16'384;
  return all;
}

// Two server blocks for each file, for C17: all files at once and one by one, so that each
// certificate has series of its own.
std::string write_bundles(const TempDir& dir) {
  std::vector<CertificateFields> all = odd_names();
  for (const CertificateFields& fields : odd_numbers_and_dates()) all.push_back(fields);
  std::string together;
  std::string servers;
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].key = i;
    const std::string name = "odd" + std::to_string(i) + ".pem";
    dir.write(name, der::certificate_pem(all[i]));
    together += dir.read(name);
    servers += asking_server("odd" + std::to_string(i), name);
  }
  dir.write("together.pem", together + together);
  for (const char* name : {"one", "two"}) servers += asking_server(name, "together.pem");
  return servers;
}

TEST_CASE(
    "C1, C2, C3, C4, C5, C6, C8, C9, C10, C11, C12, C13 and C17: promtool and Prometheus accept "
    "the metrics of odd certificates") {
  const TempDir dir;
  write_server_certificate(dir);
  dir.write("nginx.conf", nginx_conf(write_bundles(dir)));
  const Exporter exporter(dir);
  const std::string text = exporter.scrape();
  const auto samples = mtls::testing::parse_metrics(text);
  CHECK(mtls::testing::duplicates(samples).empty());
  CHECK(mtls::testing::find(samples, "nginx_mtls_ca_info").size() > 20);
  for (const Sample& sample : samples) {
    for (const auto& [name, value] : sample.labels) {
      INFO(sample.name << " " << name << " " << value);
      CHECK(base::sanitize(value, base::kMaxPathBytes) == value);
    }
  }
  if (::access(kPromtool, X_OK) == 0) {
    CHECK(promtool_says(text).empty());
  } else {
    WARN("skipped: there is no " << kPromtool);
  }
  if (::access(kPrometheus, X_OK) == 0) {
    const Prometheus prometheus(dir, exporter.port());
    CHECK(eventually(30s, [&] { return prometheus.value("up") == "1"; }));
    const std::string count =
        std::to_string(mtls::testing::find(samples, "nginx_mtls_ca_info").size());
    CHECK(eventually(30s, [&] { return prometheus.value("count(nginx_mtls_ca_info)") == count; }));
  } else {
    WARN("skipped: there is no " << kPrometheus);
  }
}

// As many CAs of two names that sign each other as a file may hold: they keep the worker busy for
// seconds.
std::string costly_bundle(std::size_t count) {
  std::string bundle;
  for (std::size_t i = 0; i < count; ++i) {
    CertificateFields fields = root(der::named(i % 2 == 0 ? "A" : "B"));
    fields.issuer = der::named(i % 2 == 0 ? "B" : "A");
    fields.key = i;
    bundle += der::certificate_pem(fields);
  }
  return bundle;
}

TEST_CASE("C14: while 16 MiB made to hurt are judged, scrapes and health are answered at once") {
  constexpr std::size_t kCount = 20'000;
  FaultScene scene;
  const std::string bundle = costly_bundle(kCount);
  REQUIRE(bundle.size() <= std::size_t{16} << 20U);
  scene.dir.rename_over("victim.pem", bundle);
  const auto changed = steady_clock::now();
  steady_clock::duration slowest{};
  std::size_t asked = 0;
  const auto ask = [&](const char* path) {
    const auto begin = steady_clock::now();
    const mtls::testing::HttpAnswer answer = scene.exporter().get(path);
    slowest = std::max(slowest, steady_clock::now() - begin);
    CHECK(answer.status == 200);
    ++asked;
    return answer.body;
  };
  CHECK(eventually(60s, [&] {
    ask("/-/healthy");
    const auto samples = mtls::testing::parse_metrics(ask("/metrics"));
    const auto valid = mtls::testing::find(samples, "nginx_mtls_bundle_certificates",
                                           {{"path", scene.victim()}, {"state", "valid"}});
    return !valid.empty() && valid.front().value == kCount;
  }));
  CHECK(slowest < (steady_clock::now() - changed) / 3);  // it did not wait for the judgement
  CHECK(asked > 10);                                     // otherwise the worker was not busy
  scene.check_unharmed();
  scene.restore_victim();
  scene.check_recovered();
}

}  // namespace
}  // namespace mtls::daemon::testing
