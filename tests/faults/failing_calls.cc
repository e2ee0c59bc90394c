// Preloaded into the daemon: makes the call that fault_control.h names fail, and records which
// files are opened for reading. Does not see calls inside glibc, such as that of fopen().
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/faults/fault_control.h"

// glibc's own functions, so that looking up the real one allocates nothing.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace {

using mtls::testing::Call;
using mtls::testing::FaultControl;

FaultControl* control = nullptr;  // null before the constructor has run: nothing fails
int opened = -1;

__attribute__((constructor)) void map_control() {
  if (const char* path = std::getenv(mtls::testing::kOpenedVariable)) {
    opened = ::openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  const char* path = std::getenv(mtls::testing::kControlVariable);
  if (path == nullptr) return;
  const int file = ::openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void* mapped = ::mmap(nullptr, sizeof(FaultControl), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (mapped != MAP_FAILED) control = static_cast<FaultControl*>(mapped);
}

bool must_fail(Call call) {
  if (control == nullptr || control->call.load() != call) return false;
  const long number = control->seen.fetch_add(1) + 1;
  const long first = control->first.load();
  if (number < first || number - first >= control->times.load()) return false;
  control->failed.fetch_add(1);
  errno = control->error.load();
  return true;
}

// The code of libstdc++, in which only operator new calls malloc, apart from what comes before
// main().
std::uintptr_t cxx_begin = 0;
std::uintptr_t cxx_end = 0;

__attribute__((constructor)) void find_cxx_library() {
  ::dl_iterate_phdr(
      [](dl_phdr_info* library, std::size_t, void*) {
        if (std::strstr(library->dlpi_name, "/libstdc++.so") == nullptr) return 0;
        for (int i = 0; i < library->dlpi_phnum; ++i) {
          const ElfW(Phdr)& part = library->dlpi_phdr[i];
          if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0) continue;
          cxx_begin = library->dlpi_addr + part.p_vaddr;
          cxx_end = cxx_begin + part.p_memsz;
        }
        return 1;
      },
      nullptr);
}

bool allocation_must_fail(const void* caller) {
  const auto from = reinterpret_cast<std::uintptr_t>(caller);
  if (from >= cxx_begin && from < cxx_end) return must_fail(Call::kAllocation);
  return must_fail(Call::kAllocation) || must_fail(Call::kCAllocation);
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

bool is_regular(int file) {
  struct stat facts{};
  static auto* const kReal = next<int(int, struct stat*)>("fstat");
  const int before = errno;
  const bool regular = kReal(file, &facts) == 0 && S_ISREG(facts.st_mode);
  errno = before;
  return regular;
}

// For /proc/self/fd/N, which system::Disk opens, records the file behind it.
void note_opened(const char* path, int flags) {
  if (opened < 0 || (flags & O_PATH) != 0) return;
  std::array<char, 8192> line{};
  static auto* const kReadLink = next<ssize_t(const char*, char*, std::size_t)>("readlink");
  static auto* const kWrite = next<ssize_t(int, const void*, std::size_t)>("write");
  const bool is_reopened = std::strncmp(path, "/proc/self/fd/", 14) == 0;
  const ssize_t named = is_reopened ? kReadLink(path, line.data(), line.size() - 1) : -1;
  std::size_t size = named > 0 ? static_cast<std::size_t>(named) : std::strlen(path);
  if (named <= 0) std::copy_n(path, std::min(size, line.size() - 1), line.data());
  size = std::min(size, line.size() - 1);
  line.at(size) = '\n';
  [[maybe_unused]] const ssize_t written = kWrite(opened, line.data(), size + 1);
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

int open_as(const char* path, int flags, mode_t mode, int directory = AT_FDCWD) {
  static auto* const kReal = next<int(int, const char*, int, ...)>("openat");
  if (must_fail(Call::kOpen)) return -1;
  note_opened(path, flags);
  return kReal(directory, path, flags, mode);
}

}  // namespace

#define EXPORTED extern "C" __attribute__((visibility("default")))
#define OPENER(NAME)                                    \
  EXPORTED int NAME(const char* path, int flags, ...) { \
    va_list rest;                                       \
    va_start(rest, flags);                              \
    const mode_t mode = mode_of(flags, rest);           \
    va_end(rest);                                       \
    return open_as(path, flags, mode);                  \
  }
#define OPENER_AT(NAME)                                                \
  EXPORTED int NAME(int directory, const char* path, int flags, ...) { \
    va_list rest;                                                      \
    va_start(rest, flags);                                             \
    const mode_t mode = mode_of(flags, rest);                          \
    va_end(rest);                                                      \
    return open_as(path, flags, mode, directory);                      \
  }
// A call with fixed parameters that only has to be counted.
#define COUNTED(RESULT, NAME, CALL, FAILURE, PARAMETERS, ARGUMENTS) \
  EXPORTED RESULT NAME PARAMETERS {                                 \
    static auto* const kReal = next<RESULT PARAMETERS>(#NAME);      \
    if (must_fail(CALL)) return FAILURE;                            \
    return kReal ARGUMENTS;                                         \
  }

OPENER(open)
OPENER(open64)
OPENER_AT(openat)
OPENER_AT(openat64)

EXPORTED FILE* fopen(const char* path, const char* mode) {
  static auto* const kReal = next<FILE*(const char*, const char*)>("fopen");
  note_opened(path, 0);
  return kReal(path, mode);
}

using Status = struct stat*;
COUNTED(int, stat, Call::kStat, -1, (const char* path, Status into), (path, into))
COUNTED(int, lstat, Call::kStat, -1, (const char* path, Status into), (path, into))
COUNTED(int, fstat, Call::kStat, -1, (int file, Status into), (file, into))

EXPORTED ssize_t read(int file, void* into, std::size_t size) {
  static auto* const kReal = next<ssize_t(int, void*, std::size_t)>("read");
  if (control != nullptr && is_regular(file)) {
    if (must_fail(Call::kRead)) return -1;
    const long most = control->longest_read.load();
    if (most > 0) size = std::min(size, static_cast<std::size_t>(most));
  }
  return kReal(file, into, size);
}

COUNTED(ssize_t, readlink, Call::kReadLink, -1, (const char* path, char* into, std::size_t size),
        (path, into, size))
COUNTED(ssize_t, readlinkat, Call::kReadLink, -1,
        (int directory, const char* path, char* into, std::size_t size),
        (directory, path, into, size))
COUNTED(int, inotify_init1, Call::kInotifyInit, -1, (int flags), (flags))
COUNTED(int, inotify_add_watch, Call::kInotifyAdd, -1, (int file, const char* path, uint32_t mask),
        (file, path, mask))
// Like the kernel: only adding needs memory, and an entry that exists gives EEXIST.
EXPORTED int epoll_ctl(int epoll, int operation, int file, struct epoll_event* event) {
  static auto* const kReal = next<int(int, int, int, struct epoll_event*)>("epoll_ctl");
  const int outcome = kReal(epoll, operation, file, event);
  if (operation != EPOLL_CTL_ADD || outcome != 0 || !must_fail(Call::kEpollControl)) return outcome;
  const int error = errno;
  kReal(epoll, EPOLL_CTL_DEL, file, event);
  errno = error;
  return -1;
}
COUNTED(int, epoll_create1, Call::kEpollCreate, -1, (int flags), (flags))
COUNTED(int, eventfd, Call::kEventDescriptor, -1, (unsigned count, int flags), (count, flags))
COUNTED(int, pipe2, Call::kPipe, -1, (int files[2], int flags), (files, flags))
COUNTED(DIR*, opendir, Call::kOpenDirectory, nullptr, (const char* path), (path))
COUNTED(int, accept, Call::kAccept, -1, (int file, sockaddr* address, socklen_t* size),
        (file, address, size))
COUNTED(int, accept4, Call::kAccept, -1, (int file, sockaddr* address, socklen_t* size, int flags),
        (file, address, size, flags))
COUNTED(int, socket, Call::kSocket, -1, (int domain, int type, int protocol),
        (domain, type, protocol))
COUNTED(ssize_t, sendmsg, Call::kSend, -1, (int file, const msghdr* message, int flags),
        (file, message, flags))
COUNTED(ssize_t, send, Call::kSend, -1, (int file, const void* from, std::size_t size, int flags),
        (file, from, size, flags))
COUNTED(int, timerfd_create, Call::kTimerDescriptor, -1, (int clock, int flags), (clock, flags))

EXPORTED int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                            void* (*routine)(void*), void* argument) {
  static auto* const kReal =
      next<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create");
  if (must_fail(Call::kThread)) return errno;
  return kReal(thread, attributes, routine, argument);
}

#define ALLOCATION_FAILS allocation_must_fail(__builtin_return_address(0))

EXPORTED void* malloc(std::size_t size) { return ALLOCATION_FAILS ? nullptr : __libc_malloc(size); }
EXPORTED void* calloc(std::size_t count, std::size_t size) {
  return ALLOCATION_FAILS ? nullptr : __libc_calloc(count, size);
}
EXPORTED void* realloc(void* old, std::size_t size) {
  return ALLOCATION_FAILS ? nullptr : __libc_realloc(old, size);
}
EXPORTED void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return ALLOCATION_FAILS ? nullptr : __libc_memalign(alignment, size);
}
EXPORTED int posix_memalign(void** into, std::size_t alignment, std::size_t size) {
  void* memory = ALLOCATION_FAILS ? nullptr : __libc_memalign(alignment, size);
  if (memory == nullptr) return ENOMEM;
  *into = memory;
  return 0;
}
