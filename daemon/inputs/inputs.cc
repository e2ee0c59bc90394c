#include "daemon/inputs/inputs.h"

#include <array>
#include <cstdio>
#include <filesystem>

#include "daemon/inputs/ingress_conf.h"
#include "daemon/inputs/vhost_conf.h"

namespace mtls::daemon::inputs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxDumpBytes = std::size_t{128} << 20U;  // config::IncludeLimits

base::Result<void> mistake(const std::string& text) {
  return base::fail(base::ErrorCode::kInvalidArgument, text);
}

std::string without_slash(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return path;
}

// "-" is standard input.
base::Result<std::string> whole_text(base::FileSystem& disk, const std::string& path) {
  if (path == "-") return standard_input(kMaxDumpBytes);
  const auto content = disk.read(absolute_path(path), kMaxDumpBytes);
  if (!content) return tl::unexpected(content.error());
  return std::string(content->text());
}

}  // namespace

// DIR, or PLACE=DIR for a checkout of one directory of the host.
Stand parse_root(const std::string& root) {
  const std::size_t sign = root.starts_with('/') ? root.find('=') : std::string::npos;
  if (sign == std::string::npos) return {.place = "", .directory = root};
  return {.place = without_slash(root.substr(0, sign)), .directory = root.substr(sign + 1)};
}

std::string absolute_path(const std::string& path) {
  std::error_code no_directory;
  return fs::absolute(path, no_directory).string();
}

base::Result<std::string> standard_input(std::size_t limit) {
  std::string text;
  std::array<char, 65536> some{};
  while (const std::size_t count = std::fread(some.data(), 1, some.size(), stdin)) {
    text.append(some.data(), count);
    if (text.size() > limit) {
      return base::fail(base::ErrorCode::kTooLarge,
                        "standard input: more than " + std::to_string(limit) + " bytes");
    }
  }
  return text;
}

base::Result<void> Inputs::set_root(const InputOptions& options) {
  const auto [place, named] = parse_root(options.root);
  std::error_code error;
  const fs::path directory = fs::canonical(named, error);
  if (error || !fs::is_directory(directory, error)) {
    return mistake("--root: " + named + " is not a directory");
  }
  rooted_.emplace(Stand{.place = place, .directory = without_slash(directory.string())},
                  options.elsewhere, disk_);
  is_beside_ = options.elsewhere == Elsewhere::kAsItIs;
  if (!options.nginx_conf || options.nginx_conf->starts_with('/')) return {};
  // Below the root, as a shell completes it.
  const std::string conf = fs::path(absolute_path(*options.nginx_conf)).lexically_normal().string();
  const std::string top = without_slash(directory.string()) + "/";
  if (!conf.starts_with(top)) {
    return mistake("--nginx.conf: " + conf + " is not below the root " + directory.string() +
                   "; write the path as nginx has it, such as /etc/nginx/nginx.conf");
  }
  main_path_ = place + "/" + conf.substr(top.size());
  return {};
}

base::Result<void> Inputs::set_dump(const InputOptions& options) {
  const auto text = whole_text(disk_, options.dump);
  if (!text) return mistake(options.dump_flag + ": " + text.error().message);
  std::error_code no_directory;
  auto dump = NginxDump::parse(*text, fs::current_path(no_directory).string(), host());
  if (!dump) return mistake(options.dump_flag + ": " + dump.error().message);
  dump_ = std::move(*dump);
  main_path_ = dump_->main_path();
  return {};
}

base::Result<void> Inputs::set_manifests(const InputOptions& options) {
  Manifests manifests;
  for (const std::string& path : options.manifests) {
    const auto text = whole_text(disk_, path);
    if (!text) return mistake("--ingress: " + text.error().message);
    const std::string name = path == "-" ? "/(standard input)" : absolute_path(path);
    if (const auto added = add_manifests(name, *text, manifests); !added)
      return mistake("--ingress: " + added.error().message);
  }
  if (manifests.ingresses.empty()) {
    return mistake("--ingress: there is no object of kind Ingress in " + options.manifests.front() +
                   (options.manifests.size() > 1 ? " and the others" : ""));
  }
  // Nothing of this machine is the controller's: no binary, no modules.
  rooted_.emplace(Stand{.place = "", .directory = kIngressConf}, Elsewhere::kMissing, disk_);
  is_of_manifests_ = true;
  dump_ = NginxDump::made_up(ingress_conf(manifests), kIngressConf, host());
  main_path_ = dump_->main_path();
  return {};
}

base::Result<std::unique_ptr<Inputs>> Inputs::open(const InputOptions& options,
                                                   base::FileSystem& disk) {
  std::unique_ptr<Inputs> inputs(new Inputs(disk));
  inputs->main_path_ = options.nginx_conf;
  if (!options.root.empty()) {
    if (const auto done = inputs->set_root(options); !done) return tl::unexpected(done.error());
  }
  if (!options.dump.empty()) {
    if (const auto done = inputs->set_dump(options); !done) return tl::unexpected(done.error());
  }
  if (!options.manifests.empty()) {
    if (const auto done = inputs->set_manifests(options); !done)
      return tl::unexpected(done.error());
  }
  inputs->own_.emplace(
      disk, inputs->dump_ ? static_cast<base::FileSystem&>(*inputs->dump_) : inputs->host());
  return inputs;
}

std::optional<std::string> Inputs::wrap_vhost(const std::string& main_path,
                                              const config::NginxBuild& build) {
  if (dump_) return std::nullopt;
  auto conf = vhost_conf(*own_, main_path, build);
  if (!conf) return std::nullopt;
  wrapped_ = main_path;
  vhost_.emplace(conf->path, std::move(conf->text), *own_);
  return conf->path;
}

std::string Inputs::here(const std::string& path) const {
  if (is_of_manifests_) return manifest_of(path);
  if (!rooted_) return path;
  const auto where = rooted_->here(path);
  return where ? *where : path;
}

}  // namespace mtls::daemon::inputs
