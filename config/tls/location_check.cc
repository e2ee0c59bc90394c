#include "config/tls/location_check.h"

#include <algorithm>
#include <utility>

#include "config/grammar/location_name.h"
#include "config/tls/merge_check.h"

namespace mtls::config::tls {
namespace {

using grammar::LocationName;

struct StaticLocation {
  LocationName name;
  const syntax::Directive* location;
};

// Those of one level, in nginx's order (ngx_http_cmp_locations()).
std::vector<StaticLocation> static_locations(const syntax::Directive& level) {
  std::vector<StaticLocation> found;
  for (const syntax::Directive& directive : *level.block) {
    if (directive.name != "location" || !directive.block || directive.args.empty()) continue;
    LocationName name = LocationName::of(directive);
    const bool is_static =
        name.kind == LocationName::Kind::kPrefix || name.kind == LocationName::Kind::kExact;
    if (is_static) found.push_back({.name = std::move(name), .location = &directive});
  }
  std::ranges::stable_sort(found, {}, [](const StaticLocation& one) { return one.name.name; });
  return found;
}

// nullptr: there is none. What is inside of locations comes first.
const syntax::Directive* double_in(const syntax::Directive& level) {
  const std::vector<StaticLocation> all = static_locations(level);
  for (const StaticLocation& one : all) {
    if (const auto* inside = double_in(*one.location)) return inside;
  }
  for (auto one = all.begin(); one != all.end(); ++one) {
    for (auto other = one + 1; other != all.end() && other->name.name == one->name.name; ++other) {
      if (other->name.kind == one->name.kind) return other->location;
    }
  }
  return nullptr;
}

}  // namespace

std::vector<syntax::Diagnostic> check_locations(const ResolvedConfig& config,
                                                const syntax::Document& document) {
  std::vector<syntax::Diagnostic> out;
  const syntax::Directive* http = block_of(document, Module::kHttp);
  for (std::size_t i = 0; http != nullptr && i < config.servers.size(); ++i) {
    const TlsContext& server = config.servers[i];
    if (server.id.module != Module::kHttp) continue;
    const syntax::Directive* found = double_in(*server.directive);
    if (found == nullptr) continue;
    out.push_back({.message = "duplicate location \"" + LocationName::of(*found).name + "\"",
                   .at = found->end,
                   .when = {.order = http->last,
                            .module = static_cast<std::uint32_t>(MergeModule::kLocations),
                            .server = static_cast<std::uint32_t>(i + 1)}});
  }
  return out;
}

}  // namespace mtls::config::tls
