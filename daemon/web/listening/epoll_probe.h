// Asio does not check whether its own two descriptors, for wake-ups and for timers, could be added
// to its epoll set (epoll_reactor of Boost 1.74). Without them, work posted by other threads never
// runs and deadlines never come. This checks it once, before anything depends on it.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/asio/io_context.hpp>

namespace mtls::daemon::web::listening {

/// Whether `loop` can be woken; nobody may run it yet, and nothing may wait in it. Takes some
/// milliseconds, or two seconds if the answer is no: then a thread hangs in `loop`, which must not
/// be destroyed any more. Throws std::system_error if no thread can be started.
bool epoll_wakes(boost::asio::io_context& loop);

}  // namespace mtls::daemon::web::listening
