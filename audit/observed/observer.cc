#include "audit/observed/observer.h"

#include <algorithm>
#include <utility>

#include "audit/loaded.h"
#include "audit/observed/client_facts.h"
#include "config/tls/observer_line.h"

namespace mtls::audit::observed {
namespace {

using running::ClientLine;
using running::LineFault;
using running::LineVerify;

constexpr int kCodes = 101;       // of OpenSSL 3.6
constexpr int kWithoutCode = -1;  // ObservedVisits::last_code
constexpr std::chrono::minutes kForgetting{1};

std::shared_ptr<const ConfigView> running_config(const Snapshot& snapshot) {
  return snapshot.loaded && snapshot.loaded->config ? snapshot.loaded->config : snapshot.config;
}

// nginx sends no others of these.
bool may_hide_a_client(LineFault fault) {
  return fault != LineFault::kForeign && fault != LineFault::kSender;
}

std::chrono::sys_seconds seconds_of(Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at);
}

}  // namespace

Observer::Observer(ObserverOptions options, Instant now)
    : options_(std::move(options)), clients_(options_.limits) {
  counts_.since = complete_since_ = seconds_of(now);
  for (const LineFault fault : running::kLineFaults) counts_.rejected[fault] = 0;
}

void Observer::remember(std::vector<running::ObservedClient> clients,
                        std::chrono::sys_seconds since,
                        std::optional<std::chrono::sys_seconds> complete_since) {
  ++version_;
  const std::size_t kept = clients.size();
  clients_.load(std::move(clients));
  if (clients_.size() < kept) lose();
  counts_.since = since;
  if (complete_since) complete_since_ = *complete_since;
}

// The labels are those of the configuration that nginx runs with.
void Observer::follow_blocks(const Snapshot& snapshot) {
  const std::shared_ptr<const ConfigView> config = running_config(snapshot);
  const std::string& socket = snapshot.policy->observer_socket;
  const bool has_moved = !socket.empty() && socket != options_.socket;
  if (config_ && config_->document == config->document && !has_moved) return;
  if (has_moved) options_.socket = socket;
  config_ = config;
  finder_.emplace(config, snapshot.policy->build.version);
  const config::tls::ObserverLine line(*config->document, options_.socket);
  std::map<running::ObservedServer, running::ObservedAt> before;
  std::swap(before, counts_.servers);
  blocks_.clear();
  for (std::size_t i = 0; i < config->resolved.servers.size(); ++i) {
    const config::TlsContext& server = config->resolved.servers[i];
    Block block{.labels = {.server = server.id.server, .listen = server.id.listen},
                .id = server.id,
                .asks = config::asks(server) && server.id.module != config::Module::kMail};
    blocks_.push_back(block);
    if (!block.asks || config->resolved.label_owner(i) != i) continue;
    running::ObservedAt& counts =
        counts_.servers.insert_or_assign(block.labels, std::move(before[block.labels]))
            .first->second;
    counts.is_covered = line.gaps(server).empty();
    counts.connections[{running::kNoKey, LineVerify::kNone}] += 0;
  }
}

// Of all files that hold certificates: also the CAs of other server blocks.
void Observer::add_keys(const Snapshot& snapshot) {
  const GoneFiles added = gone_files(snapshot.material, material_);
  for (const auto& file : snapshot.material.files()) {
    if (!file->material || !added.contains(file.get())) continue;
    for (const pki::Certificate& certificate : file->material->certificates)
      if (certificate.facts().is_ca) keys_.add(certificate);
  }
  material_ = snapshot.material;
}

// So that the first connection is an increase. Of a store with public web CAs only those that come
// have series.
void Observer::begin_at_zero(const Snapshot& snapshot) {
  constexpr std::size_t kMostKeys = 16;
  for (std::size_t i = 0; i < snapshot.servers.size(); ++i) {
    const config::ContextId& id = snapshot.config->resolved.servers[i].id;
    const auto counts = counts_.servers.find({.server = id.server, .listen = id.listen});
    const auto& members = snapshot.servers[i]->store.members;
    if (counts == counts_.servers.end() || members.size() > kMostKeys) continue;
    for (const pki::paths::Member& member : members) {
      if (!member.certificate.facts().is_ca) continue;
      const std::string key = member.certificate.facts().key.label();
      for (const LineVerify verify : {LineVerify::kSuccess, LineVerify::kFailed})
        counts->second.connections[{key, verify}] += 0;
    }
  }
}

void Observer::follow(const std::shared_ptr<const Snapshot>& snapshot, Instant now) {
  ++version_;
  follow_blocks(*snapshot);
  add_keys(*snapshot);
  begin_at_zero(*snapshot);
  meter_.follow(*snapshot, now);
  codes_.clear();
  for (int code = 1; code < kCodes; ++code)
    codes_.try_emplace(pki::verify_text(code, openssl_of(snapshot->policy->build)), code);
}

void Observer::reject(LineFault fault) {
  ++version_;
  ++counts_.datagrams;
  note(fault);
}

void Observer::note(LineFault fault) {
  ++counts_.rejected[fault];
  if (may_hide_a_client(fault)) has_lost_ = true;
}

void Observer::take(std::string_view datagram) {
  ++version_;
  ++counts_.datagrams;
  const auto parsed = running::parse_client_line(datagram);
  const auto* line = std::get_if<ClientLine>(&parsed);
  const auto fault = line != nullptr ? count(*line) : std::get<LineFault>(parsed);
  if (fault) note(*fault);
}

std::optional<LineFault> Observer::count(const ClientLine& line) {
  const auto found = finder_ ? finder_->find(line) : std::nullopt;
  if (!found) return LineFault::kServer;
  const Block& block = blocks_.at(found->labels);
  if (!block.asks) return std::nullopt;
  if (line.verify != LineVerify::kNone) return count_leaf(line, block, found->context);
  ++counts_.servers.at(block.labels).connections[{running::kNoKey, LineVerify::kNone}];
  return std::nullopt;
}

int Observer::code_of(const ClientLine& line) const {
  if (line.verify == LineVerify::kSuccess) return 0;
  const auto code = codes_.find(line.reason);
  return code != codes_.end() ? code->second : kWithoutCode;
}

// A leaf whose CA was not known may have come before its CA's file. nullptr: it is unknown.
const running::ObservedClient* Observer::known_client(const pki::Fingerprint& fingerprint,
                                                      const std::vector<unsigned char>& der) {
  const running::ObservedClient* client = clients_.find(fingerprint);
  if (client == nullptr || client->issuer_key != running::kOtherKey) return client;
  const auto facts = client_facts(der, keys_, false);
  if (facts) clients_.set_issuer_key(fingerprint, facts->issuer_key);
  return client;
}

std::optional<LineFault> Observer::count_leaf(const ClientLine& line, const Block& block,
                                              std::size_t context) {
  const std::vector<unsigned char> der = pki::clients::der_of_pem(running::unescape_uri(line.leaf));
  if (der.empty()) return LineFault::kCertificate;
  const pki::Fingerprint fingerprint = pki::clients::fingerprint_of(der);
  const running::ObservedClient* known = known_client(fingerprint, der);
  std::optional<running::ObservedClient> made;
  if (known == nullptr) made = client_facts(der, keys_, options_.keeps_certificates);
  if (known == nullptr && !made) return LineFault::kCertificate;
  const running::ObservedClient& client = known != nullptr ? *known : *made;
  running::ObservedAt& counts = counts_.servers.at(block.labels);
  ++counts.connections[{client.issuer_key, line.verify}];
  counts.lifetimes.add(client.not_after - seconds_of(line.at));
  compare(line,
          {.at = block.id,
           .context = blocks_.at(context).id,
           .fingerprint = fingerprint,
           .der = der,
           .issuer_key = client.issuer_key,
           .when = line.at,
           .was_accepted = line.verify == LineVerify::kSuccess},
          counts);
  const ClientTable::Visit visit{
      .at = block.labels, .when = seconds_of(line.at), .code = code_of(line)};
  if (known != nullptr) {
    clients_.visit(fingerprint, visit);
  } else {
    if (!clients_.add(std::move(*made), visit)) has_lost_ = true;
  }
  return std::nullopt;
}

void Observer::compare(const ClientLine& line, Handshake handshake, running::ObservedAt& counts) {
  if (handshake.was_accepted && meter_.is_revoked(handshake))
    ++counts.revoked_served.at(line.is_resumed ? 1 : 0);
  if (line.is_resumed) return;
  const TruthMeter::Outcome outcome = meter_.take(std::move(handshake));
  if (outcome == TruthMeter::Outcome::kAgreed) ++counts.agreed;
  if (outcome == TruthMeter::Outcome::kDiffered) ++counts.differed;
}

void Observer::settle(Instant now) {
  if (std::exchange(has_lost_, false)) complete_since_ = seconds_of(now);
  for (const TruthMeter::Compared& one : meter_.settle(now)) {
    ++version_;
    const auto counts = counts_.servers.find({.server = one.at.server, .listen = one.at.listen});
    if (counts == counts_.servers.end()) continue;
    ++(one.outcome == TruthMeter::Outcome::kAgreed ? counts->second.agreed
                                                   : counts->second.differed);
  }
  if (now < forgets_at_) return;
  forgets_at_ = now + kForgetting;
  const std::size_t size = clients_.size();
  clients_.forget_before_window(seconds_of(now));
  if (clients_.size() != size) ++version_;
}

running::ObservedCounts Observer::counts() const {
  running::ObservedCounts counts = counts_;
  for (const Block& block : blocks_) {
    const auto at = counts.servers.find(block.labels);
    if (at == counts.servers.end()) continue;
    at->second.trust_matches = meter_.matches(block.id);
    const auto distinct = clients_.distinct().find(block.labels);
    if (distinct != clients_.distinct().end()) at->second.clients = distinct->second;
  }
  return counts;
}

}  // namespace mtls::audit::observed
