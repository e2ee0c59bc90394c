#include "daemon/settings/policy_source.h"

#include <array>
#include <climits>

#include <unistd.h>

#include "config/conf_path.h"
#include "daemon/live/nginx_process.h"
#include "daemon/live/openssl_library.h"

namespace mtls::daemon::settings {
namespace {

constexpr std::size_t kMaxSettingsBytes = std::size_t{1} << 20U;
constexpr std::size_t kMaxBinaryBytes = std::size_t{128} << 20U;

// One nginx: its build, its configuration (-c, possibly relative to the prefix; "" if unknown) and
// its -g.
struct Nginx {
  config::NginxBuild build;
  std::string conf;
  std::string globals = {};  // -g

  std::string conf_path(const std::string& prefix) const {
    return conf.empty() ? conf : config::main_conf_path(conf, prefix);
  }
};

// The OpenSSL that runs decides, not the one that nginx was built with (R9.5).
void set_openssl(config::NginxBuild& build, const std::optional<live::OpensslLibrary>& found) {
  const auto release = found ? config::parse_version(found->release) : std::nullopt;
  if (!release) return;
  build.openssl = *release;
  build.openssl_source =
      found->is_running ? config::OpensslSource::kRunning : config::OpensslSource::kInstalled;
}

// `path`: where the file is, or was when it was started. `process`: `/proc/PID` of its master, ""
// where it does not run.
Nginx nginx_of(const base::FileContent& binary, const std::string& path, const std::string& process,
               base::FileSystem& disk) {
  Nginx nginx{.build = config::read_build(binary.text()),
              .conf = config::compiled_conf_path(binary.text()).value_or("")};
  nginx.build.binary = {.path = path, .device = binary.stamp.device, .inode = binary.stamp.inode};
  set_openssl(nginx.build,
              live::find_openssl(disk, {.bytes = binary.text(), .path = path, .process = process}));
  return nginx;
}

Nginx installed_nginx(base::FileSystem& disk) {
  constexpr std::array kBinaries{"/usr/sbin/nginx", "/usr/local/nginx/sbin/nginx",
                                 "/usr/local/sbin/nginx"};
  for (const char* path : kBinaries) {
    if (const auto binary = disk.read(path, kMaxBinaryBytes))
      return nginx_of(*binary, path, "", disk);
  }
  return {};
}

// Like ngx_process_options(): -p moves relative paths, -c names the configuration.
Nginx running_nginx(const running::NginxMaster& master, const Nginx& installed,
                    base::FileSystem& disk) {
  const auto binary = disk.read(master.binary, kMaxBinaryBytes);
  const std::string process = master.binary.substr(0, master.binary.rfind('/'));
  Nginx nginx = binary ? nginx_of(*binary, master.executable, process, disk) : installed;
  std::string& prefix = nginx.build.prefix;
  prefix = master.prefix.value_or(prefix);
  while (prefix.size() > 1 && prefix.ends_with('/')) prefix.pop_back();
  nginx.conf = master.conf.value_or(nginx.conf);
  nginx.globals = master.globals;
  return nginx;
}

// The running nginx if its configuration is `conf` ("" matches any), otherwise the installed one.
Nginx find_nginx(const std::string& conf, base::FileSystem& disk) {
  Nginx installed = installed_nginx(disk);
  for (const running::NginxMaster& master : live::find_masters(disk)) {
    Nginx running = running_nginx(master, installed, disk);
    const std::string path = running.conf_path(running.build.prefix);
    if (!path.empty() && (conf.empty() || conf == path)) return running;
  }
  return installed;
}

// The paths of nginx.conf and the settings may be relative to where the daemon was started.
std::string absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  std::array<char, 4096> directory{};
  return getcwd(directory.data(), directory.size()) == nullptr
             ? path
             : std::string(directory.data()) + "/" + path;
}

// The configure arguments are only known for the release that was found here.
void set_version(config::NginxBuild& build, config::Version version) {
  const bool is_known = build.version_source == config::VersionSource::kBinary;
  if (is_known && build.version == version) return;
  build.configure.reset();
  build.version = version;
  build.version_source = config::VersionSource::kNamed;
  if (build.dialect == config::Dialect::kUnknown) build.dialect = config::Dialect::kNginx;
}

}  // namespace

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

running::Build build_of(const running::NginxMaster& master, const std::optional<std::string>& named,
                        base::FileSystem& disk) {
  const bool is_absolute = master.conf && master.conf->starts_with('/');
  if (named && is_absolute && *master.conf != absolute(*named)) return {.conf = *master.conf};
  const Nginx nginx = running_nginx(master, installed_nginx(disk), disk);
  return {.conf = nginx.conf_path(nginx.build.prefix),
          .version = config::to_string(nginx.build.version),
          .openssl = config::to_string(nginx.build.openssl),
          .dialect = std::string(config::word(nginx.build.dialect))};
}

base::Result<Settings> read_settings(const Options& options, base::FileSystem& disk) {
  if (options.config_file.empty()) return Settings{};
  const std::string path = absolute(options.config_file);
  const auto content = disk.read(path, kMaxSettingsBytes);
  if (!content) return tl::unexpected<base::Error>(content.error());
  return parse_settings(content->text(), path);
}

base::Result<audit::Policy> read_policy(const Options& options, base::FileSystem& disk) {
  return read_policy(options, disk, disk);
}

base::Result<audit::Policy> read_policy(const Options& options, base::FileSystem& disk,
                                        base::FileSystem& host) {
  auto read = read_settings(options, disk);
  if (!read) return tl::unexpected<base::Error>(read.error());
  Settings& settings = *read;
  const auto named = options.nginx_conf ? options.nginx_conf : settings.nginx_conf;
  const std::string conf = named ? absolute(*named) : "";
  const Nginx nginx = find_nginx(conf, host);
  audit::Policy policy;
  policy.build = nginx.build;
  policy.build.hostname = host_name();
  policy.nginx_globals = nginx.globals;
  if (settings.nginx_version) set_version(policy.build, *settings.nginx_version);
  if (options.nginx_version) set_version(policy.build, *options.nginx_version);
  if (options.nginx_openssl) {
    policy.build.openssl = *options.nginx_openssl;
    policy.build.openssl_source = config::OpensslSource::kNamed;
  }
  audit::assume_our_openssl(policy.build);
  if (settings.nginx_prefix) policy.build.prefix = *settings.nginx_prefix;
  if (options.nginx_prefix) policy.build.prefix = *options.nginx_prefix;
  if (!nginx.conf.empty()) policy.nginx_conf = nginx.conf_path(policy.build.prefix);
  if (named) policy.nginx_conf = conf;
  policy.canaries = std::move(settings.canaries);
  policy.rotations = std::move(settings.rotations);
  policy.probe = std::move(settings.probe);
  policy.logs = std::move(settings.logs);
  if (settings.observer) policy.observer_socket = settings.observer->socket;
  policy.limits = settings.limits;
  policy.profile = settings.profile;
  policy.rules = std::move(settings.rules);
  policy.accept = std::move(settings.accept);
  policy.thresholds = settings.thresholds;
  return policy;
}

}  // namespace mtls::daemon::settings
