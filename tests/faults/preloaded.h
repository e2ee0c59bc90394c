// Launches the daemon with failing_calls.cc preloaded, and the control that it obeys.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <map>
#include <stdexcept>
#include <string>

#include "daemon/system/file_descriptor.h"
#include "tests/faults/fault_control.h"
#include "tests/support/sanitizers.h"
#include "tests/support/temp_dir.h"

namespace mtls::testing {

/// Sanitizers bring a malloc of their own, which a preloaded one would break.
inline constexpr bool kCanPreload = !kSanitized;

/// The mapped file, made and owned here.
class Preloaded {
 public:
  Preloaded() {
    const std::string path = dir_.write("control", std::string(sizeof(FaultControl), '\0'));
    const daemon::system::FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    void* mapped =
        ::mmap(nullptr, sizeof(FaultControl), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (mapped == MAP_FAILED) throw std::runtime_error("mmap");
    control_ = static_cast<FaultControl*>(mapped);
  }
  ~Preloaded() { ::munmap(control_, sizeof(FaultControl)); }
  Preloaded(const Preloaded&) = delete;
  Preloaded& operator=(const Preloaded&) = delete;

  std::map<std::string, std::string> environment() const {
    return {{"LD_PRELOAD", FAILING_CALLS},
            {kControlVariable, dir_.path("control")},
            {kOpenedVariable, dir_.path("opened")}};
  }

  struct Fault {
    Call call = Call::kNone;
    int error = 0;   // errno
    long first = 1;  // 1: the next such call
    long times = 1;
  };
  /// Makes calls fail from now on; counts from 0.
  void set(const Fault& fault) {
    control_->call = Call::kNone;
    control_->seen = 0;
    control_->failed = 0;
    control_->error = fault.error;
    control_->first = fault.first;
    control_->times = fault.times;
    control_->call = fault.call;
  }
  /// From now on nothing fails.
  void clear() { control_->call = Call::kNone; }
  void shorten_reads(long most) { control_->longest_read = most; }

  long seen() const { return control_->seen; }
  long failed() const { return control_->failed; }

  /// Paths that were opened for reading or writing, one per line.
  std::string opened() const { return dir_.read("opened"); }

 private:
  TempDir dir_;
  FaultControl* control_ = nullptr;
};

}  // namespace mtls::testing
