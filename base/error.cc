#include "base/error.h"

namespace mtls::base {

std::string_view word(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMissing: return "missing";
    case ErrorCode::kPermission: return "permission";
    case ErrorCode::kNotRegular: return "not_regular";
    case ErrorCode::kFifo: return "fifo";
    case ErrorCode::kSocket: return "socket";
    case ErrorCode::kLoop: return "loop";
    case ErrorCode::kTooLarge: return "too_large";
    case ErrorCode::kUnreadable: return "unreadable";
    case ErrorCode::kStuck: return "stuck";
    case ErrorCode::kSyntax: return "syntax";
    case ErrorCode::kInclude: return "include";
    case ErrorCode::kParse: return "parse_error";
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kInternal: break;
  }
  return "internal";
}

}  // namespace mtls::base
