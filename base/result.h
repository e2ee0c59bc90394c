// Result<T>: a value, or the Error that says why there is none. Callers return early; there are no
// macros. Pure.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "base/error.h"

namespace mtls::base {

template <class T>
using Result = tl::expected<T, Error>;

/// Example: `return fail(ErrorCode::kMissing, "…: no such file");`
inline tl::unexpected<Error> fail(ErrorCode code, std::string message,
                                  std::optional<SourceLocation> at = std::nullopt) {
  return tl::unexpected<Error>(Error{code, std::move(message), at});
}

}  // namespace mtls::base
