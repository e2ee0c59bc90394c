// From a finding to the bytes that mend it: the edit that its rule names (audit/rules/registry.h),
// at its place, in the style of the lines around. Whether it mends the finding and harms nobody is
// for the caller to try. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "audit/finding.h"
#include "config/syntax/ast.h"
#include "reports/assessment.h"

namespace mtls::reports::fix {

/// New text in place of some bytes of a file; of none: an insertion.
struct TextEdit {
  std::string file;  // as nginx opens it
  config::syntax::ByteRange range;
  std::string text;

  bool operator==(const TextEdit&) const = default;
};

/// The bytes of a file, as they were evaluated; "": it cannot be read.
using TextOf = std::function<std::string(const std::string& path)>;

/// nullopt: the rule names no edit, its value is for somebody to decide, or the finding has no
/// place in a file.
std::optional<TextEdit> edit_for(const Assessment& assessment, const audit::Finding& finding,
                                 const TextOf& text_of);

std::string applied(const TextEdit& edit, const std::string& text);

}  // namespace mtls::reports::fix
