// Known holes of releases of nginx that let somebody past the certificate check, and whether the
// nginx at hand has one of them. Pure.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "config/nginx_build.h"
#include "config/release/package.h"

namespace mtls::config::release {

enum class HoleKind {
  kStreamSni,   // R9.1: the default server's settings are used instead of those of the SNI's block
  kStreamOcsp,  // R3.46: the answer of the OCSP responder is ignored
  kResumption,  // R3.45: a session of another block is resumed in the default server
};

struct ReleaseHole {
  struct Range {
    Version first;
    Version mended;  // the first one without the hole
  };
  struct Distribution {
    std::string_view version;  // of packages, up to the number of the update
    int update = 0;            // the first one without the hole
  };

  HoleKind kind;
  std::string_view cve;
  std::array<Range, 2> affected;
  Distribution distribution = {};  // what is known beside the changelogs
  // Whether a version that the operator names counts as the release of that name. Otherwise only a
  // binary counts: distributions have long mended it.
  bool version_tells = true;
};

const std::array<ReleaseHole, 3>& release_holes();

enum class Mended { kYes, kNo, kUnknown };

/// `package`: of this nginx; nullopt: not known. A product built from nginx mends at its own pace,
/// which its version does not tell.
Mended is_mended(const ReleaseHole& hole, const NginxBuild& build,
                 const std::optional<Package>& package);

/// Whether the release has a hole unless somebody mended it, so that the package matters.
bool package_matters(const NginxBuild& build);

}  // namespace mtls::config::release
