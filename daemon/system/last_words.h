// A message for when a library aborts during the start without saying why: libuv does so when it is
// refused a thread, a descriptor or memory in its epoll set. Once the daemon serves, an abort is a
// bug and is not intercepted.
#pragma once

#include <string_view>

namespace mtls::daemon::system {

/// From now on abort(3) writes `line` to stderr and ends the process with code 3. Replaces any
/// earlier line; longer lines are cut after 511 bytes. May only be called while there is one
/// thread.
void set_last_words(std::string_view line);
void no_last_words();

/// True between set_last_words() and no_last_words().
bool has_last_words();

}  // namespace mtls::daemon::system
