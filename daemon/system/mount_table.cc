#include "daemon/system/mount_table.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <optional>
#include <span>
#include <vector>

#include "base/shortage.h"

namespace mtls::daemon::system {
namespace {

constexpr int kMaxHops = 40;  // path_resolution(7): the kernel's MAXSYMLINKS

// File systems in memory and on disks of this host.
constexpr std::array<std::string_view, 11> kLocalTypes = {"btrfs", "devtmpfs", "erofs",  "ext4",
                                                          "f2fs",  "ramfs",    "rootfs", "squashfs",
                                                          "tmpfs", "xfs",      "zfs"};

// File systems that answer but change without events: layers over another file system, what the
// kernel makes up, disks that other hosts write to as well.
constexpr std::array<std::string_view, 24> kSilentTypes = {
    "aufs",      "binfmt_misc", "bpf",       "cgroup",   "cgroup2", "configfs",
    "debugfs",   "devpts",      "ecryptfs",  "efivarfs", "fusectl", "gfs2",
    "hugetlbfs", "mqueue",      "nsfs",      "ocfs2",    "overlay", "proc",
    "pstore",    "securityfs",  "selinuxfs", "sysfs",    "tracefs", "unionfs"};

// Their source may look like a disk, but is not one.
constexpr std::array<std::string_view, 2> kNeverDisks = {"fuse", "autofs"};

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

MountKind kind_of(std::string_view type, std::string_view source) {
  if (contains(kSilentTypes, type)) return MountKind::kSilent;
  if (contains(kLocalTypes, type)) return MountKind::kLocal;
  const bool disk = source.starts_with("/dev/") &&
                    std::none_of(kNeverDisks.begin(), kNeverDisks.end(),
                                 [type](auto prefix) { return type.starts_with(prefix); });
  return disk ? MountKind::kLocal : MountKind::kRemote;
}

/// Decodes \ooo, which stands for space, tab, newline and backslash.
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 3 >= text.size()) {
      plain += text[i];
      continue;
    }
    const auto digit = [&](std::size_t at) { return text[i + at] - '0'; };
    plain += static_cast<char>(digit(1) * 64 + digit(2) * 8 + digit(3));
    i += 3;
  }
  return plain;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

/// `36 35 98:0 /root /point options [optional…] - type source super-options`.
std::optional<Mount> mount_in(std::string_view line) {
  const auto words = words_of(line);
  const auto dash = std::find(words.begin(), words.end(), "-");
  if (words.size() < 6 || words.end() - dash < 3) return std::nullopt;
  return Mount{
      .point = unescape(words[4]), .type = std::string(dash[1]), .kind = kind_of(dash[1], dash[2])};
}

bool lies_in(std::string_view path, std::string_view directory) {
  return path == directory ||
         (path.starts_with(directory) && path.substr(directory.size()).starts_with('/'));
}

std::string join(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

/// The components of `path` except empty ones and dots, last first.
std::vector<std::string> reversed_components(std::string_view path) {
  std::vector<std::string> components;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0 && path.substr(0, end) != ".") components.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  std::reverse(components.begin(), components.end());
  return components;
}

/// nullopt: the file could not be read to its end.
std::optional<std::string> read_all(int file) {
  std::string text;
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t got =
        ::pread(file, buffer.data(), buffer.size(), static_cast<off_t>(text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) base::note_errno(errno);
    if (got < 0) return std::nullopt;
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

MountTable MountTable::parse(std::string_view mountinfo) {
  MountTable table;
  while (!mountinfo.empty()) {
    const std::size_t end = std::min(mountinfo.find('\n'), mountinfo.size());
    auto mount = mount_in(mountinfo.substr(0, end));
    mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
    if (!mount) continue;
    // If the root file system hangs, nothing on this host works, and neither do we.
    if (mount->point == "/" && mount->kind == MountKind::kRemote) mount->kind = MountKind::kSilent;
    table.mounts_[mount->point] = *mount;
  }
  for (const auto& [point, mount] : table.mounts_) {
    // systemd's automount for binfmt_misc is on every host, and holds no files of nginx.
    const bool holds_files = !lies_in(point, "/proc") && !lies_in(point, "/sys");
    table.may_block_ |= mount.kind == MountKind::kRemote && holds_files;
  }
  return table;
}

const Mount* MountTable::mounted_on(std::string_view path) const {
  const auto found = mounts_.find(path);
  return found == mounts_.end() ? nullptr : &found->second;
}

const Mount& MountTable::mount_of(std::string_view path) const {
  static const Mount kUnknown{.point = "/", .type = "unknown", .kind = MountKind::kSilent};
  for (;;) {
    if (const Mount* mount = mounted_on(path)) return *mount;
    if (path.size() <= 1) return kUnknown;
    path = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
  }
}

const Mount* MountTable::first_remote(const std::string& path, const ReadLink& read_link) const {
  if (!may_block_) return nullptr;
  std::vector<std::string> todo = reversed_components(path);
  std::string here = "/";
  for (int hops = 0; !todo.empty() && hops <= kMaxHops;) {
    const std::string name = std::move(todo.back());
    todo.pop_back();
    if (name == "..") {
      here = here.substr(0, std::max<std::size_t>(here.rfind('/'), 1));
      continue;
    }
    const std::string next = join(here, name);
    const Mount* mount = mounted_on(next);
    if (mount != nullptr && mount->kind == MountKind::kRemote) return mount;
    const std::string link = read_link(next);
    if (link.empty()) {
      here = next;
      continue;
    }
    ++hops;
    if (link.starts_with('/')) here = "/";
    for (std::string& component : reversed_components(link)) todo.push_back(std::move(component));
  }
  return nullptr;
}

std::string read_link(const std::string& path) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  return length < 0 ? "" : std::string(target.data(), static_cast<std::size_t>(length));
}

std::shared_ptr<const MountTable> Mounts::current() {
  const std::lock_guard lock(mutex_);
  if (!file_) {
    file_ = FileDescriptor(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
    if (!file_) base::note_errno(errno);
  }
  pollfd changed{.fd = file_.get(), .events = POLLPRI, .revents = 0};
  // Polls before reading: a change that comes later is reported by the next poll.
  const bool told = ::poll(&changed, 1, 0) > 0;
  if (told || !is_current_) {
    is_current_ =
        false;  // until the reading succeeds: if memory runs out here, the next call reads again
    const auto text = read_all(file_.get());
    if (text || !table_) {
      table_ = std::make_shared<const MountTable>(MountTable::parse(text.value_or("")));
    }
    is_current_ = text.has_value();
  }
  return table_;
}

}  // namespace mtls::daemon::system
