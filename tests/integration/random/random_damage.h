// What people do to configurations: lose a semicolon, write a directive twice or in the wrong
// place, name a file that is missing. nginx refuses most of the results; when it does not, we may
// not either. Pure.
#pragma once

#include "tests/integration/random/random_dice.h"
#include "tests/integration/random/random_tree.h"

namespace mtls::testing {

/// Damages the tree in one to three ways.
void damage(Nodes& main, Dice& dice);

}  // namespace mtls::testing
