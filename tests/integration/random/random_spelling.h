// One tree, many texts: quotes, escapes, comments, line ends and includes that nginx reads as the
// same configuration. Knows nginx's tokenizer (R1.A) and includes (R1.C), but no directives. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/integration/random/random_tree.h"

namespace mtls::testing {

/// Texts by file name, relative to the directory of the configuration. `nginx.conf` is the main
/// file.
using Files = std::map<std::string, std::string>;

enum class Spelling {
  kPlain,  // one file, one directive per line, quotes where needed
  kWild,   // one file, with everything that nginx accepts
  kSplit,  // like kWild, in several files
};

struct SpellingSettings {
  Spelling spelling = Spelling::kPlain;
  std::uint64_t seed = 0;
  std::string directory = {};  // absolute; some includes are spelled with it
};

Files spell(const Nodes& main, const SpellingSettings& settings);

}  // namespace mtls::testing
