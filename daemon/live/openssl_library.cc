#include "daemon/live/openssl_library.h"

#include <algorithm>
#include <vector>

#include "running/shared_library.h"

namespace mtls::daemon::live {
namespace {

constexpr std::size_t kMaxMapsBytes = std::size_t{4} << 20U;
constexpr std::size_t kMaxCacheBytes = std::size_t{16} << 20U;
constexpr std::size_t kMaxLibraryBytes = std::size_t{64} << 20U;
constexpr std::string_view kLibrary = "libcrypto.so";

std::optional<std::string> release_of(base::FileSystem& disk, const std::string& path) {
  const auto library = disk.read(path, kMaxLibraryBytes);
  return library ? running::openssl_release_in(library->text()) : std::nullopt;
}

// nullopt too when only root may look.
std::optional<running::MappedLibrary> mapped_by(base::FileSystem& disk,
                                                const std::string& process) {
  if (process.empty()) return std::nullopt;
  const auto maps = disk.read(process + "/maps", kMaxMapsBytes);
  return maps ? running::mapped_library(maps->text(), kLibrary) : std::nullopt;
}

std::string with_origin(std::string directory, const std::string& binary) {
  for (const std::string_view origin : {"$ORIGIN", "${ORIGIN}"}) {
    const std::size_t at = directory.find(origin);
    if (at != std::string::npos)
      directory.replace(at, origin.size(), binary.substr(0, binary.rfind('/')));
  }
  return directory;
}

// In the loader's order, without LD_LIBRARY_PATH, which only the process knows.
std::vector<std::string> candidates(base::FileSystem& disk, const NginxFile& nginx) {
  std::vector<std::string> paths;
  const auto needs = running::loader_needs(nginx.bytes);
  if (!needs) return paths;
  const auto found = std::ranges::find_if(
      needs->libraries, [](const std::string& name) { return name.starts_with(kLibrary); });
  if (found == needs->libraries.end()) return paths;
  for (const std::string& directory : needs->directories)
    paths.push_back(with_origin(directory, nginx.path) + "/" + *found);
  if (const auto cache = disk.read("/etc/ld.so.cache", kMaxCacheBytes)) {
    if (const auto path = running::in_loader_cache(cache->text(), *found)) paths.push_back(*path);
  }
  for (const std::string directory : {"/lib64/", "/usr/lib64/", "/lib/", "/usr/lib/"})
    paths.push_back(directory + *found);
  return paths;
}

}  // namespace

std::optional<OpensslLibrary> find_openssl(base::FileSystem& disk, const NginxFile& nginx) {
  if (const auto mapped = mapped_by(disk, nginx.process)) {
    // What was replaced is not on disk any more, and what stands there is not what runs.
    if (mapped->is_replaced) return std::nullopt;
    if (auto release = release_of(disk, mapped->path))
      return OpensslLibrary{.release = std::move(*release), .is_running = true};
  }
  for (const std::string& path : candidates(disk, nginx)) {
    if (auto release = release_of(disk, path))
      return OpensslLibrary{.release = std::move(*release), .is_running = false};
  }
  return std::nullopt;
}

}  // namespace mtls::daemon::live
