// Writes lines to a descriptor that may be full, closed or stuck: a bounded queue and a thread of
// its own. Logging never waits; lines that cannot be written are dropped and counted. Any thread.
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
  /// `capacity` in lines; when it is full, the oldest line is dropped. Without `out` every line is
  /// dropped. kInternal: no thread left.
  static base::Result<std::unique_ptr<LogQueue>> start(FileDescriptor out, std::size_t capacity);

  virtual ~LogQueue() = default;  // writes what is queued as far as `out` takes it at once
  virtual void push(std::string line) = 0;
  virtual std::uint64_t dropped() const = 0;
};

}  // namespace mtls::daemon::system::log
