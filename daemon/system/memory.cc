#include "daemon/system/memory.h"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <new>
#include <thread>

#include <uv.h>

#include "base/shortage.h"
#include "daemon/system/last_words.h"
#include "pki/memory.h"

namespace mtls::daemon::system {
namespace {

constexpr std::chrono::milliseconds kBetweenTries{10};
constexpr int kTriesOfAStart = 300;

thread_local bool gives_up = false;

// A start must not wait as long as a running daemon may.
void wait_for_memory() {
  static std::atomic<int> tries = 0;
  if (has_last_words() && ++tries > kTriesOfAStart) std::abort();
  std::this_thread::sleep_for(kBetweenTries);
}

void on_no_memory() {
  base::note(base::Shortage::kMemory);
  if (gives_up) throw std::bad_alloc();
  wait_for_memory();
}

// libuv aborts when it gets no memory.
template <class Allocate>
void* insist(const Allocate& allocate) {
  void* memory = allocate();
  for (; memory == nullptr; memory = allocate()) {
    base::note(base::Shortage::kMemory);
    wait_for_memory();
  }
  return memory;
}

void* insisting_malloc(std::size_t bytes) {
  return insist([bytes] { return std::malloc(bytes); });
}
void* insisting_realloc(void* old, std::size_t bytes) {
  return insist([=] { return std::realloc(old, bytes); });
}
void* insisting_calloc(std::size_t count, std::size_t bytes) {
  return insist([=] { return std::calloc(count, bytes); });
}

// OpenSSL initializes much of its state once, at first use, and crashes later if that failed
// (SHA256() of 3.0).
bool wait_while_starting() {
  if (!has_last_words()) return false;
  wait_for_memory();
  return true;
}

void forbid_inspection() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

// An evaluation runs on whatever worker is free. With an arena for each, every one of them ends up
// with holes where a Snapshot was. One is the loop's, the other everybody else's.
void share_arenas() {
  constexpr int kArenas = 2;
  ::mallopt(M_ARENA_MAX, kArenas);
}

}  // namespace

void prepare_memory() {
  forbid_inspection();
  share_arenas();
  std::set_new_handler(on_no_memory);
  pki::note_openssl_shortages(wait_while_starting);
  uv_replace_allocator(insisting_malloc, insisting_realloc, insisting_calloc, std::free);
}

void return_free_memory() { ::malloc_trim(0); }

GivesUpWithoutMemory::GivesUpWithoutMemory() : before_(gives_up) { gives_up = true; }
GivesUpWithoutMemory::~GivesUpWithoutMemory() { gives_up = before_; }

}  // namespace mtls::daemon::system
