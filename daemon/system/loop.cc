#include "daemon/system/loop.h"

#include <sys/epoll.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace mtls::daemon::system {
namespace {

// For a descriptor that is there already uv__io_poll() (libuv 1.44) gets EEXIST and modifies the
// entry, which needs nothing from the kernel.
bool add_to_epoll(const uv_loop_t& loop, int file) {
  epoll_event nothing_yet{};
  nothing_yet.data.fd = file;  // as libuv fills it
  return ::epoll_ctl(uv_backend_fd(&loop), EPOLL_CTL_ADD, file, &nothing_yet) == 0 ||
         errno == EEXIST;
}

tl::unexpected<base::Error> refuse(const char* reason) {
  return base::fail(base::ErrorCode::kUnreadable,
                    std::string("the system refuses an event loop: ") + reason +
                        " (raise LimitNOFILE=, MemoryMax= or fs.epoll.max_user_watches)");
}

}  // namespace

base::Result<void> open_loop(uv_loop_t& loop) {
  if (const int error = uv_loop_init(&loop); error != 0) return refuse(uv_strerror(error));
  for (const int file : {loop.async_io_watcher.fd, loop.signal_io_watcher.fd}) {
    if (!add_to_epoll(loop, file)) return refuse(std::strerror(errno));
  }
  return {};
}

// uv_poll_start() itself removes the descriptor from the epoll set first.
bool start_polling(uv_poll_t& poll, int events, uv_poll_cb callback) {
  uv_os_fd_t file = -1;
  uv_fileno(reinterpret_cast<uv_handle_t*>(&poll), &file);
  if (uv_poll_start(&poll, events, callback) != 0) return false;
  if (add_to_epoll(*poll.loop, file)) return true;
  uv_poll_stop(&poll);
  return false;
}

}  // namespace mtls::daemon::system
