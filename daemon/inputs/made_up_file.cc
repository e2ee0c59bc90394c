#include "daemon/inputs/made_up_file.h"

namespace mtls::daemon::inputs {

base::Result<base::FileContent> MadeUpFile::read(const std::string& path, std::size_t limit) {
  if (path != path_) return files_.read(path, limit);
  return base::FileContent{.bytes = {text_.begin(), text_.end()}, .stamp = {}};
}

base::Result<std::vector<std::string>> MadeUpFile::glob(const std::string& pattern) {
  return files_.glob(pattern);
}

base::Result<base::FileStamp> MadeUpFile::stat(const std::string& path) {
  if (path != path_) return files_.stat(path);
  return base::FileStamp{};
}

std::string quoted(const std::string& word) {
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

}  // namespace mtls::daemon::inputs
