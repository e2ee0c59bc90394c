// Complete configurations from a seed: http with servers, names, listens and locations, sometimes
// stream and mail. Chance decides which directives are at the outer level and which at the inner
// one. nginx accepts most of them. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/integration/random/random_dice.h"
#include "tests/integration/random/random_tree.h"

namespace mtls::testing {

/// The port numbers are part of the text, so one run must keep the same ones.
struct RandomPorts {
  std::vector<std::uint16_t> http;    // three ports
  std::vector<std::uint16_t> stream;  // two ports
  std::uint16_t mail = 0;
  std::uint16_t plain = 0;  // where streams lead; random_probe.h answers there
};

Nodes random_configuration(Dice& dice, const RandomPorts& ports);

}  // namespace mtls::testing
