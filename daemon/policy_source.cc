#include "daemon/policy_source.h"

#include <array>

#include <unistd.h>

#include "daemon/settings.h"

namespace mtls::daemon {
namespace {

constexpr std::size_t kMaxSettingsBytes = std::size_t{1} << 20U;
constexpr std::size_t kMaxBinaryBytes = std::size_t{128} << 20U;

config::NginxBuild installed_build(base::FileSystem& disk) {
  constexpr std::array kPlaces{"/usr/sbin/nginx", "/usr/local/nginx/sbin/nginx",
                               "/usr/local/sbin/nginx"};
  for (const char* place : kPlaces) {
    if (const auto binary = disk.read(place, kMaxBinaryBytes))
      return config::read_build(binary->text());
  }
  return {};
}

// nginx.conf and the settings may be named relative to where the daemon was started.
std::string absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  std::array<char, 4096> directory{};
  return getcwd(directory.data(), directory.size()) == nullptr
             ? path
             : std::string(directory.data()) + "/" + path;
}

}  // namespace

base::Result<audit::Policy> read_policy(const Options& options, base::FileSystem& disk) {
  Settings settings;
  if (!options.config_file.empty()) {
    const std::string path = absolute(options.config_file);
    const auto content = disk.read(path, kMaxSettingsBytes);
    if (!content) return tl::unexpected<base::Error>(content.error());
    const auto parsed = parse_settings(content->text(), path);
    if (!parsed) return tl::unexpected<base::Error>(parsed.error());
    settings = *parsed;
  }
  audit::Policy policy;
  policy.build = installed_build(disk);
  if (settings.nginx_version) policy.build.version = *settings.nginx_version;
  if (options.nginx_version) policy.build.version = *options.nginx_version;
  if (options.nginx_openssl) policy.build.openssl = *options.nginx_openssl;
  if (settings.nginx_prefix) policy.build.prefix = *settings.nginx_prefix;
  if (options.nginx_prefix) policy.build.prefix = *options.nginx_prefix;
  policy.nginx_conf =
      absolute(options.nginx_conf.value_or(settings.nginx_conf.value_or(policy.nginx_conf)));
  policy.canaries = std::move(settings.canaries);
  policy.limits = settings.limits;
  return policy;
}

}  // namespace mtls::daemon
