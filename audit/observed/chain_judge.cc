#include "audit/observed/chain_judge.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "audit/material_view.h"
#include "audit/trust/trust.h"
#include "pki/clients/leaf.h"

namespace mtls::audit::observed {
namespace {

constexpr std::size_t kMostKnown = 50'000;
constexpr int kRevoked = 23;  // X509_V_ERR_CERT_REVOKED
constexpr base::sys_seconds kAlways{std::chrono::seconds{std::numeric_limits<std::int32_t>::min()}};

// What is there is not known, what the client sends beside its leaf may count, or another OpenSSL
// judges otherwise.
bool is_open(const trust::TrustContent& content, const config::TlsContext& owner) {
  const bool is_annotated = std::ranges::any_of(
      content.store, [](const auto& one) { return one.facts().trust_annotated; });
  return !content.requested || !content.unread.empty() || !content.unread_path.empty() ||
         content.is_open || is_annotated || owner.ocsp.value != config::Ocsp::kOff ||
         !owner.hooks.empty() || content.openssl.major != pki::linked_openssl().major;
}

}  // namespace

std::size_t ChainJudge::Hash::operator()(const pki::Fingerprint& fingerprint) const {
  std::size_t value = 0;
  std::memcpy(&value, fingerprint.bytes.data(), sizeof value);
  return value;
}

ChainJudge::ChainJudge(const ConfigView& config, const MaterialSet& material, const Policy& policy,
                       std::size_t owner, const ServerAudit& audit) {
  const config::TlsContext& server = config.resolved.servers.at(owner);
  const trust::TrustContent content =
      trust::trust_content(MaterialView(material), server, policy.build);
  if (is_open(content, server)) return;
  policy_ = {.depth = server.verify_depth.value,
             .security_level = server.security_level().value_or(trust::kDefaultSecurityLevel),
             .purpose = pki::Purpose::kClient,
             .release = content.openssl};
  std::vector<pki::Certificate> store;
  for (const pki::Certificate& one : content.store) store.push_back(pki::clients::detached(one));
  std::vector<pki::RevocationList> lists;
  for (const pki::RevocationList& one : content.revocation_lists)
    lists.push_back(pki::clients::detached(one));
  instants_ = pki::instants_of_change(store, lists, kAlways);
  store_.emplace(std::move(store), std::move(lists), content.check_crls);
  for (const pki::paths::Member& member : audit.store.members)
    if (member.chains_to_anchor && member.certificate.facts().is_ca)
      anchored_.insert(member.certificate.facts().key.label());
}

std::optional<ChainJudge::Answer> ChainJudge::answer(const pki::Fingerprint& fingerprint,
                                                     const std::vector<unsigned char>& der,
                                                     base::sys_seconds at) {
  constexpr std::chrono::seconds kDoubt{1};  // nginx's clock, and what the log rounds
  if (!store_) return std::nullopt;
  if (known_.size() > kMostKnown) known_.clear();
  const auto found = known_.find(fingerprint);
  if (found != known_.end() && at >= found->second.from + kDoubt &&
      at + kDoubt < found->second.until)
    return found->second.answer;
  const auto leaf = pki::parse_certificate(der);
  if (!leaf) return std::nullopt;
  Known known{.from = base::sys_seconds::min(), .until = base::sys_seconds::max(), .answer = {}};
  const auto bound = [&](base::sys_seconds instant) {
    if (instant <= at) known.from = std::max(known.from, instant);
    if (instant > at) known.until = std::min(known.until, instant);
  };
  const auto next = std::ranges::upper_bound(instants_, at);
  if (next != instants_.end()) bound(*next);
  if (next != instants_.begin()) bound(*std::prev(next));
  for (const auto& date : {leaf->facts().validity.not_before, leaf->facts().validity.not_after})
    if (date) bound(*date);
  const auto is_near = [&](base::sys_seconds a, base::sys_seconds b) {
    return a != base::sys_seconds::min() && b != base::sys_seconds::max() && b - a <= kDoubt;
  };
  if (is_near(known.from, at) || is_near(at, known.until)) return std::nullopt;
  const int code = store_->verify({&*leaf, 1}, policy_, at).code;
  known.answer = {.is_accepted = code == 0, .is_revoked = code == kRevoked};
  known_.insert_or_assign(fingerprint, known);
  return known.answer;
}

}  // namespace mtls::audit::observed
