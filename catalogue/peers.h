// Who is at the other end of the connection that a line speaks of: a table of the words that tell.
// Pure.
#pragma once

#include <string_view>

namespace mtls::catalogue {

enum class Peer {
  kUnknown,
  kClient,   // of nginx: the line is nginx's, and a client spoke to it
  kBackend,  // of nginx: nginx spoke to a backend
  kServer,   // of a tool: openssl or curl spoke to a server
};

Peer peer_of(std::string_view line);

}  // namespace mtls::catalogue
