#include "tests/integration/random_pki/random_pki_generator.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/random_pki/random_pki_minting.h"

namespace mtls::testing {
namespace {

using Indices = std::vector<std::size_t>;

constexpr std::size_t kBundles = 8;
constexpr std::size_t kCrlFiles = 4;
constexpr std::size_t kPorts = 3;

/// Everything that descends from one root.
struct Hierarchy {
  Indices path = {};         // root first; each issued the next
  Indices authorities = {};  // the path, its renewals and cross-signed versions
  bool key_identifiers = true;
};

class Author {
 public:
  explicit Author(Dice& dice) : dice_(dice) {}

  PkiCase write() {
    const std::size_t roots = dice_.between(1, 3);
    for (std::size_t i = 0; i < roots; ++i) grow_path();
    for (std::size_t i = dice_.below(4); i > 0; --i) renew();
    for (std::size_t i = dice_.below(3); i > 0; --i) cross_sign();
    for (std::size_t i = dice_.between(5, 8); i > 0; --i) add_leaf();
    for (std::size_t i = 0; i < kBundles; ++i) add_bundle();
    for (std::size_t i = 0; i < kCrlFiles; ++i) add_crl_file();
    for (std::size_t i = 0; i < kPorts; ++i) add_port(i);
    for (const std::size_t leaf : leaves_) add_client(leaf);
    for (std::size_t i = 0; i < 2; ++i) add_client(dice_.one_of(leaves_));
    return std::move(case_);
  }

 private:
  void shuffle(Indices& all) {
    for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[dice_.below(i)]);
  }

  /// Makes something unusual in `chance` percent of the cases, rarely twice.
  void add_quirks(PkiCertificate& to, const std::vector<std::string>& all, std::size_t chance) {
    while (dice_.percent(chance)) {
      to.quirks.push_back(dice_.one_of(all));
      chance /= 3;
    }
  }

  std::size_t add(PkiCertificate certificate) {
    case_.certificates.push_back(std::move(certificate));
    return case_.certificates.size() - 1;
  }

  void grow_path() {
    Hierarchy grown{.key_identifiers = dice_.percent(75)};
    const std::string name = std::to_string(hierarchies_.size());
    const std::size_t intermediates = dice_.below(5);
    for (std::size_t i = 0; i <= intermediates; ++i) {
      PkiCertificate one{.subject = "CN=CA " + name + "." + std::to_string(i) + ",O=Test"};
      if (i > 0) one.issuer = grown.path.back();
      if (!grown.key_identifiers) one.quirks.emplace_back("no-key-ids");
      add_quirks(one, authority_quirks(), 11);
      grown.path.push_back(add(one));
    }
    grown.authorities = grown.path;
    hierarchies_.push_back(grown);
  }

  /// A later or earlier certificate of the same CA.
  void renew() {
    Hierarchy& of = pick_hierarchy();
    const std::size_t old = dice_.one_of(of.authorities);
    PkiCertificate renewed = case_.certificates[old];
    renewed.key_of = dice_.percent(50) ? old : kNone;
    if (dice_.percent(50)) {
      renewed.quirks.clear();
      if (!of.key_identifiers) renewed.quirks.emplace_back("no-key-ids");
    }
    if (dice_.percent(50)) {
      std::vector<std::string>& quirks =
          dice_.percent(60) ? case_.certificates[old].quirks : renewed.quirks;
      quirks.emplace_back("expired");
    }
    of.authorities.push_back(add(renewed));
  }

  /// The name and key of one CA, issued by another CA.
  void cross_sign() {
    Hierarchy& of = pick_hierarchy();
    const std::size_t own = dice_.one_of(of.authorities);
    const std::size_t issuer = dice_.one_of(pick_hierarchy().authorities);
    PkiCertificate crossed{
        .subject = case_.certificates[own].subject, .issuer = issuer, .key_of = own};
    if (!of.key_identifiers) crossed.quirks.emplace_back("no-key-ids");
    add_quirks(crossed, authority_quirks(), 15);
    of.authorities.push_back(add(crossed));
  }

  void add_leaf() {
    const Hierarchy& of = pick_hierarchy();
    PkiCertificate one{.subject = "CN=Client " + std::to_string(leaves_.size())};
    one.issuer = dice_.percent(65) ? of.path.back() : dice_.one_of(of.authorities);
    if (dice_.percent(12)) one.issuer = kNone;
    one.quirks.emplace_back("leaf");
    if (!of.key_identifiers) one.quirks.emplace_back("no-key-ids");
    add_quirks(one, leaf_quirks(), 30);
    if (dice_.percent(30))
      one.quirks.emplace_back(dice_.one_of({"named-good", "named-bad", "called-bad"}));
    leaves_.push_back(add(one));
  }

  Hierarchy& pick_hierarchy() { return hierarchies_[dice_.below(hierarchies_.size())]; }

  Indices all_authorities() const {
    Indices all;
    for (const Hierarchy& one : hierarchies_)
      all.insert(all.end(), one.authorities.begin(), one.authorities.end());
    return all;
  }

  Indices some_of(const Indices& all, std::size_t chance) {
    Indices some;
    for (const std::size_t one : all) {
      if (dice_.percent(chance)) some.push_back(one);
    }
    return some;
  }

  Indices bundle_members() {
    const Hierarchy& of = pick_hierarchy();
    const std::size_t kind = dice_.below(100);
    if (kind < 25) return of.authorities;
    if (kind < 40) return {of.path.front()};
    if (kind < 65) return all_authorities();
    if (kind < 75) return some_of(all_authorities(), 50);
    if (kind < 85) return {of.path.begin() + (of.path.size() > 1 ? 1 : 0), of.path.end()};
    if (kind < 95) return some_of(of.authorities, 80);
    return {dice_.one_of(leaves_)};
  }

  void add_bundle() {
    Indices members = bundle_members();
    if (dice_.percent(20)) members.push_back(dice_.one_of(leaves_));
    if (members.empty()) members.push_back(hierarchies_.front().path.front());
    if (dice_.percent(15)) members.push_back(dice_.one_of(members));  // a duplicate
    if (dice_.percent(70)) shuffle(members);
    std::vector<PkiItem> items;
    for (const std::size_t member : members) {
      if (dice_.percent(12)) items.push_back({.form = dice_.one_of(noise_forms())});
      const std::size_t kind = dice_.below(100);
      const bool is_first = member == members.front();  // nginx needs a first one that it can name
      const std::string form = is_first || kind < 80 ? "plain"
                               : kind < 90           ? dice_.one_of(good_forms())
                                                     : dice_.one_of(trusted_forms());
      items.push_back({.form = form, .certificate = member});
    }
    if (dice_.percent(12)) items.push_back(crl_item(dice_.one_of(all_authorities())));
    case_.files.push_back(std::move(items));
  }

  PkiItem crl_item(std::size_t issuer) {
    const std::size_t kind = dice_.below(100);
    PkiCrl crl{.issuer = issuer};
    if (kind < 5) crl.state = "stale";
    if (kind >= 5 && kind < 9) crl.state = "early";
    if (kind >= 9 && kind < 14) crl.state = "endless";
    for (std::size_t i = 0; i < case_.certificates.size(); ++i) {
      const bool is_own = case_.certificates[i].issuer == issuer;
      if (dice_.percent(is_own ? 12 : 1)) crl.revoked.push_back(i);
    }
    case_.crls.push_back(std::move(crl));
    return {.form = dice_.percent(90) ? "plain" : dice_.one_of({"crlf", "text-before"}),
            .crl = case_.crls.size() - 1};
  }

  /// Has the CA's name but not its key, so whatever it signs is wrong.
  std::size_t impostor_of(std::size_t authority) {
    PkiCertificate impostor{.subject = case_.certificates[authority].subject};
    if (dice_.percent(50)) impostor.quirks.emplace_back("no-key-ids");
    return add(impostor);
  }

  void add_crl_file() {
    std::vector<PkiItem> items;
    const std::size_t present = dice_.percent(75) ? 100 : 75;
    for (const std::size_t authority : some_of(all_authorities(), present)) {
      const std::size_t issuer = dice_.percent(5) ? impostor_of(authority) : authority;
      items.push_back(crl_item(issuer));
      if (dice_.percent(8)) items.push_back(crl_item(authority));
      if (dice_.percent(5)) items.push_back({.form = "plain", .certificate = authority});
    }
    if (items.empty()) items.push_back(crl_item(hierarchies_.front().path.front()));
    for (const std::size_t leaf : leaves_) {
      const bool is_pinned = case_.certificates[leaf].issuer == kNone;
      if (is_pinned && dice_.percent(30)) items.push_back(crl_item(leaf));
    }
    case_.files.push_back(std::move(items));
  }

  void add_port(std::size_t port) {
    const std::size_t servers = dice_.between(3, 5);
    for (std::size_t i = 0; i < servers; ++i) {
      PkiServer server = random_server(port);
      if (i == 0 && dice_.percent(10)) {
        server = {.name = server.name,
                  .port = port,
                  .has_certificate = false,
                  .rejects_handshake = true,
                  .mode = "off"};
      }
      const bool is_served = i == 0 || case_.servers[case_.servers.size() - i].has_certificate;
      if (i > 0 && is_served && dice_.percent(20)) server.has_certificate = false;
      case_.servers.push_back(std::move(server));
    }
  }

  PkiServer random_server(std::size_t port) {
    PkiServer server{.name = "s" + std::to_string(case_.servers.size()) + ".test", .port = port};
    const std::size_t kind = dice_.below(100);
    server.mode = kind < 50 ? "on" : kind < 65 ? "optional" : kind < 92 ? "optional_no_ca" : "off";
    if (dice_.percent(75)) server.depth = static_cast<int>(dice_.below(7));
    if (dice_.percent(60)) server.security_level = static_cast<int>(dice_.below(7)) / 2;
    const bool needs_cas = server.mode == "on" || server.mode == "optional";
    if (needs_cas || dice_.percent(70)) server.client = dice_.below(kBundles);
    if (dice_.percent(30)) server.trusted = dice_.below(kBundles);
    if (dice_.percent(28)) server.crl = kBundles + dice_.below(kCrlFiles);
    return server;
  }

  void add_client(std::size_t leaf) {
    PkiClient client{.name = "c" + std::to_string(case_.clients.size()), .leaf = leaf};
    const std::size_t kind = dice_.below(100);
    if (kind >= 30) client.sent = path_above(leaf);
    if (kind < 75 && !client.sent.empty()) client.sent.pop_back();  // the root
    if (kind >= 85) shuffle(client.sent);
    if (kind >= 92) client.sent = some_of(all_authorities(), 50);
    case_.clients.push_back(std::move(client));
  }

  /// The issuers up to the root, each perhaps replaced by another certificate with its name.
  Indices path_above(std::size_t leaf) {
    Indices path;
    for (std::size_t at = case_.certificates[leaf].issuer; at != kNone && path.size() < 12;
         at = case_.certificates[path.back()].issuer) {
      path.push_back(dice_.percent(85) ? at : namesake_of(at));
    }
    return path;
  }

  std::size_t namesake_of(std::size_t authority) {
    Indices all;
    for (const std::size_t other : all_authorities()) {
      if (case_.certificates[other].subject == case_.certificates[authority].subject)
        all.push_back(other);
    }
    return all.empty() ? authority : dice_.one_of(all);
  }

  Dice& dice_;
  PkiCase case_;
  std::vector<Hierarchy> hierarchies_;
  Indices leaves_;
};

void insert_anywhere(std::vector<PkiItem>& file, PkiItem item, Dice& dice) {
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(dice.below(file.size() + 1)),
              std::move(item));
}

void damage_file(std::vector<PkiItem>& file, const PkiCase& all, Dice& dice) {
  switch (dice.below(5)) {
    case 0: file.clear(); break;
    case 1: file = {{.form = dice.one_of(noise_forms())}}; break;
    case 2:
      for (PkiItem& item : file) {
        if (item.certificate != kNone) item.form = dice.one_of(trusted_forms());
      }
      break;
    case 3:
      insert_anywhere(file, {.form = dice.one_of(bad_forms()), .crl = dice.below(all.crls.size())},
                      dice);
      break;
    default:
      insert_anywhere(
          file,
          {.form = dice.one_of(bad_forms()), .certificate = dice.below(all.certificates.size())},
          dice);
  }
}

}  // namespace

PkiCase random_pki_case(Dice& dice) { return Author(dice).write(); }

PkiCase damaged(PkiCase from, Dice& dice) {
  PkiServer server = dice.one_of(from.servers);
  const bool is_served = server.has_certificate || server.rejects_handshake;
  if (!is_served) server.has_certificate = true;
  switch (dice.below(10)) {
    case 0: server.client = kNone; break;
    case 1: server.client = from.files.size() - 1; break;  // CRLs in place of CAs
    case 2: server.crl = dice.below(from.files.size()); break;
    case 3: server.has_certificate = false; break;
    case 4:
    case 5:
      server.has_certificate = true;
      server.identity = dice.below(from.certificates.size());
      break;
    default:
      if (server.trusted == kNone && dice.percent(50)) server.trusted = 0;
      for (const std::size_t file : {server.client, server.trusted, server.crl}) {
        if (file != kNone && dice.percent(60)) damage_file(from.files[file], from, dice);
      }
  }
  from.servers = {server};
  return from;
}

}  // namespace mtls::testing
