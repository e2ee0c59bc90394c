// Real handshakes with a configuration that nginx accepts, and what R3.40-R3.46 together with the
// resolved configuration and the predictor say they must bring. Knows sockets, SNI, Host and
// clients; judges nothing itself.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tests/integration/random/random_bench.h"
#include "tests/integration/random/random_dice.h"
#include "tests/integration/random/random_tree.h"

namespace mtls::testing {

/// `main` with a mark in every server block by which its answers are known, and a plain server that
/// answers what streams pass on.
Nodes marked(Nodes main, const RandomPorts& ports);

struct ProbeReport {
  std::map<int, std::size_t> answers;      // of nginx, by status; 0: none came
  std::vector<std::string> disagreements;  // one line each
};

/// What is written in `bench` must be accepted by nginx and be the spelling of a marked() tree.
ProbeReport probe(RandomBench& bench, Dice& dice);

}  // namespace mtls::testing
