// Any store of CAs with few names, keys and dates: renewed, cross-signed, in circles. Judging it
// ends, another time changes nothing but the instants, and every index and instant is valid.
#include "pki/paths/bundle.h"

#include <array>

#include "pki/paths/coverage.h"
#include "tests/fuzz/target.h"
#include "tests/support/der.h"
#include "tests/support/pki_maker.h"

namespace {

using namespace mtls;
namespace der = testing::der;

constexpr std::size_t kBytesEach = 5;
constexpr std::size_t kMaxCertificates = 40;

std::string name(unsigned char number) {
  return std::string(1, static_cast<char>('A' + number % 5));
}

// Years around kT0, which is 2030; some dates are invalid.
der::Bytes year(unsigned char number) {
  constexpr std::array kYears{"20260101000000Z", "20280101000000Z", "20290101000000Z",
                              "20300102000000Z", "20310101000000Z", "20400101000000Z",
                              "99991231235959Z", "20300230000000Z"};
  return der::tlv(der::kGeneralizedTime, kYears.at(number % kYears.size()));
}

mtls::pki::Certificate certificate(const std::uint8_t* data) {
  der::CertificateFields fields{.serial = der::integer(data[4]),
                                .issuer = der::named(name(data[0])),
                                .not_before = year(data[2] & 0x0FU),
                                .not_after = year(data[2] >> 4U),
                                .subject = der::named(name(data[1])),
                                .key = data[3] % 4U};
  constexpr unsigned kNoCaOnes = 8;
  if (data[3] / 4U % kNoCaOnes != 0) fields.extensions.push_back(der::ca_extension());
  return mtls::pki::parse_certificate(der::certificate(fields)).value();
}

void check_members(const mtls::pki::paths::BundleView& view) {
  for (const mtls::pki::paths::Member& member : view.members) {
    fuzz::must(member.intermediates_needed >= 0, "a path has a length");
    fuzz::must(!member.path_until || member.chains_to_anchor, "only a path has an end");
    if (!member.successor) continue;
    fuzz::must(*member.successor < view.members.size(), "a successor stands in the store");
    const auto& next = view.members[*member.successor].certificate.facts();
    fuzz::must(next.validity.not_after > member.certificate.facts().validity.not_after,
               "a successor ends later");
  }
}

// Without the parts that depend on time.
bool is_same_shape(const mtls::pki::paths::BundleView& a, const mtls::pki::paths::BundleView& b) {
  if (a.members.size() != b.members.size()) return false;
  for (std::size_t i = 0; i < a.members.size(); ++i) {
    const mtls::pki::paths::Member& one = a.members[i];
    const mtls::pki::paths::Member& other = b.members[i];
    if (one.role != other.role || one.chains_to_anchor != other.chains_to_anchor ||
        one.successor != other.successor || one.serves_issuing != other.serves_issuing)
      return false;
  }
  return true;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<mtls::pki::Certificate> store;
  for (; size >= kBytesEach && store.size() < kMaxCertificates; size -= kBytesEach) {
    store.push_back(certificate(data));
    data += kBytesEach;
  }
  const mtls::pki::paths::BundleView now = mtls::pki::paths::view_bundle(store, testing::kT0);
  fuzz::must(now.members.size() == store.size(), "everybody is judged");
  check_members(now);
  const auto later = testing::kT0 + std::chrono::days{400};
  fuzz::must(is_same_shape(now, mtls::pki::paths::view_bundle(store, later)),
             "time changes no shape");
  if (now.trust_until && *now.trust_until > testing::kT0) {
    const auto then = mtls::pki::paths::view_bundle(store, *now.trust_until);
    fuzz::must(then.trust_until != now.trust_until || *then.trust_until <= *now.trust_until,
               "trust that ended has ended");
  }
  return 0;
}
