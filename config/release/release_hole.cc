#include "config/release/release_hole.h"

#include <algorithm>
#include <charconv>

namespace mtls::config::release {
namespace {

bool is_affected(const ReleaseHole& hole, Version version) {
  return std::any_of(hole.affected.begin(), hole.affected.end(),
                     [&](const ReleaseHole::Range& range) {
                       return version >= range.first && version < range.mended;
                     });
}

// Of `1.26.3-3+deb13u11` and the distribution's `1.26.3-3+deb13u`: 11. nullopt: of another one.
std::optional<int> update_of(const Package& package, std::string_view distribution) {
  const std::string_view version = package.version;
  if (distribution.empty() || !version.starts_with(distribution)) return std::nullopt;
  int update = 0;
  const auto [rest, error] = std::from_chars(version.data() + distribution.size(),
                                             version.data() + version.size(), update);
  if (error != std::errc{}) return std::nullopt;
  return update;
}

Mended mended_in(const ReleaseHole& hole, const Package& package) {
  if (package.mended) {
    const bool is_named =
        std::binary_search(package.mended->begin(), package.mended->end(), hole.cve);
    return is_named ? Mended::kYes : Mended::kNo;
  }
  const auto update = update_of(package, hole.distribution.version);
  if (!update) return Mended::kUnknown;
  return *update >= hole.distribution.update ? Mended::kYes : Mended::kNo;
}

}  // namespace

const std::array<ReleaseHole, 3>& release_holes() {
  static constexpr std::array kHoles{
      ReleaseHole{.kind = HoleKind::kStreamSni,
                  .cve = "CVE-2026-120967",
                  .affected = {{{{1, 25, 5}, {1, 30, 7}}, {{1, 31, 0}, {1, 31, 9}}}},
                  .distribution = {"1.26.3-3+deb13u", 11}},
      ReleaseHole{.kind = HoleKind::kStreamOcsp,
                  .cve = "CVE-2026-28755",
                  .affected = {{{{1, 27, 2}, {1, 28, 3}}, {{1, 29, 0}, {1, 29, 7}}}}},
      ReleaseHole{.kind = HoleKind::kResumption,
                  .cve = "CVE-2025-23419",
                  .affected = {{{{1, 11, 4}, {1, 26, 3}}, {{1, 27, 0}, {1, 27, 4}}}},
                  .distribution = {"1.22.1-9+deb12u", 1},
                  .version_tells = false}};
  return kHoles;
}

Mended is_mended(const ReleaseHole& hole, const NginxBuild& build,
                 const std::optional<Package>& package) {
  const bool is_known = build.version_source != VersionSource::kAssumed;
  if (!is_affected(hole, build.version)) return is_known ? Mended::kYes : Mended::kUnknown;
  if (!is_known || build.dialect != Dialect::kNginx) return Mended::kUnknown;
  if (build.version_source == VersionSource::kNamed)
    return hole.version_tells ? Mended::kNo : Mended::kUnknown;
  if (package) return mended_in(hole, *package);
  const bool is_own_build = !build.binary.path.empty() && !distribution_root(build.binary.path);
  return is_own_build ? Mended::kNo : Mended::kUnknown;
}

bool package_matters(const NginxBuild& build) {
  return build.version_source == VersionSource::kBinary &&
         std::any_of(release_holes().begin(), release_holes().end(),
                     [&](const ReleaseHole& hole) { return is_affected(hole, build.version); });
}

}  // namespace mtls::config::release
