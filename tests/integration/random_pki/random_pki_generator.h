// Generates a PKI, its bundles, the servers and their clients: ordinary enough that many clients
// come in, odd enough that every code of OpenSSL occurs. Pure, apart from the dice.
#pragma once

#include "tests/integration/random/random_dice.h"
#include "tests/integration/random_pki/random_pki_case.h"

namespace mtls::testing {

/// A case that nginx nearly always accepts.
PkiCase random_pki_case(Dice& dice);
/// The same with one server, and something there that nginx may refuse to load.
PkiCase damaged(PkiCase from, Dice& dice);

}  // namespace mtls::testing
