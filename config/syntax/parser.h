// The text of one file to a list of directives. `include` stays a directive here; config/include.h
// splices the files in. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "config/syntax/ast.h"

namespace mtls::config::syntax {

struct ParsedFile {
  std::vector<Directive> directives;    // everything before the first error
  std::vector<Diagnostic> diagnostics;  // at most one, since nginx stops at the first
  std::vector<Note> notes = {};         // everything before the first error
};

/// What the block around the file holds: directives or lines of data (R1.20); or the text is the
/// parameter of -g (R1.43). Only among directives may a block open.
enum class Lines { kDirectives, kData, kParameter };

/// Never fails: a syntax error is a diagnostic with nginx's message.
ParsedFile parse(std::string_view text, base::FileId file, Lines lines = Lines::kDirectives);

}  // namespace mtls::config::syntax
