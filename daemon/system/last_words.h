// What is said when a library ends a start without a word: libuv aborts when it is refused a
// thread, a descriptor or a place in its epoll set. Once the daemon serves, an abort is a bug and
// stays one.
#pragma once

#include <string_view>

namespace mtls::daemon::system {

/// From now on an abort(3) writes `line` to stderr and ends the process with code 3. Replaces what
/// was set before; of more than 511 bytes the rest is cut. Only while there is one thread.
void set_last_words(std::string_view line);
void no_last_words();

/// Between the two.
bool has_last_words();

}  // namespace mtls::daemon::system
