// The only source of randomness of the random tests. The same seed gives the same choices on every
// machine, which the distributions of <random> do not promise. Knows nothing of nginx.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace mtls::testing {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed * 0x9E3779B97F4A7C15U + 1) {}

  /// 0 … bound - 1; REQUIRES: `bound` > 0. The bias of % does not matter here.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }
  /// lowest … highest, both included.
  std::size_t between(std::size_t lowest, std::size_t highest) {
    return lowest + below(highest - lowest + 1);
  }
  bool percent(std::size_t chance) { return below(100) < chance; }

  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }
  const char* one_of(std::initializer_list<const char*> all) {
    return all.begin()[below(all.size())];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace mtls::testing
