// A file of 16 MiB costs the worker at most 5 s of CPU, whatever it contains and wherever the
// configuration names it. Prints the cost of each shape. To measure one shape: cost "[long]" -c
// NAME.
#include <malloc.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <fstream>

#include "audit/build.h"
#include "collectors/collect.h"
#include "reports/page/status_page.h"
#include "tests/cost/shapes.h"
#include "tests/support/der.h"
#include "tests/support/memory_filesystem.h"
#include "tests/support/pki_maker.h"

namespace mtls::cost {
namespace {

namespace der = testing::der;

constexpr double kMaxSeconds = 5;
constexpr const char* kFile = "/etc/nginx/hostile.pem";

double cpu_seconds() {
  std::timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

// The value of a line of /proc/self/status, in MiB.
double resident_mib(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name;) {
    double kibibytes = 0;
    if (name == field && status >> kibibytes) return kibibytes / 1024;
  }
  return 0;
}

// Resets VmHWM, which from then on is the peak of what follows: proc(5), clear_refs.
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// Where the configuration names the hostile file.
struct Use {
  std::string name;
  std::string directives;
  std::string canary = "/etc/canary.pem";
  bool namesakes = false;  // namesakes.pem holds a store full of CAs named R
};

const std::string kAsks =
    "ssl_verify_client on; ssl_certificate s.pem; ssl_certificate_key s.key; ";

const Use kClientCas{"ssl_client_certificate", kAsks + "ssl_client_certificate hostile.pem;"};
const Use kTrustedCas{"ssl_trusted_certificate",
                      kAsks + "ssl_client_certificate a.pem; ssl_trusted_certificate hostile.pem;"};
const Use kOwnChain{"ssl_certificate",
                    "ssl_verify_client on; ssl_client_certificate a.pem; "
                    "ssl_certificate hostile.pem; ssl_certificate_key s.key;"};
const Use kUpstream{"proxy_ssl_trusted_certificate",
                    kAsks +
                        "ssl_client_certificate a.pem; location / { proxy_pass "
                        "https://b.test; proxy_ssl_verify on; "
                        "proxy_ssl_trusted_certificate hostile.pem; }"};
const Use kCanary{"a canary", kAsks + "ssl_client_certificate a.pem;", kFile};
const Use kCrlOfMany{"ssl_crl beside many CAs of its name",
                     kAsks + "ssl_client_certificate namesakes.pem; ssl_crl hostile.pem;",
                     "/etc/canary.pem", true};
const Use kCrl{"ssl_crl", kAsks + "ssl_client_certificate a.pem; ssl_crl hostile.pem;"};

// A client of an issuer with the name that the shapes give their CAs.
std::string client(const std::string& issuer) {
  return der::certificate_pem(
      {.serial = der::integer(7), .issuer = der::named(issuer), .subject = der::named("client")});
}

// Many CAs that may all have issued a CRL.
std::string namesakes(const std::string& name) {
  constexpr std::uint64_t kCount = 20'000;
  std::string text;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    text += der::certificate_pem({.issuer = der::named(name),
                                  .subject = der::named(name),
                                  .key = i,
                                  .extensions = {der::ca_extension()}});
  }
  return text;
}

testing::MemoryFileSystem disk_with(const std::string& hostile, const Use& use) {
  testing::MemoryFileSystem disk;
  disk.put("/etc/nginx/nginx.conf",
           "events {}\nhttp {\n"
           "server { listen 443 ssl default_server; server_name first; " +
               kAsks +
               "ssl_client_certificate a.pem; }\n"
               "server { listen 443 ssl; server_name hostile; " +
               use.directives + " }\n}\n");
  const testing::Minted root = testing::mint_root("CN=R");
  disk.put("/etc/nginx/a.pem",
           root.certificate_pem + der::certificate_pem({.issuer = der::named("R"),
                                                        .subject = der::named("R"),
                                                        .extensions = {der::ca_extension()}}));
  disk.put("/etc/nginx/namesakes.pem", use.namesakes ? namesakes("R") : "");
  disk.put("/etc/nginx/s.pem", testing::mint_server("s.test", root).certificate_pem);
  disk.put("/etc/nginx/s.key", "");
  disk.put("/etc/canary.pem", client("R"));
  disk.put("/etc/canary-of-issuer.pem", client("I"));
  disk.put("/etc/canary-of-a.pem", client("A"));
  disk.put(kFile, hostile);
  return disk;
}

struct Cost {
  double seconds = 0;
  double peak_mib = 0;  // of memory, above the level before
};

// Everything that the worker does between a change and a scrape.
Cost evaluation(const std::string& hostile, const Use& use) {
  testing::MemoryFileSystem disk = disk_with(hostile, use);
  audit::Policy policy;
  policy.build.version = {1, 22, 1};
  for (const std::string& path : {use.canary, std::string("/etc/canary-of-issuer.pem"),
                                  std::string("/etc/canary-of-a.pem")}) {
    policy.canaries.push_back(
        {.name = path, .certificate = path, .expect = audit::Expect::kNothing, .servers = {}});
  }
  malloc_trim(0);
  forget_peak();
  const double resident = resident_mib("VmRSS:");
  const double begin = cpu_seconds();
  const auto snapshot = audit::build(
      {.policy = policy, .disk = disk, .now = testing::kT0, .previous = nullptr, .changes = {}});
  const std::string text =
      collectors::render(collectors::collect(*snapshot, policy.limits).families);
  const std::string page =
      reports::page::status_page(*snapshot, {.version = "0", .telemetry_path = "/metrics"});
  const Cost cost{.seconds = cpu_seconds() - begin, .peak_mib = resident_mib("VmHWM:") - resident};
  CHECK(text.size() < std::size_t{1} << 20U);
  CHECK_FALSE(page.empty());
  return cost;
}

void check(const std::vector<Shape>& shapes, const Use& use) {
  for (const Shape& shape : shapes) {
    SECTION(use.name + ": " + shape.name) {
      const std::string file = shape.make();
      REQUIRE(file.size() <= kFileBytes);
      const Cost cost = evaluation(file, use);
      std::printf("%6.2f s  %4.0f MiB of memory  %5.1f MiB  %s: %s\n", cost.seconds, cost.peak_mib,
                  static_cast<double>(file.size()) / (1 << 20), use.name.c_str(),
                  shape.name.c_str());
      std::fflush(stdout);
      CHECK(cost.seconds <= kMaxSeconds);
    }
  }
}

TEST_CASE("cost: any 16 MiB of client CAs take at most 5 s", "[long]") {
  check(certificate_shapes(), kClientCas);
}
TEST_CASE("cost: any 16 MiB of client CAs' keys take at most 5 s", "[long]") {
  check(key_shapes(), kClientCas);
}
TEST_CASE("cost: any 16 MiB of keys to present take at most 5 s", "[long]") {
  check(key_shapes(), kOwnChain);
}
TEST_CASE("cost: any 16 MiB of keys from a client take at most 5 s", "[long]") {
  check(key_shapes(), kCanary);
}
TEST_CASE("cost: any 16 MiB of trusted CAs take at most 5 s", "[long]") {
  check(certificate_shapes(), kTrustedCas);
}
TEST_CASE("cost: any 16 MiB to present take at most 5 s", "[long]") {
  check(certificate_shapes(), kOwnChain);
}
TEST_CASE("cost: any 16 MiB of backends' CAs take at most 5 s", "[long]") {
  check(certificate_shapes(), kUpstream);
}
TEST_CASE("cost: any 16 MiB from a client take at most 5 s", "[long]") {
  check(certificate_shapes(), kCanary);
}
TEST_CASE("cost: any 16 MiB of certificates as CRL take at most 5 s", "[long]") {
  check(certificate_shapes(), kCrl);
}
TEST_CASE("cost: any 16 MiB of revocation lists take at most 5 s", "[long]") {
  check(crl_shapes(), kCrl);
}
// Two files are hostile here, and the limit is the same.
TEST_CASE("cost: any 16 MiB of revocation lists beside many CAs of that name take at most 5 s",
          "[long]") {
  check(crl_shapes(), kCrlOfMany);
}

}  // namespace
}  // namespace mtls::cost
