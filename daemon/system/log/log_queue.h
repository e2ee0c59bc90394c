// Lines on their way to a descriptor that may be full, closed or stuck: a bounded queue and a
// thread of its own. Nobody who logs ever waits; what cannot be written is dropped and counted. Any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "daemon/system/file_descriptor.h"

namespace mtls::daemon::system::log {

class LogQueue {
 public:
  /// `capacity` in lines; beyond it the oldest goes. An empty `out` drops everything.
  /// kInternal: no thread left.
  static base::Result<std::unique_ptr<LogQueue>> start(FileDescriptor out, std::size_t capacity);

  virtual ~LogQueue() = default;  // writes what is queued and what `out` takes without a wait
  virtual void push(std::string line) = 0;
  virtual std::uint64_t dropped() const = 0;
};

}  // namespace mtls::daemon::system::log
