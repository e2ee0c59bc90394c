// Asks one question about many seeds: for which configurations does it fail? Shows each kind of
// failure once, as small as possible. Knows seeds and trees, not what is asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "tests/integration/random/random_bench.h"

namespace mtls::testing {

/// The outcome for one configuration.
struct Outcome {
  std::string kind;    // kind of the failure, "": none; it must stay the same while shrinking
  std::string report;  // of the failure, for people
};

/// `written`: how the configuration is spelled, decided by its seed.
using Question = std::function<Outcome(const Nodes& main, const SpellingSettings& written)>;

struct Search {
  std::string title;
  std::size_t share = 1;   // only every share-th seed of a run is asked about
  std::size_t damage = 0;  // percent of the configurations that get damaged
  std::size_t budget = 0;  // questions allowed while shrinking one failure
};

/// Returns the number of seeds asked about. Every kind of failure fails the test case and prints
/// its seed and its smallest text. MTLS_RANDOM_SEED is the first seed (default 1),
/// MTLS_RANDOM_COUNT the number of seeds (default 200).
std::size_t search(RandomBench& bench, const Search& search, const Question& question);

}  // namespace mtls::testing
