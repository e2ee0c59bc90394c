#include "audit/observed/client_judge.h"

#include <algorithm>

#include "audit/clients/client_verdict.h"
#include "audit/material_view.h"
#include "audit/trust/trust.h"
#include "pki/certificate.h"
#include "pki/clients/leaf.h"
#include "pki/verify.h"

namespace mtls::audit::observed {
namespace {

using running::ObservedClient;

constexpr std::size_t kLabelDigits = 16;

// No reader of files knows this path: it says that the client has a certificate.
constexpr const char* kObserved = "(observed)";

constexpr const char* kMaySendItsCa =
    "no CA file of this host had the key that signed it, so the client may send its CA itself";

// What a client that sends its leaf alone gets where its CA is missing: 2, 20, 21.
bool is_without_issuer(int code) { return code == 2 || code == 20 || code == 21; }

}  // namespace

JudgedHost::JudgedHost(const Snapshot& snapshot, base::sys_seconds now)
    : snapshot_(snapshot),
      now_(now),
      fates_(*snapshot.config->document, snapshot.config->resolved) {
  const auto& servers = snapshot.config->resolved.servers;
  for (std::size_t i = 0; i < servers.size(); ++i)
    blocks_.try_emplace({.server = servers[i].id.server, .listen = servers[i].id.listen}, i);
}

JudgedHost::~JudgedHost() = default;

std::optional<std::size_t> JudgedHost::block_of(const running::ObservedServer& at) const {
  const auto found = blocks_.find(at);
  return found != blocks_.end() ? std::optional(found->second) : std::nullopt;
}

const pki::Certificate& JudgedHost::own(const pki::Certificate& certificate) {
  const pki::CertificateFacts& facts = certificate.facts();
  const std::pair key(facts.fingerprint, facts.trust_annotated);
  const auto known = own_.find(key);
  if (known != own_.end()) return known->second;
  return own_.emplace(key, pki::clients::detached(certificate)).first->second;
}

const pki::Certificate* JudgedHost::ca_of(const std::string& key) {
  if (!cas_) {
    cas_.emplace();
    for (const auto& file : snapshot_.material.files()) {
      if (!file->material) continue;
      for (const pki::Certificate& one : file->material->certificates) {
        if (one.facts().is_ca) cas_->try_emplace(one.facts().key.label(), one);
      }
    }
  }
  const auto found = cas_->find(key);
  return found != cas_->end() ? &own(found->second) : nullptr;
}

struct BlockJudge::Impl {
  Impl(JudgedHost& judged, pki::clients::StandIns& its_stand_ins, std::size_t block)
      : host(judged),
        stand_ins(its_stand_ins),
        index(block),
        resolved(host.snapshot_.config->resolved),
        evidence(host.snapshot_, host.now_) {
    const auto owner_found = resolved.tls_owner(index);
    if (!owner_found || !config::asks(resolved.servers.at(index))) return;
    owner = *owner_found;
    asks = true;
    content = trust::trust_content(evidence.material, resolved.servers.at(owner),
                                   host.snapshot_.policy->build);
  }

  // Not before somebody is judged: the files alone are often all that is asked for.
  void prepare() {
    if (store) return;
    host.own_.clear();  // of other blocks: there may be thousands
    for (pki::Certificate& one : content.store) one = host.own(one);
    for (pki::RevocationList& list : content.revocation_lists) list = pki::clients::detached(list);
    store.emplace(content.store, content.revocation_lists, content.check_crls);
    doubt = clients::doubt_about_clients(host.snapshot_, check(evidence, false));
    if (doubt.empty() && content.is_open)
      doubt = "the trust store has more than its files: a directory or URI adds to it";
  }

  clients::ClientCheck check(const Evidence& its_evidence, bool is_stand_in) {
    return {.index = index,
            .owner_index = owner,
            .resolved = resolved,
            .evidence = its_evidence,
            .content = content,
            .store = *store,
            .fates = host.fates_,
            .is_stand_in = is_stand_in};
  }

  const pki::Certificate* issuer_of(const ObservedClient& client) {
    const auto own = std::ranges::find_if(content.store, [&](const pki::Certificate& one) {
      return one.facts().is_ca && one.facts().key.label() == client.issuer_key;
    });
    return own != content.store.end() ? &*own : host.ca_of(client.issuer_key);
  }

  std::optional<pki::Certificate> leaf_of(const ObservedClient& client) {
    if (!client.certificate.empty()) {
      auto parsed = pki::parse_certificate(client.certificate);
      if (parsed) return std::move(*parsed);
      return std::nullopt;
    }
    return stand_ins.of({.serial = client.serial,
                         .not_before = client.not_before,
                         .not_after = client.not_after,
                         .may_be_client = client.may_be_client,
                         .key_kind = client.key_kind,
                         .signature_kind = client.signature_kind},
                        issuer_of(client));
  }

  // `why`: nothing can be said.
  ClientFate unjudged(const Canary& canary, const std::string& why, bool is_from_facts) const {
    return {.verdict = clients::unjudged_verdict(canary, why),
            .holds_until = std::nullopt,
            .is_from_facts = is_from_facts};
  }

  ClientFate fate_of(const ObservedClient& client) {
    prepare();
    const bool is_from_facts = client.certificate.empty();
    const Canary canary{.name = client.fingerprint.substr(0, kLabelDigits),
                        .path = kObserved,
                        .expect = Expect::kNothing,
                        .servers = {}};
    if (!doubt.empty()) return unjudged(canary, doubt, is_from_facts);
    const bool is_of_unknown_ca = client.issuer_key == "other";
    if (is_of_unknown_ca && is_from_facts) return unjudged(canary, kMaySendItsCa, true);
    auto leaf = leaf_of(client);
    if (!leaf) {
      return unjudged(canary,
                      "the exporter's OpenSSL does not know its algorithms (" + client.key_kind +
                          ", " + client.signature_kind + ")",
                      is_from_facts);
    }
    pki::Material sent;
    sent.release = content.openssl;
    sent.certificates.push_back(std::move(*leaf));
    const Evidence own(host.snapshot_, host.now_);
    Verdict verdict = clients::verdict_of(canary, sent, check(own, is_from_facts));
    if (is_of_unknown_ca && verdict.is_judged && is_without_issuer(verdict.code))
      return unjudged(canary, kMaySendItsCa, is_from_facts);
    return {.verdict = std::move(verdict),
            .holds_until = own.clock.next_change(),
            .is_from_facts = is_from_facts};
  }

  JudgedHost& host;
  pki::clients::StandIns& stand_ins;
  std::size_t index;
  std::size_t owner = 0;
  bool asks = false;
  const config::ResolvedConfig& resolved;
  Evidence evidence;
  trust::TrustContent content;
  std::optional<pki::TrustStore> store;
  std::string doubt;  // nothing can be said of any client
};

BlockJudge::BlockJudge(JudgedHost& host, pki::clients::StandIns& stand_ins, std::size_t index)
    : impl_(std::make_unique<Impl>(host, stand_ins, index)) {}
BlockJudge::~BlockJudge() = default;

std::optional<ClientFate> BlockJudge::fate_of(const ObservedClient& client) {
  if (!impl_->asks) return std::nullopt;
  return impl_->fate_of(client);
}

std::vector<std::shared_ptr<const MaterialFile>> BlockJudge::files() const {
  return impl_->evidence.material.used();
}

}  // namespace mtls::audit::observed
