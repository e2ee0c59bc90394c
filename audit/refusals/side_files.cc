#include "audit/refusals/side_files.h"

namespace mtls::audit::refusals {
namespace {

using base::ErrorCode;

bool leads_to(base::FileSystem& disk, const std::string& path, ErrorCode code) {
  const auto stamp = disk.stat(path);
  return !stamp && stamp.error().code == code;
}

// kMissing means ENOENT or ENOTDIR. It is ENOTDIR when a directory of the path is really a file.
Presence why_missing(base::FileSystem& disk, const std::string& path) {
  for (std::size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0;
       slash = path.rfind('/', slash - 1)) {
    const std::string above = path.substr(0, slash);
    if (disk.stat(above)) return Presence::kNotDirectory;
    if (!leads_to(disk, above, ErrorCode::kMissing)) break;
  }
  return Presence::kNoEntry;
}

}  // namespace

const base::Sighting& SideFiles::look(const std::string& path) {
  asked_.insert(path);
  const auto known = seen_.find(path);
  if (known != seen_.end()) return known->second;
  const Snapshot* before = inputs_.previous.get();
  if (before != nullptr && !plan_.reload_all && !inputs_.changes.paths.contains(path)) {
    const auto found = before->side_files->find(path);
    if (found != before->side_files->end()) return seen_.emplace(path, found->second).first->second;
  }
  (void)disk_.stat(path);
  return seen_.emplace(path, disk_.take().at(path)).first->second;
}

Presence SideFiles::presence(const base::Sighting& seen) {
  if (!seen.error) return Presence::kThere;
  is_whole_ = false;
  switch (*seen.error) {
    case ErrorCode::kMissing: return why_missing(inputs_.disk, seen.path);
    case ErrorCode::kLoop: return Presence::kLoop;
    case ErrorCode::kSocket: return Presence::kSocket;
    case ErrorCode::kNotRegular:
      // Only a directory has an entry `.`.
      return leads_to(inputs_.disk, seen.path + "/.", ErrorCode::kNotRegular) ? Presence::kDirectory
                                                                              : Presence::kUnknown;
    default: return Presence::kUnknown;
  }
}

base::Result<base::FileContent> SideFiles::read(const std::string& path, std::size_t limit) {
  asked_.insert(path);
  auto content = disk_.read(path, limit);
  seen_.insert_or_assign(path, disk_.take().at(path));
  return content;
}

void SideFiles::count_again(const std::string& path) {
  if (seen_.contains(path)) asked_.insert(path);
}

SideFiles::Looks SideFiles::take_looks() {
  Looks looks{.seen = {}, .is_whole = std::exchange(is_whole_, true)};
  for (const std::string& path : std::exchange(asked_, {}))
    looks.seen.emplace(path, seen_.at(path));
  return looks;
}

}  // namespace mtls::audit::refusals
