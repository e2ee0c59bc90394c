// Any tree of files as a host with a small PKI: a complete evaluation, its metrics and its page
// come to an end, and an evaluation without changes finds the same.

#include "audit/build.h"
#include "collectors/collect.h"
#include "config/include.h"
#include "reports/page/status_page.h"
#include "tests/fuzz/target.h"
#include "tests/support/pki_maker.h"

namespace {

using namespace mtls;

// Beyond these sizes the include limits apply, and an evaluation takes long.
constexpr std::size_t kMaxDirectives = 2000;

struct Pki {
  testing::Minted root = testing::mint_root("CN=Root");
  testing::Minted server = testing::mint_server("a.test", root);
  testing::Minted client = testing::mint_client("CN=client", root);
  std::string crl = testing::mint_crl({.issuer = &root, .revoked = {}});
};

const Pki& minted() {
  static const Pki kMade;
  return kMade;
}

// The paths that corpus/trees and the dictionary use.
void put_pki(testing::MemoryFileSystem& disk) {
  disk.put("/etc/nginx/a.pem", minted().root.certificate_pem);
  disk.put("/etc/nginx/s.pem", minted().server.certificate_pem + minted().root.certificate_pem);
  disk.put("/etc/nginx/a.crl", minted().crl);
  disk.put("/etc/nginx/broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
  disk.put("/etc/client.pem", minted().client.certificate_pem);
}

bool is_small(testing::MemoryFileSystem& disk) {
  constexpr mtls::config::IncludeLimits kLimits{.max_total_bytes = std::size_t{1} << 16U,
                                                .max_files = 50};
  const mtls::config::syntax::Document document = mtls::config::load_document(
      disk, fuzz::kMain, {.build = {}, .globals = {}, .limits = kLimits});
  return document.main.empty() || document.main.back().last < kMaxDirectives;
}

std::string rendered(const mtls::audit::Snapshot& snapshot, const mtls::audit::Limits& limits) {
  return collectors::render(collectors::collect(snapshot, limits).families);
}

void evaluate(testing::MemoryFileSystem& disk, mtls::config::Version version) {
  mtls::audit::Policy policy;
  policy.build.version = version;
  policy.canaries = {{.name = "c",
                      .certificate = "/etc/client.pem",
                      .expect = mtls::audit::Expect::kAccept,
                      .servers = {}}};
  const auto evaluated = [&](std::shared_ptr<const mtls::audit::Snapshot> previous) {
    return mtls::audit::build({.policy = policy,
                               .disk = disk,
                               .now = testing::kT0,
                               .previous = std::move(previous),
                               .changes = {}});
  };
  const auto first = evaluated(nullptr);
  const auto second = evaluated(first);
  fuzz::must(rendered(*first, policy.limits) == rendered(*second, policy.limits),
             "with nothing changed nothing changes");
  static_cast<void>(
      mtls::reports::page::status_page(*first, {.version = "0", .telemetry_path = "/metrics"}));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  testing::MemoryFileSystem disk;
  put_pki(disk);
  fuzz::put_files(fuzz::text_of(data, size), disk);
  if (!is_small(disk)) return 0;
  evaluate(disk, {1, 22, 1});
  evaluate(disk, {1, 31, 0});
  return 0;
}
