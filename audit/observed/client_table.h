// The clients that came within the window, by fingerprint, as far as there is room for them. Knows
// neither certificates nor servers: it is told. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "pki/types.h"
#include "running/observed_client.h"

namespace mtls::audit::observed {

class ClientTable {
 public:
  struct Limits {
    std::size_t max_clients = 200'000;
    std::chrono::seconds window{std::chrono::days{30}};
  };

  explicit ClientTable(Limits limits) : limits_(limits) {}

  /// What was kept of an earlier process. Clients that have come already get their visits of before
  /// too, so it is for once only. For whom there is no room, is gone.
  void load(std::vector<running::ObservedClient> clients);

  /// nullptr: it is not known.
  const running::ObservedClient* find(const pki::Fingerprint& fingerprint) const;

  struct Visit {
    running::ObservedServer at;
    std::chrono::sys_seconds when;
    int code = 0;  // ObservedVisits::last_code
  };
  /// A known client came again.
  void visit(const pki::Fingerprint& fingerprint, const Visit& visit);
  /// A client came for the first time; `client` has no visits. Where there is no room, one that
  /// nginx accepted takes the place of one that it never did: whoever can make certificates cannot
  /// drive out clients. false: there is no place.
  bool add(running::ObservedClient client, const Visit& visit);
  /// The CA key of a known client has become known.
  void set_issuer_key(const pki::Fingerprint& fingerprint, const std::string& key);

  /// Ends what is older than the window.
  void forget_before_window(std::chrono::sys_seconds now);
  /// Ends one client. false: it is not known.
  bool erase(const pki::Fingerprint& fingerprint);

  std::size_t size() const { return clients_.size(); }
  /// Clients that came and had no place.
  std::uint64_t without_place() const { return without_place_; }
  /// Distinct clients by server block and CA key.
  using Distinct = std::map<running::ObservedServer, std::map<std::string, std::size_t>>;
  const Distinct& distinct() const { return distinct_; }

  /// Ends all.
  void clear();
  /// What take_changed() and take_gone() gave could not be kept: they will give it again, at most
  /// `max_clients` that are gone.
  void put_back(const std::vector<running::ObservedClient>& changed,
                const std::vector<std::string>& gone);

  /// Since it was asked last: the clients that are others than before, and those that are gone.
  std::vector<running::ObservedClient> take_changed();
  std::vector<std::string> take_gone();

  /// A client was seen at a server block for the first time, or is another one now; or it is no
  /// longer known there.
  struct Move {
    pki::Fingerprint client;
    running::ObservedServer at;
    bool has_come = false;
  };
  /// Since it was asked last, in their order.
  std::vector<Move> take_moves() { return std::exchange(moves_, {}); }

  template <class Look>
  void for_each(const Look& look) const {
    for (const auto& [fingerprint, client] : clients_) look(client);
  }
  std::vector<running::ObservedClient> all() const;

  struct Hash {
    std::size_t operator()(const pki::Fingerprint& fingerprint) const;
  };

 private:
  using Clients = std::unordered_map<pki::Fingerprint, running::ObservedClient, Hash>;

  bool make_room(bool is_accepted);
  void add_former(const pki::Fingerprint& fingerprint, running::ObservedClient& client,
                  const running::ObservedClient& former);
  void note(const pki::Fingerprint& fingerprint, running::ObservedClient& client,
            const Visit& visit);
  void come(const pki::Fingerprint& fingerprint, const running::ObservedVisits& visits,
            const std::string& key);
  void leave(const pki::Fingerprint& fingerprint, const running::ObservedVisits& visits,
             const std::string& key);
  Clients::iterator remove(Clients::iterator client);

  Limits limits_;
  Clients clients_;
  std::unordered_set<pki::Fingerprint, Hash> never_accepted_;
  std::unordered_set<pki::Fingerprint, Hash> changed_;
  std::vector<std::string> gone_;
  std::vector<Move> moves_;
  Distinct distinct_;
  std::uint64_t without_place_ = 0;
};

/// Of 64 lowercase hex digits; all zero if they are none.
pki::Fingerprint fingerprint_in(const std::string& hex);

}  // namespace mtls::audit::observed
