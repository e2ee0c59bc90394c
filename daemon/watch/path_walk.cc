#include "daemon/watch/path_walk.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "daemon/system/glob.h"

namespace mtls::daemon::watch {
namespace {

constexpr int kMaxHops = 40;  // path_resolution(7): the kernel's MAXSYMLINKS
constexpr std::size_t kMaxWants = 200'000;

std::string join(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

std::string parent_of(const std::string& directory) {
  const std::size_t slash = directory.rfind('/');
  return slash == 0 ? "/" : directory.substr(0, slash);
}

}  // namespace

/// How far a walk has come.
struct PathWalker::Progress {
  std::string here = "/";       // a directory, without symbolic links
  std::vector<Component> todo;  // the components ahead, last one first
  int hops = 0;
};

std::vector<PathWalker::Component> PathWalker::split(const std::string& path,
                                                     base::Sighting::Kind kind) {
  std::vector<Component> components;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    std::string text = path.substr(at, end - at);
    at = end + 1;
    if (text.empty() || text == ".") continue;
    const bool wildcard = kind == base::Sighting::Kind::kPattern && system::is_glob(text);
    components.push_back({.text = std::move(text), .wildcard = wildcard});
  }
  std::reverse(components.begin(), components.end());
  return components;
}

DirectoryView::DirectoryEntry PathWalker::entry(const std::string& path, bool remembered) {
  if (!remembered) return view_.look_at(path);
  const auto known = entries_.find(path);
  if (known != entries_.end()) return known->second;
  return entries_.emplace(path, view_.look_at(path)).first->second;
}

bool PathWalker::is_remote(const std::string& path) const {
  if (!mounts_->may_block()) return false;
  const system::Mount* mount = mounts_->mounted_on(path);
  return mount != nullptr && mount->kind == system::MountKind::kRemote;
}

/// Takes one more component; false at the end of the way.
bool PathWalker::step(Progress& progress, const std::string& name, PathWalk& walk) {
  if (name == "..") {
    progress.here = parent_of(progress.here);
    return true;
  }
  walk.wants.push_back({.path = progress.here, .name = name});
  const std::string path = join(progress.here, name);
  if (is_remote(path)) {
    // Nothing beyond this point is looked at, because the mount may not answer. That it is mounted
    // here is known.
    walk.signature = base::fnv1a(std::to_string(walk.signature).append(path));
    walk.silent = true;
    return false;
  }
  // Only the inner components of a path are shared by several paths and worth remembering.
  const DirectoryView::DirectoryEntry seen = entry(path, !progress.todo.empty());
  const std::array<std::uint64_t, 5> facts = {walk.signature, seen.device, seen.inode, seen.type,
                                              static_cast<std::uint64_t>(seen.error)};
  std::string identity(reinterpret_cast<const char*>(facts.data()), sizeof(facts));
  walk.signature = base::fnv1a(identity.append(path).append(1, '\0').append(seen.link));
  if (seen.error != 0) return false;
  if (seen.type == S_IFDIR) {
    progress.here = path;
    return true;
  }
  if (seen.type == S_IFLNK) {
    if (++progress.hops > kMaxHops) return false;
    if (seen.link.starts_with('/')) progress.here = "/";
    const auto link = split(seen.link, base::Sighting::Kind::kFile);
    progress.todo.insert(progress.todo.end(), link.begin(), link.end());
    return true;
  }
  if (seen.type == S_IFREG && progress.todo.empty()) {
    walk.wants.push_back({.path = path, .name = kFileItself});
  }
  return false;
}

/// A wildcard: every entry of the directory matters, and the walk continues below each match.
void PathWalker::branch(const Progress& progress, const std::string& pattern, PathWalk& walk) {
  walk.wants.push_back({.path = progress.here, .name = kEveryEntry});
  if (progress.todo.empty()) return;
  std::vector<std::string> names = view_.directories_and_links(progress.here);
  std::erase_if(names,
                [&](const std::string& name) { return !system::matches_entry(pattern, name); });
  // readdir's order varies, and the signature depends on it.
  std::sort(names.begin(), names.end());
  for (std::string& name : names) {
    Progress below = progress;
    below.todo.push_back({.text = std::move(name)});
    advance(std::move(below), walk);
  }
}

void PathWalker::advance(Progress progress, PathWalk& walk) {
  while (!progress.todo.empty() && walk.wants.size() < kMaxWants) {
    const Component next = std::move(progress.todo.back());
    progress.todo.pop_back();
    if (next.wildcard) {
      branch(progress, next.text, walk);
      break;
    }
    if (!step(progress, next.text, walk)) break;
  }
  walk.silent = walk.silent || mounts_->mount_of(progress.here).kind != system::MountKind::kLocal;
}

PathWalk PathWalker::walk(base::Sighting::Kind kind, const std::string& path) {
  PathWalk walk;
  advance({.todo = split(path, kind)}, walk);
  std::sort(walk.wants.begin(), walk.wants.end());
  walk.wants.erase(std::unique(walk.wants.begin(), walk.wants.end()), walk.wants.end());
  return walk;
}

}  // namespace mtls::daemon::watch
