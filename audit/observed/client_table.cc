#include "audit/observed/client_table.h"

#include <algorithm>
#include <cstring>

#include "running/observed_counts.h"

namespace mtls::audit::observed {
namespace {

using running::ObservedClient;
using running::ObservedVisits;

bool is_accepted_somewhere(const ObservedClient& client) {
  return std::ranges::any_of(client.visits, [](const auto& at) { return at.last_code == 0; });
}

unsigned digit(char c) {
  return static_cast<unsigned>(c >= '0' && c <= '9'   ? c - '0'
                               : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                                      : 0);
}

}  // namespace

// It is a hash already.
std::size_t ClientTable::Hash::operator()(const pki::Fingerprint& fingerprint) const {
  std::size_t value = 0;
  std::memcpy(&value, fingerprint.bytes.data(), sizeof value);
  return value;
}

void ClientTable::load(std::vector<ObservedClient> clients) {
  for (ObservedClient& client : clients) {
    const pki::Fingerprint fingerprint = fingerprint_in(client.fingerprint);
    const auto known = clients_.find(fingerprint);
    if (known != clients_.end()) {
      add_former(fingerprint, known->second, client);
      continue;
    }
    if (clients_.size() >= limits_.max_clients) {
      gone_.push_back(client.fingerprint);
      continue;
    }
    if (!is_accepted_somewhere(client)) never_accepted_.insert(fingerprint);
    for (const ObservedVisits& visits : client.visits) come(fingerprint, visits, client.issuer_key);
    clients_[fingerprint] = std::move(client);
  }
}

void ClientTable::add_former(const pki::Fingerprint& fingerprint, ObservedClient& client,
                             const ObservedClient& former) {
  if (client.issuer_key == running::kOtherKey) set_issuer_key(fingerprint, former.issuer_key);
  for (const ObservedVisits& before : former.visits) {
    const auto at = std::ranges::lower_bound(client.visits, before.at, {}, &ObservedVisits::at);
    if (at == client.visits.end() || at->at != before.at) {
      come(fingerprint, before, client.issuer_key);
      client.visits.insert(at, before);
      continue;
    }
    if (before.last_seen > at->last_seen) at->last_code = before.last_code;
    at->first_seen = std::min(at->first_seen, before.first_seen);
    at->last_seen = std::max(at->last_seen, before.last_seen);
    at->connections += before.connections;
  }
  if (is_accepted_somewhere(client)) never_accepted_.erase(fingerprint);
  changed_.insert(fingerprint);
}

const ObservedClient* ClientTable::find(const pki::Fingerprint& fingerprint) const {
  const auto client = clients_.find(fingerprint);
  return client != clients_.end() ? &client->second : nullptr;
}

void ClientTable::come(const pki::Fingerprint& fingerprint, const ObservedVisits& visits,
                       const std::string& key) {
  ++distinct_[visits.at][key];
  moves_.push_back({.client = fingerprint, .at = visits.at, .has_come = true});
}

void ClientTable::leave(const pki::Fingerprint& fingerprint, const ObservedVisits& visits,
                        const std::string& key) {
  std::map<std::string, std::size_t>& keys = distinct_[visits.at];
  if (--keys[key] == 0) keys.erase(key);
  if (keys.empty()) distinct_.erase(visits.at);
  moves_.push_back({.client = fingerprint, .at = visits.at, .has_come = false});
}

// Lines come late where connections are long, so an earlier handshake may be told after a later.
void ClientTable::note(const pki::Fingerprint& fingerprint, ObservedClient& client,
                       const Visit& visit) {
  auto at = std::ranges::lower_bound(client.visits, visit.at, {}, &ObservedVisits::at);
  if (at == client.visits.end() || at->at != visit.at) {
    at = client.visits.insert(at,
                              {.at = visit.at, .first_seen = visit.when, .last_seen = visit.when});
    come(fingerprint, *at, client.issuer_key);
  }
  if (visit.when >= at->last_seen) at->last_code = visit.code;
  at->first_seen = std::min(at->first_seen, visit.when);
  at->last_seen = std::max(at->last_seen, visit.when);
  ++at->connections;
  if (visit.code == 0) never_accepted_.erase(fingerprint);
  changed_.insert(fingerprint);
}

void ClientTable::visit(const pki::Fingerprint& fingerprint, const Visit& visit) {
  const auto client = clients_.find(fingerprint);
  if (client != clients_.end()) note(fingerprint, client->second, visit);
}

bool ClientTable::make_room(bool is_accepted) {
  if (clients_.size() < limits_.max_clients) return true;
  if (!is_accepted || never_accepted_.empty()) return false;
  remove(clients_.find(*never_accepted_.begin()));
  return true;
}

bool ClientTable::add(ObservedClient client, const Visit& visit) {
  if (!make_room(visit.code == 0)) {
    ++without_place_;
    return false;
  }
  const pki::Fingerprint fingerprint = fingerprint_in(client.fingerprint);
  if (visit.code != 0) never_accepted_.insert(fingerprint);
  ObservedClient& kept = clients_[fingerprint];
  kept = std::move(client);
  note(fingerprint, kept, visit);
  return true;
}

void ClientTable::set_issuer_key(const pki::Fingerprint& fingerprint, const std::string& key) {
  const auto entry = clients_.find(fingerprint);
  if (entry == clients_.end() || entry->second.issuer_key == key) return;
  ObservedClient& client = entry->second;
  for (const ObservedVisits& visits : client.visits) leave(fingerprint, visits, client.issuer_key);
  client.issuer_key = key;
  for (const ObservedVisits& visits : client.visits) come(fingerprint, visits, key);
  changed_.insert(fingerprint);
}

ClientTable::Clients::iterator ClientTable::remove(Clients::iterator client) {
  for (const ObservedVisits& visits : client->second.visits)
    leave(client->first, visits, client->second.issuer_key);
  gone_.push_back(client->second.fingerprint);
  never_accepted_.erase(client->first);
  changed_.erase(client->first);
  return clients_.erase(client);
}

bool ClientTable::erase(const pki::Fingerprint& fingerprint) {
  const auto client = clients_.find(fingerprint);
  if (client == clients_.end()) return false;
  remove(client);
  return true;
}

void ClientTable::forget_before_window(std::chrono::sys_seconds now) {
  const std::chrono::sys_seconds first = now - limits_.window;
  for (auto entry = clients_.begin(); entry != clients_.end();) {
    ObservedClient& client = entry->second;
    const auto is_over = [&](const ObservedVisits& visits) { return visits.last_seen < first; };
    if (std::ranges::all_of(client.visits, is_over)) {
      entry = remove(entry);
      continue;
    }
    for (const ObservedVisits& visits : client.visits)
      if (is_over(visits)) leave(entry->first, visits, client.issuer_key);
    if (std::erase_if(client.visits, is_over) != 0) changed_.insert(entry->first);
    ++entry;
  }
}

void ClientTable::clear() {
  while (!clients_.empty()) remove(clients_.begin());
}

void ClientTable::put_back(const std::vector<ObservedClient>& changed,
                           const std::vector<std::string>& gone) {
  for (const ObservedClient& client : changed) {
    const pki::Fingerprint fingerprint = fingerprint_in(client.fingerprint);
    if (clients_.contains(fingerprint)) changed_.insert(fingerprint);
  }
  for (const std::string& fingerprint : gone) {
    if (gone_.size() >= limits_.max_clients) return;
    if (!clients_.contains(fingerprint_in(fingerprint))) gone_.push_back(fingerprint);
  }
}

std::vector<ObservedClient> ClientTable::take_changed() {
  std::vector<ObservedClient> changed;
  changed.reserve(changed_.size());
  for (const pki::Fingerprint& fingerprint : changed_) changed.push_back(clients_.at(fingerprint));
  changed_.clear();
  return changed;
}

std::vector<std::string> ClientTable::take_gone() { return std::exchange(gone_, {}); }

std::vector<ObservedClient> ClientTable::all() const {
  std::vector<ObservedClient> all;
  all.reserve(clients_.size());
  for (const auto& [fingerprint, client] : clients_) all.push_back(client);
  return all;
}

pki::Fingerprint fingerprint_in(const std::string& hex) {
  pki::Fingerprint fingerprint;
  for (std::size_t i = 0; i < fingerprint.bytes.size() && 2 * i + 1 < hex.size(); ++i)
    fingerprint.bytes.at(i) =
        static_cast<unsigned char>(digit(hex[2 * i]) * 16 + digit(hex[2 * i + 1]));
  return fingerprint;
}

}  // namespace mtls::audit::observed
