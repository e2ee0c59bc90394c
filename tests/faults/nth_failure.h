// Makes the N-th call of one kind fail, for N = 1, 2, 3, … Usually samples them; with
// MTLS_NTH_STEP=1 tries all. MTLS_NTH_FIRST begins elsewhere, so that several runs can share the
// work.
#pragma once

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <initializer_list>
#include <vector>

#include "tests/faults/preloaded.h"

namespace mtls::daemon::testing {

using mtls::testing::Call;
using mtls::testing::Preloaded;

struct Failing {
  const char* name;
  Call call;
  int error;  // errno

  Preloaded::Fault nth(long n) const { return {.call = call, .error = error, .first = n}; }
};

/// The calls that all work needs, and `more`.
inline std::vector<Failing> memory_files_and(std::initializer_list<Failing> more) {
  std::vector<Failing> kinds = {
      {"malloc", Call::kAllocation, ENOMEM},
      {"malloc of C", Call::kCAllocation, ENOMEM},
      {"open", Call::kOpen, EMFILE},
      {"stat", Call::kStat, ENOMEM},
  };
  kinds.insert(kinds.end(), more);
  return kinds;
}

inline long first_n() {
  const char* first = std::getenv("MTLS_NTH_FIRST");
  return first == nullptr ? 1 : std::atol(first);
}

/// The steps grow by `share` of N, so that the first calls, which differ most, are all tried.
inline long next_after(long n, double share) {
  const char* step = std::getenv("MTLS_NTH_STEP");
  if (step != nullptr) return n + std::atol(step);
  return n + 1 + static_cast<long>(static_cast<double>(n) * share);
}

inline bool skipped_without_preloading() {
  if (!mtls::testing::kCanPreload) {
    WARN("skipped: sanitizers do not go with a preloaded library");
  }
  return !mtls::testing::kCanPreload;
}

}  // namespace mtls::daemon::testing
