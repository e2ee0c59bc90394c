#include "base/sighting.h"

namespace mtls::base {
namespace {

Sighting of_file(const std::string& path, const Result<FileStamp>& stamp) {
  Sighting seen{
      .kind = Sighting::Kind::kFile, .path = path, .stamp = {}, .error = {}, .matches = {}};
  if (stamp) {
    seen.stamp = *stamp;
  } else {
    seen.error = stamp.error().code;
  }
  return seen;
}

}  // namespace

Result<FileContent> RecordingFileSystem::read(const std::string& path, std::size_t limit) {
  Result<FileContent> content = disk_.read(path, limit);
  if (content) {
    sightings_[path] = of_file(path, content->stamp);
  } else {
    sightings_[path] = of_file(path, tl::unexpected<Error>(content.error()));
  }
  return content;
}

Result<std::vector<std::string>> RecordingFileSystem::glob(const std::string& pattern) {
  Result<std::vector<std::string>> matches = disk_.glob(pattern);
  Sighting seen{
      .kind = Sighting::Kind::kPattern, .path = pattern, .stamp = {}, .error = {}, .matches = {}};
  if (matches) {
    seen.matches = *matches;
  } else {
    seen.error = matches.error().code;
  }
  sightings_[pattern] = std::move(seen);
  return matches;
}

Result<FileStamp> RecordingFileSystem::stat(const std::string& path) {
  Result<FileStamp> stamp = disk_.stat(path);
  sightings_[path] = of_file(path, stamp);
  return stamp;
}

}  // namespace mtls::base
