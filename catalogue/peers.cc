#include "catalogue/peers.h"

#include <algorithm>
#include <array>

namespace mtls::catalogue {
namespace {

struct Sign {
  std::string_view part;
  Peer peer;
};

// The first that fits counts: nginx names the client in lines about backends, too. The words behind
// `while` are those of ngx_http_log_error(), ngx_stream_log_error() and their handlers.
constexpr std::array kSigns{
    Sign{"to upstream", Peer::kBackend},
    Sign{"from upstream", Peer::kBackend},
    Sign{"connecting to upstream", Peer::kBackend},
    Sign{", upstream: ", Peer::kBackend},
    Sign{"while SSL handshaking", Peer::kClient},
    Sign{"waiting for request", Peer::kClient},
    Sign{"reading client request", Peer::kClient},
    Sign{", client: ", Peer::kClient},
    Sign{"curl", Peer::kServer},
    Sign{"(IN), TLS", Peer::kServer},
    Sign{"OpenSSL SSL_", Peer::kServer},
    Sign{"s_client", Peer::kServer},
    Sign{"SSL3 alert read", Peer::kServer},
    Sign{"ssl/record/rec_layer_s3.c", Peer::kServer},
};

}  // namespace

Peer peer_of(std::string_view line) {
  const auto* const sign = std::find_if(kSigns.begin(), kSigns.end(), [&](const Sign& one) {
    return line.find(one.part) != std::string_view::npos;
  });
  return sign == kSigns.end() ? Peer::kUnknown : sign->peer;
}

}  // namespace mtls::catalogue
