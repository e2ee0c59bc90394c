// The file of a Unix socket: made, with its permissions, and removed again. Knows no HTTP.
#pragma once

#include <sys/types.h>

#include <string>

namespace mtls::daemon::web::listening {

/// The directory decides who gets to the socket, its mode who may connect: owner and group.
inline constexpr mode_t kSocketMode = 0660;

/// A socket file that nobody listens behind any more: what a daemon leaves that was killed.
bool is_stale_socket(const std::string& path);

/// Removed when this goes, unless it has become another one's.
class SocketFile {
 public:
  /// Of a socket just bound to `path`.
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
