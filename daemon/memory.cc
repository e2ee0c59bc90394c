#include "daemon/memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <chrono>
#include <new>
#include <thread>

#include "base/shortage.h"
#include "pki/memory.h"

namespace mtls::daemon {
namespace {

constexpr std::chrono::milliseconds kBetweenTries{10};

thread_local bool gives_up = false;

void on_no_memory() {
  base::note(base::Shortage::kMemory);
  if (gives_up) throw std::bad_alloc();
  std::this_thread::sleep_for(kBetweenTries);
}

void forbid_looking() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

}  // namespace

void prepare_memory() {
  forbid_looking();
  std::set_new_handler(on_no_memory);
  pki::note_openssl_shortages();
}

GivesUpWithoutMemory::GivesUpWithoutMemory() : before_(gives_up) { gives_up = true; }
GivesUpWithoutMemory::~GivesUpWithoutMemory() { gives_up = before_; }

}  // namespace mtls::daemon
