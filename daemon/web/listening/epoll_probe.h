// Asio does not look whether its own two descriptors, for being woken and for timers, found a place
// in its epoll set (epoll_reactor of Boost 1.74). Without them what other threads post is not
// heard, and deadlines never come: this asks, once, before anything depends on it.
#pragma once

#include <utility>  // boost/asio.hpp 1.74 forgets it for std::exchange under C++20

#include <boost/asio/io_context.hpp>

namespace mtls::daemon::web::listening {

/// Of a loop nobody runs yet and nothing waits in. Takes some milliseconds; two seconds, when the
/// answer is no: then a thread hangs in `loop`, which must not be destroyed any more. Throws
/// std::system_error when there is no thread.
bool epoll_wakes(boost::asio::io_context& loop);

}  // namespace mtls::daemon::web::listening
