// What happens when memory runs out: small work waits for it, an evaluation gives up and so frees
// what it holds (ADR 11). Also keeps the process's memory private: nobody but root may look into
// it. Concerns all threads.
#pragma once

namespace mtls::daemon::system {

/// Must come first in main(), before any thread, OpenSSL and libuv. From now on operator new that
/// gets no memory notes the shortage (base/shortage.h) and tries until it gets some; libuv's
/// allocations do the same. OpenSSL's wait like this during the start, and only note the shortage
/// later. A start that waits too long aborts (daemon/system/last_words.h). Forbids core dumps, and
/// ptrace by the same user (prctl(2), PR_SET_DUMPABLE).
void prepare_memory();

/// Gives freed memory back to the kernel, that of all threads; takes some milliseconds.
void return_free_memory();

/// During its lifetime operator new throws std::bad_alloc on this thread instead of waiting.
class GivesUpWithoutMemory {
 public:
  GivesUpWithoutMemory();
  ~GivesUpWithoutMemory();
  GivesUpWithoutMemory(const GivesUpWithoutMemory&) = delete;
  GivesUpWithoutMemory& operator=(const GivesUpWithoutMemory&) = delete;

 private:
  bool before_;
};

}  // namespace mtls::daemon::system
