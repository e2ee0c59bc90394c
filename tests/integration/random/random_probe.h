// Real handshakes with a configuration that nginx accepts, and the results that R3.40 to R3.46
// predict from the resolved configuration and the predictor. Knows sockets, SNI, Host and clients;
// judges nothing itself.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tests/integration/random/random_bench.h"
#include "tests/integration/random/random_dice.h"
#include "tests/integration/random/random_tree.h"

namespace mtls::testing {

/// `main` with a mark in every server block, by which its answers are recognized, and a plain
/// server that answers what streams pass on.
Nodes marked(Nodes main, const RandomPorts& ports);

struct ProbeReport {
  std::map<int, std::size_t> answers;      // nginx's answers by status; 0: none came
  std::vector<std::string> disagreements;  // one line each
};

/// REQUIRES: nginx accepts the files in `bench`, which are a spelling of a marked() tree.
ProbeReport probe(RandomBench& bench, Dice& dice);

}  // namespace mtls::testing
