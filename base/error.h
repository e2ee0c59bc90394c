// An error as a value: what went wrong, where, and what to do about it. No exception crosses a
// floor. Pure; knows nothing of nginx, certificates or the operating system.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/source.h"

namespace mtls::base {

/// A closed list: code branches on it, and the codes of files are values of the label `problem` of
/// `bundle_problems`.
enum class ErrorCode {
  // Files. daemon/system/disk.h maps errno to these.
  kMissing,     // ENOENT, ENOTDIR
  kPermission,  // EACCES, EPERM
  kNotRegular,  // a device or a directory
  kFifo,        // a FIFO; open() would wait for a writer
  kSocket,      // ENXIO: a socket cannot be opened
  kLoop,        // ELOOP: too many symbolic links
  kTooLarge,    // longer than the caller's limit
  kUnreadable,  // any other errno
  kStuck,       // the file system did not answer in time
  // Text.
  kSyntax,   // nginx would refuse the text
  kInclude,  // include cycle, depth or size limit
  kParse,    // the bytes are not a valid certificate, CRL or settings file
  // Program.
  kInvalidArgument,
  kInternal,
};

/// The code as a stable lower-case word (`missing`, `permission`, `not_regular`, …).
std::string_view word(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // what, where and what to do; never the content of a file
  std::optional<SourceLocation> at;

  bool operator==(const Error&) const = default;
};

}  // namespace mtls::base
