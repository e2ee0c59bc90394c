// What went wrong, where and what to do about it, as a value. No exception crosses a floor.
// Pure. Knows nothing of nginx, certificates or the operating system.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/source.h"

namespace mtls::base {

/// A closed list: code branches on it, and the file codes are label values of `bundle_problems`.
enum class ErrorCode {
  // files (the guarded door, daemon/system/disk.h)
  kMissing,     // ENOENT, ENOTDIR
  kPermission,  // EACCES, EPERM
  kNotRegular,  // device, directory
  kFifo,        // open() of it waits for somebody who writes
  kSocket,      // ENXIO: nobody can open() it
  kLoop,        // ELOOP: too many symbolic links
  kTooLarge,    // more bytes than the caller's limit
  kUnreadable,  // any other errno
  kStuck,       // the file system does not answer
  // text
  kSyntax,   // nginx would refuse the text
  kInclude,  // include cycle, depth or size limit
  kParse,    // certificate, CRL, settings: bytes that are not what they should be
  // program
  kInvalidArgument,
  kInternal,
};

/// The code as a stable lower-case word (`missing`, `permission`, `not_regular`, …).
std::string_view word(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // what, where and what to do; never bytes of a file
  std::optional<SourceLocation> at;

  bool operator==(const Error&) const = default;
};

}  // namespace mtls::base
