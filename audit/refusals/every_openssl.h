// What every OpenSSL from 3.0 to 3.6 says of the value of an ssl_ecdh_curve or ssl_conf_command
// (R9.19): nginx may run on another release than this program, and a name that is misspelled is
// known to none. Pure.
#pragma once

#include <string>

#include "pki/openssl_release.h"
#include "pki/ssl/ssl_context.h"

namespace mtls::audit::refusals {

/// What `theirs` says of a list of groups that ours refuses, or of an empty one, which is refused
/// without a reason before 3.5; nullopt: it takes the list, or that is not known, because only some
/// releases know a name in it, or read its spelling.
pki::ssl::SslRefusal refusal_of_groups(const std::string& list, pki::OpensslRelease theirs);

/// What `theirs` says of a command whose value is text; `ours`: what our OpenSSL says. nullopt: not
/// known.
pki::ssl::SslRefusal refusal_of_command(const std::string& name, const std::string& value,
                                        const std::string& ours, pki::OpensslRelease theirs);

}  // namespace mtls::audit::refusals
