#include "audit/reading/load_package.h"

#include "config/release/gunzip.h"
#include "config/release/release_hole.h"

namespace mtls::audit::reading {
namespace {

constexpr std::size_t kMaxCompressedBytes = std::size_t{4} << 20U;
constexpr std::size_t kMaxTextBytes = std::size_t{64} << 20U;

// Debian has the stream module, where two of the holes are, in a package of its own.
constexpr const char* kNginx = "nginx";
constexpr const char* kStream = "libnginx-mod-stream";

class PackageReader {
 public:
  PackageReader(base::FileSystem& disk, std::string root) : disk_(disk), root_(std::move(root)) {}

  std::optional<config::release::Package> read() {
    const auto status = disk_.stat(status_path());
    if (auto package = from_changelogs()) return package;
    return status ? from_status() : std::nullopt;
  }

 private:
  std::string status_path() const { return root_ + "/var/lib/dpkg/status"; }

  std::optional<config::release::Package> changelog(const std::string& name) {
    const std::string path = root_ + "/usr/share/doc/" + name + "/changelog.Debian.gz";
    const auto file = disk_.read(path, kMaxCompressedBytes);
    if (!file) return std::nullopt;
    const auto text = config::release::gunzip(file->text(), kMaxTextBytes);
    return text ? config::release::read_changelog(*text) : std::nullopt;
  }

  std::optional<config::release::Package> from_changelogs() {
    auto nginx = changelog(kNginx);
    const auto stream = changelog(kStream);
    return agreed(std::move(nginx), stream);
  }

  std::optional<config::release::Package> from_status() {
    const auto file = disk_.read(status_path(), kMaxTextBytes);
    if (!file) return std::nullopt;
    return agreed(config::release::read_dpkg_status(file->text(), kNginx),
                  config::release::read_dpkg_status(file->text(), kStream));
  }

  // A module of another build has what that build has.
  static std::optional<config::release::Package> agreed(
      std::optional<config::release::Package> nginx,
      const std::optional<config::release::Package>& stream) {
    if (nginx && stream && nginx->version != stream->version) return std::nullopt;
    return nginx;
  }

  base::FileSystem& disk_;
  std::string root_;
};

}  // namespace

PackageView load_package(const BuildInputs& inputs, const Plan& next) {
  const Snapshot* before = inputs.previous.get();
  const config::NginxBuild& build = inputs.policy.build;
  if (before != nullptr && !next.read_package && before->policy->build == build)
    return {.package = before->package, .seen = before->package_files};

  const auto root = config::release::distribution_root(build.binary.path);
  if (!root || !config::release::package_matters(build)) return {};
  base::RecordingFileSystem disk(inputs.disk);
  auto package = PackageReader(disk, *root).read();
  const auto binary = disk.stat(build.binary.path);
  const bool runs =
      binary && binary->device == build.binary.device && binary->inode == build.binary.inode;
  if (!runs || (package && config::release::upstream_version(*package) != build.version))
    package.reset();
  return {.package = std::move(package), .seen = disk.take()};
}

}  // namespace mtls::audit::reading
