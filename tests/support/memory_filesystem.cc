#include "tests/support/memory_filesystem.h"

#include <fnmatch.h>

namespace mtls::testing {

using base::ErrorCode;

void MemoryFileSystem::put(const std::string& path, std::string content) {
  const auto serial = next_inode_++;
  const base::FileStamp stamp{.device = 1,
                              .inode = serial,
                              .size = content.size(),
                              .mtime_ns = static_cast<std::int64_t>(serial) * 1'000'000'000,
                              .ctime_ns = static_cast<std::int64_t>(serial) * 1'000'000'000,
                              .mode = 0644};
  nodes_[path] = Node{std::move(content), stamp};
  faults_.erase(path);
}

void MemoryFileSystem::rewrite(const std::string& path, std::string content, std::int64_t at_ns) {
  Node& node = nodes_.at(path);
  node.stamp.size = content.size();
  node.stamp.mtime_ns = node.stamp.ctime_ns = at_ns;
  node.content = std::move(content);
}

void MemoryFileSystem::remove(const std::string& path) { nodes_.erase(path); }

void MemoryFileSystem::chmod(const std::string& path, std::uint32_t mode) {
  base::FileStamp& stamp = nodes_.at(path).stamp;
  stamp.mode = mode;
  stamp.ctime_ns = static_cast<std::int64_t>(next_inode_++) * 1'000'000'000;
}

void MemoryFileSystem::fault(const std::string& path, ErrorCode code) { faults_[path] = code; }

base::Result<base::FileContent> MemoryFileSystem::read(const std::string& path, std::size_t limit) {
  ++reads_[path];
  const auto stamp = stat(path);
  if (!stamp) return tl::unexpected<base::Error>(stamp.error());
  const Node& node = nodes_.at(path);
  if (node.content.size() > limit) return base::fail(ErrorCode::kTooLarge, path + ": too large");
  return base::FileContent{.bytes = {node.content.begin(), node.content.end()},
                           .stamp = node.stamp};
}

base::Result<std::vector<std::string>> MemoryFileSystem::glob(const std::string& pattern) {
  std::vector<std::string> matches;
  for (const auto& [path, node] : nodes_) {
    if (fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0)
      matches.push_back(path);
  }
  return matches;
}

base::Result<base::FileStamp> MemoryFileSystem::stat(const std::string& path) {
  if (const auto fault = faults_.find(path); fault != faults_.end()) {
    return base::fail(fault->second, path + ": " + std::string(word(fault->second)));
  }
  const auto node = nodes_.find(path);
  if (node == nodes_.end())
    return base::fail(ErrorCode::kMissing, path + ": No such file or directory");
  return node->second.stamp;
}

}  // namespace mtls::testing
