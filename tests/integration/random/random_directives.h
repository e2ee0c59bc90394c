// TLS directives with values nginx 1.22 takes, in the proportions in which they make interesting
// configurations. Knows the directives and the files of random_material.h, not the blocks around
// them. Pure.
#pragma once

#include <string>

#include "tests/integration/random/random_dice.h"
#include "tests/integration/random/random_tree.h"

namespace mtls::testing {

enum class TlsModule { kHttp, kStream, kMail };

/// `ssl_certificate` and its key, of the same pair.
Nodes certificate_pair(Dice& dice);
/// Who may come in: mode, depth, CAs, revocation lists; usually a complete and working set.
Nodes client_verification(Dice& dice, TlsModule module);
/// The rest of ssl_*: what decides nothing about clients but can be wrong.
Nodes tls_trimmings(Dice& dice, TlsModule module);
/// `FAMILY_certificate`, `FAMILY_verify`, …: `family` is proxy_ssl, grpc_ssl or uwsgi_ssl.
Nodes upstream_tls(Dice& dice, const std::string& family);

inline void append(Nodes& to, Nodes from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// A directive in a server or location that has nothing to do with TLS, with a variable in it that
/// some module, some part of the tree or, seldom, nobody defines.
Node use_of_variable(Dice& dice, TlsModule module);

}  // namespace mtls::testing
