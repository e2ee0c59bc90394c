// One tree, many texts: quotes, escapes, comments, line ends and includes that nginx reads as the
// same configuration. Knows nginx's tokenizer (R1.A) and includes (R1.C), no directive. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/integration/random/random_tree.h"

namespace mtls::testing {

/// Texts by their name relative to the directory of the configuration; `nginx.conf` is the main
/// one.
using Files = std::map<std::string, std::string>;

enum class Spelling {
  kPlain,  // one directive a line, one file, quotes where needed
  kWild,   // everything nginx takes, in one file
  kSplit,  // wild, over several files
};

struct SpellingSettings {
  Spelling spelling = Spelling::kPlain;
  std::uint64_t seed = 0;
  std::string directory = {};  // absolute: some includes are spelled with it
};

Files spell(const Nodes& main, const SpellingSettings& settings);

}  // namespace mtls::testing
