// The file of a Unix socket: its permissions, and its removal. Knows no HTTP. One thread at a time.
#pragma once

#include <sys/types.h>

#include <string>

namespace mtls::daemon::web::listening {

/// Owner and group may connect; the directory decides who gets to the file.
inline constexpr mode_t kSocketMode = 0660;

/// Whether nobody listens on this socket file any more: a daemon that was killed leaves one behind.
bool is_stale_socket(const std::string& path);

/// Removes the file in its destructor, unless another socket has taken its name.
class SocketFile {
 public:
  /// For a socket that was just bound to `path`.
  explicit SocketFile(std::string path);
  ~SocketFile();
  SocketFile(SocketFile&& other) noexcept;
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  SocketFile& operator=(SocketFile&&) = delete;

 private:
  std::string path_;  // "": moved from
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace mtls::daemon::web::listening
