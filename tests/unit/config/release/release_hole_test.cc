#include "config/release/release_hole.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace mtls::config::release {
namespace {

const ReleaseHole& hole(HoleKind kind) {
  return *std::find_if(release_holes().begin(), release_holes().end(),
                       [&](const ReleaseHole& one) { return one.kind == kind; });
}

NginxBuild found(Version version, const std::string& path = "/usr/sbin/nginx") {
  return {.version = version, .version_source = VersionSource::kBinary, .binary = {.path = path}};
}

NginxBuild named(Version version) {
  return {.version = version, .version_source = VersionSource::kNamed};
}

Package package(const std::string& version, std::optional<std::vector<std::string>> mended = {}) {
  return {.name = "nginx", .version = version, .mended = std::move(mended)};
}

}  // namespace

TEST_CASE("release hole: the release decides where it is outside of the affected ones") {
  struct Row {
    HoleKind kind;
    Version last_sound;
    Version first;
    Version last;
    Version mended;
  };
  using enum HoleKind;
  const std::vector<Row> rows{{kStreamSni, {1, 25, 4}, {1, 25, 5}, {1, 30, 6}, {1, 30, 7}},
                              {kStreamSni, {1, 30, 7}, {1, 31, 0}, {1, 31, 8}, {1, 31, 9}},
                              {kStreamOcsp, {1, 27, 1}, {1, 27, 2}, {1, 28, 2}, {1, 28, 3}},
                              {kStreamOcsp, {1, 28, 3}, {1, 29, 0}, {1, 29, 6}, {1, 29, 7}},
                              {kResumption, {1, 11, 3}, {1, 11, 4}, {1, 26, 2}, {1, 26, 3}},
                              {kResumption, {1, 26, 3}, {1, 27, 0}, {1, 27, 3}, {1, 27, 4}}};
  for (const Row& row : rows) {
    CAPTURE(hole(row.kind).cve, to_string(row.first));
    const auto own_build = [](Version version) { return found(version, "/opt/nginx"); };
    CHECK(is_mended(hole(row.kind), own_build(row.last_sound), {}) == Mended::kYes);
    CHECK(is_mended(hole(row.kind), own_build(row.first), {}) == Mended::kNo);
    CHECK(is_mended(hole(row.kind), own_build(row.last), {}) == Mended::kNo);
    CHECK(is_mended(hole(row.kind), own_build(row.mended), {}) == Mended::kYes);
  }
}

TEST_CASE("release hole: a changelog tells by naming the CVE, or not") {
  const ReleaseHole& sni = hole(HoleKind::kStreamSni);
  const NginxBuild build = found({1, 26, 3});
  CHECK(is_mended(sni, build, package("1.26.3-3ubuntu7", {{"CVE-2026-120967"}})) == Mended::kYes);
  CHECK(is_mended(sni, build, package("1.26.3-3+deb13u11", {{"CVE-2025-1"}})) == Mended::kNo);
  CHECK(is_mended(sni, build, package("1.26.3-3+deb13u11", std::vector<std::string>{})) ==
        Mended::kNo);
}

TEST_CASE("release hole: without a changelog the known versions of Debian tell") {
  const ReleaseHole& sni = hole(HoleKind::kStreamSni);
  const NginxBuild build = found({1, 26, 3});
  CHECK(is_mended(sni, build, package("1.26.3-3+deb13u11")) == Mended::kYes);
  CHECK(is_mended(sni, build, package("1.26.3-3+deb13u12~x")) == Mended::kYes);
  CHECK(is_mended(sni, build, package("1.26.3-3+deb13u9")) == Mended::kNo);
  for (const char* version :
       {"1.26.3-3", "1.26.3-3+deb13u", "1.26.3-2+deb13u11", "1.26.3-1~rhel"}) {
    CAPTURE(version);
    CHECK(is_mended(sni, build, package(version)) == Mended::kUnknown);
  }
  CHECK(is_mended(hole(HoleKind::kStreamOcsp), found({1, 28, 0}), package("1.28.0-1")) ==
        Mended::kUnknown);
  CHECK(is_mended(hole(HoleKind::kResumption), found({1, 22, 1}), package("1.22.1-9+deb12u1")) ==
        Mended::kYes);
}

TEST_CASE("release hole: where nobody can say whether it is mended, it is not known") {
  const ReleaseHole& sni = hole(HoleKind::kStreamSni);
  CHECK(is_mended(sni, NginxBuild{}, {}) == Mended::kUnknown);
  CHECK(is_mended(sni, NginxBuild{.version = {1, 25, 4}}, {}) == Mended::kUnknown);
  CHECK(is_mended(sni, found({1, 26, 3}), {}) == Mended::kUnknown);
  CHECK(is_mended(sni, found({1, 26, 3}, ""), {}) == Mended::kUnknown);
  NginxBuild fork = found({1, 27, 1}, "/usr/local/openresty/nginx/sbin/nginx");
  fork.dialect = Dialect::kOpenresty;
  CHECK(is_mended(sni, fork, {}) == Mended::kUnknown);
  fork.version = {1, 25, 3};
  CHECK(is_mended(sni, fork, {}) == Mended::kYes);
}

TEST_CASE("release hole: a version that the operator names counts, but for the long mended") {
  CHECK(is_mended(hole(HoleKind::kStreamSni), named({1, 30, 6}), {}) == Mended::kNo);
  CHECK(is_mended(hole(HoleKind::kStreamSni), named({1, 30, 7}), {}) == Mended::kYes);
  CHECK(is_mended(hole(HoleKind::kResumption), named({1, 22, 1}), {}) == Mended::kUnknown);
}

TEST_CASE("release hole: the package matters for a binary of an affected release") {
  CHECK(package_matters(found({1, 26, 3})));
  CHECK(package_matters(found({1, 22, 1})));
  CHECK_FALSE(package_matters(found({1, 30, 7})));
  CHECK_FALSE(package_matters(named({1, 26, 3})));
  CHECK_FALSE(package_matters(NginxBuild{}));
}

}  // namespace mtls::config::release
