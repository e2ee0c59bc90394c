// pki.yml: the certificates, CRLs and files of a case, made at test time relative to kT0.
//
//   certificates:                 in an order in which issuers come first
//     root-a: { kind: root, subject: "CN=Root A", from: -30, until: 365 }      days around T0
//     kinds: root, intermediate, client, server; keys: issuer, same_key_as, key_identifiers: false
//   crls:
//     crl-a: { issuer: root-a, from: -1, until: 7, revoked: [client] }
//   files:                        paths under /etc/nginx, or absolute; contents joined
//     clients.pem: [root-a, { key_of: root-a }, { first_half_of: root-a }, { trusted: root-a },
//                   { text: "..." }]
#pragma once

#include <map>
#include <string>

namespace mtls::cases {

struct Recipe {
  std::map<std::string, std::string> files;         // absolute path to content
  std::map<std::string, std::string> certificates;  // name to PEM
};

/// Throws std::runtime_error when the recipe is wrong: a bug of the case.
Recipe read_recipe(const std::string& yaml);

}  // namespace mtls::cases
