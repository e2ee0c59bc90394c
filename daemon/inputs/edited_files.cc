#include "daemon/inputs/edited_files.h"

namespace mtls::daemon::inputs {

base::Result<base::FileContent> EditedFiles::read(const std::string& path, std::size_t limit) {
  auto content = files_.read(path, limit);
  const auto found = texts_.find(path);
  if (!content || found == texts_.end()) return content;
  content->bytes.assign(found->second.begin(), found->second.end());
  content->stamp.size = found->second.size();
  return content;
}

base::Result<std::vector<std::string>> EditedFiles::glob(const std::string& pattern) {
  return files_.glob(pattern);
}

base::Result<base::FileStamp> EditedFiles::stat(const std::string& path) {
  return files_.stat(path);
}

}  // namespace mtls::daemon::inputs
