#include "audit/material_set.h"

#include <algorithm>

namespace mtls::audit {

std::vector<MaterialSet::File>::const_iterator MaterialSet::place(std::string_view path) const {
  const auto is_before = [](const File& file, std::string_view wanted) {
    return file->path < wanted;
  };
  if (files_.empty() || files_.back()->path < path) return files_.end();  // filled in order
  return std::lower_bound(files_.begin(), files_.end(), path, is_before);
}

void GoneFiles::sort() { std::sort(files_.begin(), files_.end(), kLess); }

GoneFiles gone_files(const MaterialSet& before, const MaterialSet& now) {
  GoneFiles gone;
  auto one = now.files().begin();
  for (const auto& file : before.files()) {
    if (one != now.files().end() && *one == file) {
      ++one;
      continue;
    }
    while (one != now.files().end() && (*one)->path < file->path) ++one;
    if (one == now.files().end() || *one != file) gone.add(file.get());
    if (one != now.files().end() && (*one)->path == file->path) ++one;
  }
  gone.sort();
  return gone;
}

}  // namespace mtls::audit
