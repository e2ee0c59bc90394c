// Chance makes a PKI, its bundles, the servers and their clients: usual enough that many clients
// come in, odd enough that every code of OpenSSL's comes up. Pure in the dice.
#pragma once

#include "tests/integration/random/random_dice.h"
#include "tests/integration/random_pki/random_pki_case.h"

namespace mtls::testing {

/// nginx takes nearly all of these.
PkiCase random_pki_case(Dice& dice);
/// The same with one server and something at it that nginx may refuse to load.
PkiCase damaged(PkiCase from, Dice& dice);

}  // namespace mtls::testing
