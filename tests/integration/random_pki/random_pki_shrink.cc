#include "tests/integration/random_pki/random_pki_shrink.h"

#include <cstddef>
#include <utility>

namespace mtls::testing {
namespace {

template <class T>
bool erase(std::vector<T>& list, std::size_t& countdown) {
  if (countdown >= list.size()) {
    countdown -= list.size();
    return false;
  }
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(countdown));
  return true;
}

template <class T>
bool reset(T& value, const T& unset, std::size_t& countdown) {
  if (value == unset) return false;
  if (countdown > 0) {
    --countdown;
    return false;
  }
  value = unset;
  return true;
}

bool without_option(PkiServer& server, std::size_t& countdown) {
  const PkiServer plain;
  return reset(server.client, plain.client, countdown) ||
         reset(server.trusted, plain.trusted, countdown) ||
         reset(server.crl, plain.crl, countdown) || reset(server.depth, plain.depth, countdown) ||
         reset(server.security_level, plain.security_level, countdown) ||
         reset(server.identity, plain.identity, countdown) ||
         reset(server.mode, plain.mode, countdown);
}

bool without_part(PkiCertificate& certificate, std::size_t& countdown) {
  return erase(certificate.quirks, countdown) || reset(certificate.key_of, kNone, countdown);
}

template <class T, class Less>
bool one_less(std::vector<T>& list, std::size_t& countdown, Less less) {
  for (T& one : list) {
    if (less(one, countdown)) return true;
  }
  return false;
}

/// Leaves out the n-th thing that can be left out. false: there are not that many. Certificates,
/// CRLs and files stay, since others refer to them by index; one without a reference is never
/// minted.
bool leave_out(PkiCase& all, std::size_t n) {
  const auto erase_one = [](auto& list, std::size_t& countdown) { return erase(list, countdown); };
  return erase(all.servers, n) || erase(all.clients, n) || one_less(all.files, n, erase_one) ||
         one_less(all.clients, n,
                  [](PkiClient& client, std::size_t& left) { return erase(client.sent, left); }) ||
         one_less(all.crls, n,
                  [](PkiCrl& crl, std::size_t& left) { return erase(crl.revoked, left); }) ||
         one_less(all.servers, n, without_option) || one_less(all.certificates, n, without_part);
}

}  // namespace

PkiCase shrink(PkiCase all, const std::function<bool(const PkiCase&)>& fails, std::size_t budget) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (std::size_t n = 0; budget > 0; --budget) {
      PkiCase candidate = all;
      if (!leave_out(candidate, n)) break;
      if (fails(candidate)) {
        all = std::move(candidate);
        smaller = true;
      } else {
        ++n;
      }
    }
  }
  return all;
}

}  // namespace mtls::testing
