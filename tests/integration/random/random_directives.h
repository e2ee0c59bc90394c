// TLS directives with values that nginx 1.22 accepts, in proportions that make interesting
// configurations. Knows the directives and the files of random_material.h, not the blocks around
// them. Pure.
#pragma once

#include <string>

#include "tests/integration/random/random_dice.h"
#include "tests/integration/random/random_tree.h"

namespace mtls::testing {

enum class TlsModule { kHttp, kStream, kMail };

/// `ssl_certificate` and its key, both from the same pair.
Nodes certificate_pair(Dice& dice);
/// Who may come in: mode, depth, CAs, revocation lists; usually a complete and working set.
Nodes client_verification(Dice& dice, TlsModule module);
/// The other ssl_* directives: they decide nothing about clients, but can be wrong.
Nodes tls_trimmings(Dice& dice, TlsModule module);
/// `FAMILY_certificate`, `FAMILY_verify`, …: `family` is proxy_ssl, grpc_ssl or uwsgi_ssl.
Nodes upstream_tls(Dice& dice, const std::string& family);

inline void append(Nodes& to, Nodes from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// A directive in a server or location that is not about TLS, with a variable that some module or
/// some part of the tree defines, or, seldom, nobody.
Node use_of_variable(Dice& dice, TlsModule module);

}  // namespace mtls::testing
