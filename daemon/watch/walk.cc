#include "daemon/watch/walk.h"

#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>

#include "base/text.h"

namespace mtls::daemon {
namespace {

constexpr int kMaxHops = 40;  // path_resolution(7): the kernel's MAXSYMLINKS
constexpr std::size_t kMaxWants = 200'000;

// statfs(2) f_type of file systems that change behind the kernel's back, or beneath a layer that
// inotify does not see.
constexpr std::array<std::uint32_t, 12> kSilentFileSystems = {
    0x6969,      // NFS
    0x517b,      // SMB
    0xff534d42,  // CIFS
    0xfe534d42,  // SMB2
    0x65735546,  // FUSE
    0x794c7630,  // overlay
    0x01021997,  // 9p
    0x5346414f,  // AFS
    0x00c36400,  // Ceph
    0x0bd00bd0,  // Lustre
    0x9fa0,      // proc
    0x62656572,  // sysfs
};

std::string join(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

std::string parent_of(const std::string& directory) {
  const std::size_t slash = directory.rfind('/');
  return slash == 0 ? "/" : directory.substr(0, slash);
}

}  // namespace

/// How far a walk has come.
struct Walker::Progress {
  std::string here = "/";       // a directory, without symbolic links
  std::vector<Component> todo;  // what is left of the way, last component first
  int hops = 0;
};

std::vector<Walker::Component> Walker::split(const std::string& path, base::Sighting::Kind kind) {
  std::vector<Component> components;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    std::string text = path.substr(at, end - at);
    at = end + 1;
    if (text.empty() || text == ".") continue;
    const bool magic =
        kind == base::Sighting::Kind::kPattern && text.find_first_of("*?[\\") != std::string::npos;
    components.push_back({.text = std::move(text), .magic = magic});
  }
  std::reverse(components.begin(), components.end());
  return components;
}

Walker::Entry Walker::look_at(const std::string& path) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) return {.error = errno, .link = {}};
  Entry seen{
      .device = facts.st_dev, .inode = facts.st_ino, .type = facts.st_mode & S_IFMT, .link = {}};
  if (S_ISLNK(facts.st_mode)) {
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    if (length < 0) return {.error = errno, .link = {}};
    seen.link.assign(target.data(), static_cast<std::size_t>(length));
  }
  return seen;
}

Walker::Entry Walker::entry(const std::string& path, bool remembered) {
  if (!remembered) return look_at(path);
  const auto known = entries_.find(path);
  if (known != entries_.end()) return known->second;
  return entries_.emplace(path, look_at(path)).first->second;
}

bool Walker::is_silent(const std::string& directory) {
  const auto known = silent_.find(directory);
  if (known != silent_.end()) return known->second;
  struct statfs facts{};
  const bool silent =
      ::statfs(directory.c_str(), &facts) == 0 &&
      std::find(kSilentFileSystems.begin(), kSilentFileSystems.end(),
                static_cast<std::uint32_t>(facts.f_type)) != kSilentFileSystems.end();
  return silent_.emplace(directory, silent).first->second;
}

/// One component further; false where the way ends.
bool Walker::step(Progress& progress, const std::string& name, Walk& walk) {
  if (name == "..") {
    progress.here = parent_of(progress.here);
    return true;
  }
  walk.wants.push_back({.place = progress.here, .name = name});
  const std::string path = join(progress.here, name);
  // Only what lies in the middle of a way is shared by several, and worth remembering.
  const Entry seen = entry(path, !progress.todo.empty());
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
    walk.wants.push_back({.place = path, .name = kFileItself});
  }
  return false;
}

/// A wildcard: every entry of the directory matters, and the rest of the way continues below each
/// that matches.
void Walker::branch(const Progress& progress, const std::string& pattern, Walk& walk) {
  walk.wants.push_back({.place = progress.here, .name = kEveryEntry});
  if (progress.todo.empty()) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(progress.here.c_str()),
                                                      &::closedir);
  if (!directory) return;
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(directory.get())) {
    const bool leads_on =
        entry->d_type == DT_DIR || entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN;
    if (leads_on && ::fnmatch(pattern.c_str(), entry->d_name, FNM_PERIOD) == 0) {
      names.emplace_back(entry->d_name);
    }
  }
  std::sort(names.begin(),
            names.end());  // readdir's order is not stable, the signature depends on it
  for (std::string& name : names) {
    Progress below = progress;
    below.todo.push_back({.text = std::move(name)});
    advance(std::move(below), walk);
  }
}

void Walker::advance(Progress progress, Walk& walk) {
  while (!progress.todo.empty() && walk.wants.size() < kMaxWants) {
    const Component next = std::move(progress.todo.back());
    progress.todo.pop_back();
    if (next.magic) {
      branch(progress, next.text, walk);
      break;
    }
    if (!step(progress, next.text, walk)) break;
  }
  walk.silent = walk.silent || is_silent(progress.here);
}

Walk Walker::walk(base::Sighting::Kind kind, const std::string& path) {
  Walk walk;
  advance({.todo = split(path, kind)}, walk);
  std::sort(walk.wants.begin(), walk.wants.end());
  walk.wants.erase(std::unique(walk.wants.begin(), walk.wants.end()), walk.wants.end());
  return walk;
}

}  // namespace mtls::daemon
