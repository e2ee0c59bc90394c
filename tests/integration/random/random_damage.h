// What people do to configurations: a semicolon lost, a directive twice or in the wrong place, a
// file that is not there. Mostly nginx refuses what comes out; when it does not, neither may we.
// Pure.
#pragma once

#include "tests/integration/random/random_dice.h"
#include "tests/integration/random/random_tree.h"

namespace mtls::testing {

/// One to three things go wrong.
void damage(Nodes& main, Dice& dice);

}  // namespace mtls::testing
