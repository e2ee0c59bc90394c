// Causes: what one thing that is wrong brings about, however many server blocks it concerns. A
// format for people shows one paragraph for each. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/issue.h"

namespace mtls::reports {

/// Issues of one cause that say the same.
struct CausePart {
  std::string_view message;
  std::vector<FilePosition> positions;  // each once, in the order of the issues
  std::vector<std::string> servers;     // ids, each once, in the order of the issues
};

struct Cause {
  std::vector<const Issue*> issues;  // at least one; the first one speaks for all
  std::vector<CausePart> parts;      // at least one
  std::vector<std::string> servers;  // of all parts, each once; empty: the whole host
  std::vector<FilePosition> positions;
  std::string_view remedy;

  const Issue& first() const { return *issues.front(); }
};

/// Issues are of one cause when they have rule and severity in common, and either the file and the
/// remedy or, without a file, the place or the words. What a rule says of a file or place because
/// of which nginx refuses the configuration belongs to the refusal.
/// What nginx refuses comes first, in its order; then the worst, then what concerns more server
/// blocks, then by place and rule. Refers to `issues`.
std::vector<Cause> causes_of(std::span<const Issue> issues);

}  // namespace mtls::reports
