// What a test and the library preloaded into the daemon (failing_calls.cc) share: one mapped file
// that says which call is to fail, and counts. Plain atomics, no pointers: two processes map it.
#pragma once

#include <atomic>

namespace mtls::testing {

enum class Call {
  kNone,
  kAllocation,   // malloc and its kin
  kCAllocation,  // those of them that are not operator new, which comes back for more
  kOpen,         // open, openat
  kStat,         // stat, lstat, fstat
  kRead,         // of a regular file
  kReadLink,
  kInotifyInit,
  kInotifyAdd,
  kEpollControl,
  kAccept,
  kSend,  // on a socket
  kSocket,
  kTimerDescriptor,
  kThread,
  kOpenDirectory,
  kEpollCreate,
  kEventDescriptor,
  kPipe,
};

struct FaultControl {
  std::atomic<Call> call;          // kNone: nothing fails, nothing is counted
  std::atomic<long> seen;          // calls of that kind since it was set
  std::atomic<long> first;         // 1 = the next call
  std::atomic<long> times;         // from the first one on
  std::atomic<int> error;          // errno
  std::atomic<long> failed;        // calls that were made to fail
  std::atomic<long> longest_read;  // of a regular file, bytes; 0: as asked
};

/// The environment of a daemon with the library preloaded.
inline constexpr const char* kControlVariable = "MTLS_FAULT_CONTROL";  // path of the mapped file
inline constexpr const char* kOpenedVariable = "MTLS_FAULT_OPENED";    // log of opened paths

}  // namespace mtls::testing
