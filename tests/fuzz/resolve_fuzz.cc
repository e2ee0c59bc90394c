// Any tree of files as a configuration, for old and new nginx: loading and resolving end, the
// numbers grow in reading order, and every index and location is valid.

#include <array>

#include "config/include.h"
#include "config/resolve.h"
#include "tests/fuzz/target.h"
#include "tests/support/syntax_tree.h"

namespace {

using namespace mtls;

// A few files that include each other twice take exponential time, in nginx too. Only the limits
// bound that, so they are small here.
constexpr mtls::config::IncludeLimits kLimits{.max_total_bytes = std::size_t{1} << 18U,
                                              .max_files = 100};

void check_places(const mtls::config::syntax::Document& document) {
  for (const mtls::config::syntax::Diagnostic& diagnostic : document.diagnostics) {
    if (diagnostic.at) static_cast<void>(document.path_of(diagnostic.at->file));
  }
  fuzz::must(testing::is_in_reading_order(document.main), "numbers grow in reading order");
}

void check_indexes(const mtls::config::ResolvedConfig& config) {
  const std::size_t servers = config.servers.size();
  for (const mtls::config::Socket& socket : config.sockets) {
    fuzz::must(socket.default_server < servers, "the default server of a socket exists");
    for (const std::size_t server : socket.servers) {
      fuzz::must(server < servers, "every server of a socket exists");
    }
  }
  for (std::size_t i = 0; i < servers; ++i) {
    const auto owner = config.tls_owner(i);
    fuzz::must(!owner || *owner < servers, "who judges a server's clients exists");
    fuzz::must(config.label_owner(i) < servers, "who answers for a server exists");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  testing::MemoryFileSystem disk;
  fuzz::put_files(fuzz::text_of(data, size), disk);
  const mtls::config::syntax::Document document = mtls::config::load_document(
      disk, fuzz::kMain, {.build = {}, .globals = {}, .limits = kLimits});
  check_places(document);
  constexpr std::array<mtls::config::Version, 3> kVersions{{{1, 18, 0}, {1, 22, 1}, {1, 31, 0}}};
  for (const mtls::config::Version version : kVersions) {
    check_indexes(mtls::config::resolve(document, fuzz::kMain, {.version = version}));
  }
  return 0;
}
