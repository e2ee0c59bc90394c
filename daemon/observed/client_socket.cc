#include "daemon/observed/client_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/text.h"
#include "running/client_line.h"

namespace mtls::daemon::observed {
namespace {

constexpr std::size_t kBatch = 32;
constexpr mode_t kMode = 0666;

tl::unexpected<base::Error> refused(const std::string& path, int error) {
  return base::fail(base::ErrorCode::kUnreadable,
                    "cannot bind unix:" + base::sanitize(path, base::kMaxPathBytes) + ": " +
                        std::strerror(error) + "; choose another path with observer.socket");
}

bool fits(const std::string& path) { return path.size() < sizeof(sockaddr_un{}.sun_path); }

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

int bind_to(int fd, const std::string& path) {
  const sockaddr_un address = address_of(path);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  return ::bind(fd, generic, sizeof address) == 0 ? 0 : errno;
}

// Left behind by a process that was killed: connecting gives ECONNREFUSED only where nobody reads.
bool is_stale(const std::string& path) {
  struct stat file{};
  if (::lstat(path.c_str(), &file) != 0 || !S_ISSOCK(file.st_mode)) return false;
  const system::FileDescriptor probe(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!probe) return false;
  const sockaddr_un address = address_of(path);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(probe.get(), generic, sizeof address) != 0 && errno == ECONNREFUSED;
}

int option(int fd, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

bool wants_senders(int fd) {
  const int yes = 1;
  return ::setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) == 0;
}

struct Control {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> bytes;
};

bool read_sender(const msghdr& message, Sender& sender) {
  for (const cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr;
       one = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(one))) {
    if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SCM_CREDENTIALS) continue;
    ucred credentials{};
    std::memcpy(&credentials, CMSG_DATA(one), sizeof credentials);
    sender = {.pid = credentials.pid, .uid = credentials.uid};
    return true;
  }
  return false;
}

}  // namespace

// Pages that no datagram reaches are never touched.
struct ClientSocket::Buffers {
  std::vector<std::unique_ptr<char[]>> bytes;
  std::array<iovec, kBatch> parts{};
  std::array<Control, kBatch> controls{};
  std::array<mmsghdr, kBatch> messages{};

  Buffers() {
    for (std::size_t i = 0; i < kBatch; ++i) {
      bytes.push_back(std::make_unique_for_overwrite<char[]>(running::kMostLineBytes));
      parts.at(i) = {.iov_base = bytes.back().get(), .iov_len = running::kMostLineBytes};
    }
  }

  int receive(int fd, std::size_t most) {
    const std::size_t count = std::min(most, kBatch);
    for (std::size_t i = 0; i < count; ++i) {
      msghdr& header = messages.at(i).msg_hdr;
      header = {};
      header.msg_iov = &parts.at(i);
      header.msg_iovlen = 1;
      header.msg_control = controls.at(i).bytes.data();
      header.msg_controllen = controls.at(i).bytes.size();
    }
    return ::recvmmsg(fd, messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT, nullptr);
  }
};

ClientSocket::ClientSocket(system::FileDescriptor socket)
    : socket_(std::move(socket)), buffers_(std::make_unique<Buffers>()) {}

ClientSocket::ClientSocket(ClientSocket&& other) noexcept
    : socket_(std::move(other.socket_)),
      buffers_(std::move(other.buffers_)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_) {}

// What was here before goes with `other`.
ClientSocket& ClientSocket::operator=(ClientSocket&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(buffers_, other.buffers_);
  std::swap(path_, other.path_);
  std::swap(device_, other.device_);
  std::swap(inode_, other.inode_);
  return *this;
}

// Unless another socket stands there by now.
ClientSocket::~ClientSocket() {
  struct stat file{};
  if (path_.empty() || ::lstat(path_.c_str(), &file) != 0) return;
  if (file.st_dev == device_ && file.st_ino == inode_) ::unlink(path_.c_str());
}

base::Result<ClientSocket> ClientSocket::bind(const std::string& path) {
  if (!fits(path)) return refused(path, ENAMETOOLONG);
  system::FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket || !wants_senders(socket.get())) return refused(path, errno);
  int error = bind_to(socket.get(), path);
  if (error == EADDRINUSE && is_stale(path)) {
    ::unlink(path.c_str());
    error = bind_to(socket.get(), path);
  }
  if (error != 0) return refused(path, error);
  ClientSocket bound(std::move(socket));
  bound.path_ = path;
  struct stat file{};
  if (::chmod(path.c_str(), kMode) != 0 || ::lstat(path.c_str(), &file) != 0)
    return refused(path, errno);
  bound.device_ = file.st_dev;
  bound.inode_ = file.st_ino;
  return bound;
}

base::Result<ClientSocket> ClientSocket::adopt(int fd) {
  system::FileDescriptor socket(fd);
  if (option(fd, SO_TYPE) != SOCK_DGRAM || option(fd, SO_DOMAIN) != AF_UNIX || !wants_senders(fd)) {
    return base::fail(base::ErrorCode::kUnreadable,
                      "descriptor " + std::to_string(fd) +
                          " is no Unix datagram socket; the socket unit of the observer needs "
                          "ListenDatagram=");
  }
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return ClientSocket(std::move(socket));
}

std::size_t ClientSocket::receive(std::size_t most,
                                  const std::function<void(const Datagram&)>& take) {
  std::size_t received = 0;
  while (received < most) {
    const int count = buffers_->receive(socket_.get(), most - received);
    if (count <= 0) break;
    for (int i = 0; i < count; ++i) {
      const auto index = static_cast<std::size_t>(i);
      const mmsghdr& message = buffers_->messages.at(index);
      Sender sender;
      const bool is_known = read_sender(message.msg_hdr, sender);
      take({.bytes = {buffers_->bytes[index].get(), message.msg_len},
            .is_truncated = (message.msg_hdr.msg_flags & MSG_TRUNC) != 0,
            .sender = is_known ? &sender : nullptr});
    }
    received += static_cast<std::size_t>(count);
  }
  return received;
}

}  // namespace mtls::daemon::observed
