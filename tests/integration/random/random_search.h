// Many seeds through one question: which configurations it fails for, each kind of failure once and
// as small as it gets. Knows seeds and trees, not what is asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "tests/integration/random/random_bench.h"

namespace mtls::testing {

/// One configuration's outcome.
struct Outcome {
  std::string kind;    // of a failure; "" = none. While shrinking it must stay the same.
  std::string report;  // of a failure, for people
};

/// `written`: how the configuration is spelled, by the seed of the configuration.
using Question = std::function<Outcome(const Nodes& main, const SpellingSettings& written)>;

struct Search {
  std::string title;
  std::size_t share = 1;   // every share-th of the seeds of a run
  std::size_t damage = 0;  // percent of the configurations that get damaged
  std::size_t budget = 0;  // of questions while shrinking one failure
};

/// How many seeds it asked about. Every kind of failure fails the test case with its seed and its
/// smallest text. MTLS_RANDOM_SEED is the first seed and MTLS_RANDOM_COUNT how many there are: 1
/// and 200 otherwise.
std::size_t search(RandomBench& bench, const Search& search, const Question& question);

}  // namespace mtls::testing
