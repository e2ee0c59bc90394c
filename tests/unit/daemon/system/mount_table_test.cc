#include "daemon/system/mount_table.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>

namespace mtls::daemon {
namespace {

constexpr const char* kMountinfo =
    "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "22 21 0:20 / /proc rw - proc proc rw\n"
    "23 22 0:21 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw\n"
    "24 21 0:30 / /mnt/nfs rw master:3 propagate_from:2 - nfs4 server:/export rw\n"
    "25 24 0:31 / /mnt/nfs/scratch rw - tmpfs tmpfs rw\n"
    "26 21 0:32 / /mnt/with\\040space rw - fuse.sshfs host: rw\n"
    "27 21 8:2 / /data rw - bcachefs /dev/sdb rw\n"
    "28 21 8:3 / /ntfs rw - fuseblk /dev/sdc rw\n"
    "29 21 0:33 / /layers rw - overlay overlay rw\n"
    "30 21 0:34 / /new rw - somethingfs source rw\n"
    "31 21 0:35 / /twice rw - nfs4 server:/old rw\n"
    "32 21 0:36 / /twice rw - tmpfs tmpfs rw\n"
    "junk\n";

TEST_CASE("F11: mountinfo says which file systems may not answer, and which report no changes") {
  const system::MountTable table = system::MountTable::parse(kMountinfo);
  struct Row {
    const char* path;
    const char* point;
    system::MountKind kind;
  };
  for (const Row& row : {
           Row{"/", "/", system::MountKind::kLocal},
           Row{"/etc/nginx/nginx.conf", "/", system::MountKind::kLocal},
           Row{"/mnt/nfsserver/x", "/", system::MountKind::kLocal},
           Row{"/proc/self", "/proc", system::MountKind::kSilent},
           Row{"/mnt/nfs", "/mnt/nfs", system::MountKind::kRemote},
           Row{"/mnt/nfs/a/b", "/mnt/nfs", system::MountKind::kRemote},
           Row{"/mnt/nfs/scratch/x", "/mnt/nfs/scratch", system::MountKind::kLocal},
           Row{"/mnt/with space/x", "/mnt/with space", system::MountKind::kRemote},
           Row{"/data/x", "/data", system::MountKind::kLocal},
           Row{"/ntfs/x", "/ntfs", system::MountKind::kRemote},
           Row{"/layers/x", "/layers", system::MountKind::kSilent},
           Row{"/new/x", "/new", system::MountKind::kRemote},
           Row{"/twice/x", "/twice", system::MountKind::kLocal},
       }) {
    CAPTURE(row.path);
    CHECK(table.mount_of(row.path).point == row.point);
    CHECK(table.mount_of(row.path).kind == row.kind);
  }
  CHECK(table.may_block());
  CHECK(table.mounted_on("/mnt/nfs/a") == nullptr);
}

TEST_CASE(
    "F11: an automount for binfmt_misc and a root on the network need no thread of their own") {
  CHECK_FALSE(
      system::MountTable::parse("21 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
                                "23 22 0:21 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw\n")
          .may_block());
  const system::MountTable root =
      system::MountTable::parse("21 1 0:9 / / rw - nfs4 server:/root rw\n");
  CHECK_FALSE(root.may_block());
  CHECK(root.mount_of("/etc").kind == system::MountKind::kSilent);
}

TEST_CASE("F11: the way to a path is followed up to the first mount that may not answer") {
  const system::MountTable table = system::MountTable::parse(kMountinfo);
  const std::map<std::string, std::string> links = {{"/etc/nginx/certs", "/mnt/nfs/certs"},
                                                    {"/etc/relative", "../mnt/./nfs"},
                                                    {"/etc/local", "nginx"},
                                                    {"/etc/loop", "loop"},
                                                    {"/etc/chain", "local/certs"}};
  struct Row {
    const char* path;
    const char* point;  // "": every file system on the way answers
  };
  for (const Row& row : {
           Row{"/etc/nginx/nginx.conf", ""},
           Row{"/etc/nginx/certs/ca.pem", "/mnt/nfs"},
           Row{"/etc/relative/x", "/mnt/nfs"},
           Row{"/etc/local/nginx.conf", ""},
           Row{"/etc/loop/x", ""},
           Row{"/etc/chain/x", "/mnt/nfs"},
           Row{"/mnt/nfs/scratch/x", "/mnt/nfs"},
           Row{"/mnt/nfs/../x", "/mnt/nfs"},
           Row{"/mnt/../etc/x", ""},
           Row{"/mnt/nfs", "/mnt/nfs"},
           Row{"/../mnt//nfs/x", "/mnt/nfs"},
       }) {
    CAPTURE(row.path);
    const system::Mount* found = table.first_remote(row.path, [&](const std::string& path) {
      CHECK_FALSE(path.starts_with("/mnt/nfs"));  // is never asked
      const auto link = links.find(path);
      return link == links.end() ? "" : link->second;
    });
    CHECK((found == nullptr ? "" : found->point) == row.point);
  }
}

}  // namespace
}  // namespace mtls::daemon
