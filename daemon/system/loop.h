// A libuv loop that survives a kernel without free memory. libuv adds a descriptor to its epoll set
// in the next turn of the loop, and aborts the process when that fails. Here each is added
// beforehand, and the caller learns of a failure. Loop thread only.
#pragma once

#include <uv.h>

#include "base/result.h"

namespace mtls::daemon::system {

/// uv_loop_init(), and adds the loop's own descriptors to its epoll set. kUnreadable: the system
/// refuses descriptors or entries in an epoll set (epoll_ctl(2): ENOMEM, or ENOSPC because of
/// fs.epoll.max_user_watches).
base::Result<void> open_loop(uv_loop_t& loop);

/// uv_poll_start(). False: the kernel refuses. `poll` is stopped then, and the caller may try
/// again.
bool start_polling(uv_poll_t& poll, int events, uv_poll_cb callback);

}  // namespace mtls::daemon::system
