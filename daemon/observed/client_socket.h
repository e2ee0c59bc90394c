// The Unix datagram socket that nginx's lines arrive at: bound here, or held by systemd, so that
// nothing is lost while this program restarts. Knows nothing of what is in a datagram.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "daemon/system/file_descriptor.h"

namespace mtls::daemon::observed {

struct Sender {
  pid_t pid = 0;  // 0: of another PID namespace
  uid_t uid = 0;  // as this process sees it: 65534 for one that its user namespace does not map
};

struct Datagram {
  std::string_view bytes;     // until the next one is asked for
  bool is_truncated = false;  // it has more bytes than were asked for
  // nullptr: the kernel did not say.
  const Sender* sender = nullptr;
};

class ClientSocket {
 public:
  /// Binds `path`, and removes it at the end. A socket at that path that nobody reads is replaced.
  /// Everybody who may enter its directory may send (0666): senders are told by their uid.
  /// kUnreadable: it cannot be bound.
  static base::Result<ClientSocket> bind(const std::string& path);
  /// One that systemd holds. kUnreadable: it is no Unix datagram socket.
  static base::Result<ClientSocket> adopt(int fd);

  ~ClientSocket();
  ClientSocket(ClientSocket&&) noexcept;
  ClientSocket& operator=(ClientSocket&& other) noexcept;
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;

  int descriptor() const { return socket_.get(); }
  /// systemd holds it: what comes while no process of ours runs, waits.
  bool is_held() const { return path_.empty(); }
  /// "": it is systemd's.
  const std::string& path() const { return path_; }
  /// Hands over what has come, up to about `most` datagrams, and waits for nothing. Any thread, one
  /// at a time. Returns how many there were.
  std::size_t receive(std::size_t most, const std::function<void(const Datagram&)>& take);

 private:
  struct Buffers;
  explicit ClientSocket(system::FileDescriptor socket);

  system::FileDescriptor socket_;
  std::unique_ptr<Buffers> buffers_;
  std::string path_;  // "": it is systemd's
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace mtls::daemon::observed
