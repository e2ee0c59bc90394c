// One file's text to a list of directives. Includes stay as directives; config/include.h splices
// them. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "config/syntax/ast.h"

namespace mtls::config::syntax {

struct ParsedFile {
  std::vector<Directive> directives;    // all that could be read before the first error
  std::vector<Diagnostic> diagnostics;  // at most one: nginx stops at the first
};

enum class Lines { kDirectives, kData, kParameter };

/// `lines`: what stands in the block around the file; in one of data no block may open (R1.20), nor
/// in the parameter of -g (R1.43).
ParsedFile parse(std::string_view text, base::FileId file, Lines lines = Lines::kDirectives);

}  // namespace mtls::config::syntax
