// A file system in memory behind all interfaces of the watcher: directories, links, inodes, stamps
// of a coarse clock, and inotify's records with its bounded queue. A test may change it before any
// question is answered. Uses neither the host's file system nor its clock.
#pragma once

#include <fnmatch.h>
#include <sys/inotify.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/filesystem.h"
#include "daemon/watch/directory_view.h"

namespace mtls::daemon::testing {

class SimulatedDisk final : public watch::DirectoryView,
                            public base::FileSystem,
                            public watch::Watches {
 public:
  using Number = std::uint64_t;

  std::function<void()> before_each_answer = [] {};
  std::int64_t realtime = 1'800'000'000'000'000'001;
  std::int64_t tick = 4'000'000;            // of the stamps, ns
  std::size_t queue_limit = 1'000'000'000;  // events

  // --- changes by others; impossible ones do nothing

  void make_directory(const std::string& path) { create(path, {.type = S_IFDIR}); }
  void make_link(const std::string& target, const std::string& path) {
    create(path, {.type = S_IFLNK, .link = target});
  }
  void write(const std::string& path) {
    const Number number = resolve(path, Last::kFollowed).inode;
    if (number == 0) {
      create(path, {.type = S_IFREG, .content = ++contents_});
    } else if (Node& node = nodes_.at(number); node.type == S_IFREG) {
      node.content = ++contents_;
      node.changed = stamp();
      tell_parent_of(path, number, IN_MODIFY);
      tell_parent_of(path, number, IN_CLOSE_WRITE);
    }
  }
  void remove(const std::string& path) {
    const Slot slot = parent_of(path);
    const auto found = slot.find(nodes_);
    if (found == 0) return;
    const std::map<std::string, Number> below = nodes_.at(found).entries;
    for (const auto& [name, number] : below) remove(path + "/" + name);
    nodes_.at(slot.directory).entries.erase(slot.name);
    tell(slot.directory, IN_DELETE, slot.name);
    unlinked(found);
  }
  void rename(const std::string& from, const std::string& to) {
    const Slot source = parent_of(from);
    const Number moved = source.find(nodes_);
    const Slot target = parent_of(to);
    if (moved == 0 || target.directory == 0 || holds(moved, target.directory)) return;
    const Number replaced = target.find(nodes_);
    if (replaced == moved) return;
    if (replaced != 0 && !nodes_.at(replaced).entries.empty()) return;  // ENOTEMPTY
    nodes_.at(source.directory).entries.erase(source.name);
    nodes_.at(target.directory).entries[target.name] = moved;
    nodes_.at(moved).changed = stamp();
    tell(source.directory, IN_MOVED_FROM, source.name);
    tell(target.directory, IN_MOVED_TO, target.name);
    tell(moved, IN_MOVE_SELF, "");
    if (replaced != 0) unlinked(replaced);
  }
  void hard_link(const std::string& from, const std::string& to) {
    const Number number = resolve(from, Last::kItself).inode;
    const Slot slot = parent_of(to);
    if (number == 0 || nodes_.at(number).type != S_IFREG || slot.directory == 0) return;
    if (!nodes_.at(slot.directory).entries.try_emplace(slot.name, number).second) return;
    Node& node = nodes_.at(number);
    ++node.names;
    node.changed = stamp();
    tell(number, IN_ATTRIB, "");
    tell(slot.directory, IN_CREATE, slot.name);
  }

  /// The events that a reader gets.
  std::vector<watch::InotifyEvent> drain() { return std::exchange(queue_, {}); }

  // --- DirectoryView

  DirectoryEntry look_at(const std::string& path) override {
    before_each_answer();
    const Resolved found = resolve(path, Last::kItself);
    if (found.inode == 0) return {.error = found.error, .link = {}};
    const Node& node = nodes_.at(found.inode);
    return {.device = 1, .inode = found.inode, .type = node.type, .link = node.link};
  }
  std::vector<std::string> directories_and_links(const std::string& directory) override {
    before_each_answer();
    std::vector<std::string> names;
    const Number number = resolve(directory, Last::kFollowed).inode;
    if (number == 0) return names;
    for (const auto& [name, entry] : nodes_.at(number).entries) {
      if (nodes_.at(entry).type != S_IFREG) names.push_back(name);
    }
    return names;
  }
  std::shared_ptr<const system::MountTable> mounts() override { return mounts_; }
  std::int64_t realtime_ns() override { return realtime; }

  // --- FileSystem

  base::Result<base::FileContent> read(const std::string& path, std::size_t /*limit*/) override {
    before_each_answer();
    const auto seen = stamp_of(path);
    if (!seen) return tl::unexpected<base::Error>(seen.error());
    base::FileContent content{.bytes = {}, .stamp = *seen};
    const std::string text = content_of(path);
    content.bytes.assign(text.begin(), text.end());
    return content;
  }
  base::Result<std::vector<std::string>> glob(const std::string& pattern) override {
    before_each_answer();
    std::vector<std::string> matches;
    expand("", pattern.substr(1), matches);
    return matches;
  }
  base::Result<base::FileStamp> stat(const std::string& path) override {
    before_each_answer();
    return stamp_of(path);
  }

  // --- Watches

  tl::expected<int, Errno> watch_directory(const std::string& path) override {
    return watch(path, Last::kFollowed, S_IFDIR);
  }
  tl::expected<int, Errno> watch_file(const std::string& path) override {
    return watch(path, Last::kItself, 0);
  }
  void remove(int wd) override {
    if (watched_.erase(wd) != 0) push({.wd = wd, .mask = IN_IGNORED, .name = {}});
  }

 private:
  struct Node {
    unsigned type = S_IFREG;
    std::map<std::string, Number> entries = {};
    std::string link = {};
    Number content = 0;
    std::int64_t changed = 0;
    int names = 1;
  };
  using Nodes = std::map<Number, Node>;
  struct Resolved {
    Number inode = 0;
    int error = 0;
  };
  struct Slot {
    Number directory = 0;
    std::string name = {};

    Number find(const Nodes& nodes) const {
      if (directory == 0) return 0;
      const auto& entries = nodes.at(directory).entries;
      const auto found = entries.find(name);
      return found == entries.end() ? 0 : found->second;
    }
  };
  enum class Last { kItself, kFollowed };

  std::int64_t stamp() const { return realtime - realtime % tick + 1; }

  Resolved resolve(const std::string& path, Last last) const {
    int hops = 0;
    return resolve_below({1}, path, last, hops);
  }
  /// `way`: the directories from the root on.
  Resolved resolve_below(std::vector<Number> way, const std::string& path, Last last,
                         int& hops) const {
    if (path.starts_with('/')) way.resize(1);
    for (std::size_t at = 0; at < path.size();) {
      const std::size_t end = std::min(path.find('/', at), path.size());
      const std::string name = path.substr(at, end - at);
      at = end + 1;
      const bool is_last = at >= path.size();
      if (name.empty()) continue;
      if (name == "..") {
        if (way.size() > 1) way.pop_back();
        continue;
      }
      if (nodes_.at(way.back()).type != S_IFDIR) return {.error = ENOTDIR};
      const Number next = Slot{.directory = way.back(), .name = name}.find(nodes_);
      if (next == 0) return {.error = ENOENT};
      const Node& node = nodes_.at(next);
      if (node.type == S_IFLNK && !(is_last && last == Last::kItself)) {
        if (++hops > 40) return {.error = ELOOP};
        std::string rest = node.link;
        if (!is_last) rest += "/" + path.substr(at);
        return resolve_below(std::move(way), rest, last, hops);
      }
      way.push_back(next);
    }
    return {.inode = way.back()};
  }
  Slot parent_of(const std::string& path) const {
    const std::size_t slash = path.rfind('/');
    const Number directory = resolve(path.substr(0, slash), Last::kFollowed).inode;
    if (directory == 0 || nodes_.at(directory).type != S_IFDIR) return {};
    return {.directory = directory, .name = path.substr(slash + 1)};
  }
  bool holds(Number above, Number below) const {
    if (above == below) return true;
    const auto& entries = nodes_.at(above).entries;
    return std::any_of(entries.begin(), entries.end(),
                       [&](const auto& entry) { return holds(entry.second, below); });
  }

  void create(const std::string& path, Node node) {
    const Slot slot = parent_of(path);
    if (slot.directory == 0 || slot.find(nodes_) != 0) return;
    node.changed = stamp();
    const bool is_file = node.type == S_IFREG;
    nodes_.emplace(++numbers_, std::move(node));
    nodes_.at(slot.directory).entries[slot.name] = numbers_;
    tell(slot.directory, IN_CREATE, slot.name);
    if (is_file) tell(slot.directory, IN_CLOSE_WRITE, slot.name);
  }
  void unlinked(Number number) {
    Node& node = nodes_.at(number);
    if (--node.names > 0) {
      node.changed = stamp();
      tell(number, IN_ATTRIB, "");
      return;
    }
    tell(number, IN_DELETE_SELF, "");
    const int wd = static_cast<int>(wd_of(number));
    if (wd > 0) remove(wd);
    nodes_.erase(number);
  }

  /// A write through a link is reported in the directory that holds the file.
  void tell_parent_of(const std::string& path, Number number, std::uint32_t mask) {
    std::string way = path;
    for (int hops = 0; hops < 40; ++hops) {
      const Slot slot = parent_of(way);
      const Number found = slot.find(nodes_);
      if (found == number) tell(slot.directory, mask, slot.name);
      if (found == 0 || nodes_.at(found).type != S_IFLNK) break;
      const std::string& link = nodes_.at(found).link;
      way = link.starts_with('/') ? link : way.substr(0, way.rfind('/')) + "/" + link;
    }
    tell(number, mask, "");
  }
  void tell(Number number, std::uint32_t mask, const std::string& name) {
    const int wd = wd_of(number);
    if (wd > 0) push({.wd = wd, .mask = mask, .name = name});
  }
  int wd_of(Number number) const {
    for (const auto& [wd, watched] : watched_) {
      if (watched == number) return wd;
    }
    return 0;
  }
  void push(watch::InotifyEvent event) {
    if (queue_.size() < queue_limit) {
      queue_.push_back(std::move(event));
    } else if (queue_.back().wd != -1) {
      queue_.push_back({.wd = -1, .mask = IN_Q_OVERFLOW, .name = {}});
    }
  }
  tl::expected<int, Errno> watch(const std::string& path, Last last, unsigned type) {
    before_each_answer();
    const Resolved found = resolve(path, last);
    if (found.inode == 0) return tl::unexpected(found.error);
    if (type != 0 && nodes_.at(found.inode).type != type) return tl::unexpected(ENOTDIR);
    int wd = wd_of(found.inode);
    if (wd == 0) watched_[wd = ++wds_] = found.inode;
    return wd;
  }

  base::Result<base::FileStamp> stamp_of(const std::string& path) const {
    const Resolved found = resolve(path, Last::kFollowed);
    if (found.inode == 0) {
      return base::fail(found.error == ELOOP ? base::ErrorCode::kLoop : base::ErrorCode::kMissing,
                        path);
    }
    const Node& node = nodes_.at(found.inode);
    if (node.type != S_IFREG) return base::fail(base::ErrorCode::kNotRegular, path);
    return base::FileStamp{.device = 1,
                           .inode = found.inode,
                           .size = 1,
                           .mtime_ns = node.changed,
                           .ctime_ns = node.changed,
                           .mode = 0644};
  }
  std::string content_of(const std::string& path) const {
    return std::to_string(nodes_.at(resolve(path, Last::kFollowed).inode).content);
  }
  void expand(const std::string& above, const std::string& rest,
              std::vector<std::string>& matches) const {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string part = rest.substr(0, end);
    const Number directory = resolve(above + "/", Last::kFollowed).inode;
    if (directory == 0 || nodes_.at(directory).type != S_IFDIR) return;
    for (const auto& [name, number] : nodes_.at(directory).entries) {
      if (::fnmatch(part.c_str(), name.c_str(), FNM_PERIOD) != 0) continue;
      if (end == rest.size()) {
        matches.push_back(above + "/" + name);
      } else {
        expand(above + "/" + name, rest.substr(end + 1), matches);
      }
    }
  }

  Nodes nodes_{{1, Node{.type = S_IFDIR}}};
  Number numbers_ = 1;
  Number contents_ = 0;
  std::map<int, Number> watched_;  // by watch descriptor
  int wds_ = 0;
  std::vector<watch::InotifyEvent> queue_;
  std::shared_ptr<const system::MountTable> mounts_ = std::make_shared<const system::MountTable>(
      system::MountTable::parse("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"));
};

}  // namespace mtls::daemon::testing
