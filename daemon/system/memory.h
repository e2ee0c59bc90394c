// What happens when there is no memory: small work waits for it, an evaluation gives up and with it
// gives back what it holds (ADR 11). And nobody but root may look into ours.
#pragma once

namespace mtls::daemon::system {

/// First thing in main(), before any thread, OpenSSL and libuv: from now on operator new that finds
/// nothing notes the shortage (base/shortage.h) and tries again until there is some, libuv's
/// allocations do the same, and OpenSSL's note theirs, once it serves: until then they wait too. A
/// start that waits too long aborts (daemon/system/last_words.h). No core dumps and no ptrace by
/// the same user (prctl(2), PR_SET_DUMPABLE).
void prepare_memory();

/// While it lives, operator new of this thread throws std::bad_alloc instead of waiting.
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
