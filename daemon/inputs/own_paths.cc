#include "daemon/inputs/own_paths.h"

namespace mtls::daemon::inputs {

base::FileSystem& OwnPaths::of(const std::string& path) {
  if (!own_.contains(path)) return nginx_;
  const auto here = here_.stat(path);
  const bool is_missing = !here && here.error().code == base::ErrorCode::kMissing;
  return is_missing ? nginx_ : here_;
}

base::Result<base::FileContent> OwnPaths::read(const std::string& path, std::size_t limit) {
  return of(path).read(path, limit);
}

base::Result<std::vector<std::string>> OwnPaths::glob(const std::string& pattern) {
  if (!own_.contains(pattern)) return nginx_.glob(pattern);
  auto matches = here_.glob(pattern);
  if (matches && matches->empty()) return nginx_.glob(pattern);
  if (matches) own_.insert(matches->begin(), matches->end());
  return matches;
}

base::Result<base::FileStamp> OwnPaths::stat(const std::string& path) {
  return of(path).stat(path);
}

}  // namespace mtls::daemon::inputs
