#include "config/nginx_build.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "config/conf_path.h"

namespace mtls::config {
namespace {

struct Leading {
  Version version;
  std::size_t length = 0;  // length of the text of the version
};

// The version at the start of `text`; anything may follow it.
std::optional<Leading> leading_version(std::string_view text) {
  std::array<int, 3> parts{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
    if (at == end || *at < '0' || *at > '9') return std::nullopt;
    const auto [next, error] = std::from_chars(at, end, parts.at(i));
    if (error != std::errc{}) return std::nullopt;
    at = next;
  }
  return Leading{.version = {parts[0], parts[1], parts[2]},
                 .length = static_cast<std::size_t>(at - text.data())};
}

// The first version that directly follows `marker`, where `marker` begins a string or a word.
std::optional<Version> version_behind(std::string_view binary, std::string_view marker) {
  for (std::size_t at = binary.find(marker); at != std::string_view::npos;
       at = binary.find(marker, at + 1)) {
    const bool begins = at == 0 || binary[at - 1] == '\0' || binary[at - 1] == ' ';
    const auto found = leading_version(binary.substr(at + marker.size()));
    if (begins && found) return found->version;
  }
  return std::nullopt;
}

// The prefix, without a trailing slash.
std::optional<std::string> prefix_in(std::string_view binary) {
  auto path = configured(binary, "--prefix=");
  if (!path)
    return binary.find("configure arguments:") == std::string_view::npos
               ? std::nullopt
               : std::optional<std::string>("/usr/local/nginx");  // the default in auto/options
  while (path->size() > 1 && path->ends_with('/')) path->pop_back();
  return path->starts_with('/') ? path : std::nullopt;
}

// Products built from nginx's sources that have directives and variables of their own.
bool is_another_product(std::string_view binary) {
  constexpr std::array<std::string_view, 5> kBrands{"nginx-plus-r", "openresty/", "Tengine/",
                                                    "Angie/", "freenginx/"};
  return std::any_of(kBrands.begin(), kBrands.end(), [&](std::string_view brand) {
    return binary.find(brand) != std::string_view::npos;
  });
}

struct Brand {
  std::string_view marker;
  Dialect dialect;
  bool has_nginx_version;  // its own version begins with that of the nginx inside
};

// nginx.h of each: OpenResty and freenginx write their name where nginx writes `nginx/`; Tengine
// and Angie have a version of their own beside it.
constexpr std::array kBrands{
    Brand{"openresty/", Dialect::kOpenresty, true}, Brand{"freenginx/", Dialect::kFreenginx, true},
    Brand{"Tengine/", Dialect::kTengine, false}, Brand{"Angie/", Dialect::kAngie, false}};

void read_brand(std::string_view binary, NginxBuild& build) {
  const auto version = version_behind(binary, "nginx/");
  build.dialect = version || binary.empty() ? Dialect::kNginx : Dialect::kUnknown;
  if (version) {
    build.version = *version;
    build.version_source = VersionSource::kBinary;
  }
  if (version && binary.find("nginx-plus-r") != std::string_view::npos)
    build.dialect = Dialect::kPlus;
  for (const Brand& brand : kBrands) {
    const auto own = version_behind(binary, brand.marker);
    if (!own) continue;
    build.dialect = brand.dialect;
    if (version || !brand.has_nginx_version) continue;
    build.version = *own;
    build.version_source = VersionSource::kBinary;
  }
}

std::optional<std::string> configure_in(std::string_view binary) {
  constexpr std::string_view kMarker = "configure arguments:";
  constexpr std::string_view kEnds{"\n\0", 2};
  const std::size_t at = binary.find(kMarker);
  if (at == std::string_view::npos || is_another_product(binary)) return std::nullopt;
  binary.remove_prefix(at + kMarker.size());
  return std::string(binary.substr(0, binary.find_first_of(kEnds)));
}

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
  const auto found = leading_version(text);
  if (!found || found->length != text.size()) return std::nullopt;
  return found->version;
}

std::string to_string(Version version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
         std::to_string(version.patch);
}

std::string_view word(Dialect dialect) {
  constexpr std::array<std::string_view, 7> kWords{"nginx",   "plus",      "openresty", "angie",
                                                   "tengine", "freenginx", "unknown"};
  return kWords.at(static_cast<std::size_t>(dialect));
}

std::string_view word(OpensslSource source) {
  constexpr std::array<std::string_view, 5> kWords{"assumed", "built", "installed", "named",
                                                   "running"};
  return kWords.at(static_cast<std::size_t>(source));
}

NginxBuild read_build(std::string_view binary) {
  NginxBuild build;
  read_brand(binary, build);
  if (build.version_source == VersionSource::kBinary) build.configure = configure_in(binary);
  if (const auto openssl = version_behind(binary, "built with OpenSSL ")) {
    build.openssl = *openssl;
    build.openssl_source = OpensslSource::kBuilt;
  }
  if (const auto prefix = prefix_in(binary)) build.prefix = *prefix;
  return build;
}

}  // namespace mtls::config
