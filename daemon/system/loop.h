// A libuv loop that survives a kernel without room: libuv adds a descriptor to its epoll set in the
// next turn, and aborts the process when that fails. Here each is added before, and who asks hears
// of it. Loop thread only.
#pragma once

#include <uv.h>

#include "base/result.h"

namespace mtls::daemon::system {

/// uv_loop_init() with places for what a loop itself listens to. kUnreadable: the system refuses
/// descriptors, or places in an epoll set (epoll_ctl(2): ENOMEM, ENOSPC by
/// fs.epoll.max_user_watches).
base::Result<void> open_loop(uv_loop_t& loop);

/// uv_poll_start(). False: the kernel refuses; `poll` is stopped then, and may be tried again.
bool start_polling(uv_poll_t& poll, int events, uv_poll_cb callback);

}  // namespace mtls::daemon::system
