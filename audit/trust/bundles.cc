#include "audit/trust/bundles.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "audit/clock.h"
#include "audit/trust/trust.h"
#include "config/references.h"
#include "pki/memory.h"
#include "pki/strength.h"

namespace mtls::audit::trust {
namespace {

using pki::CertificateFacts;
using pki::paths::Member;

std::size_t& count(BundleAudit& bundle, Problem problem) {
  return bundle.problems.at(static_cast<std::size_t>(problem));
}

Problem problem_of(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::kMissing: return Problem::kMissing;
    case base::ErrorCode::kPermission: return Problem::kPermission;
    case base::ErrorCode::kNotRegular:
    case base::ErrorCode::kFifo:
    case base::ErrorCode::kSocket: return Problem::kNotRegular;
    case base::ErrorCode::kLoop: return Problem::kLoop;
    case base::ErrorCode::kTooLarge: return Problem::kTooLarge;
    case base::ErrorCode::kStuck: return Problem::kStuck;
    default: return Problem::kUnreadable;
  }
}

// One server's trust store, indexed for the questions below.
struct StoreIndex {
  std::map<pki::Fingerprint, const Member*> distinct;
  std::set<std::string_view> names_in_force;  // canonical subjects of valid CAs
  int demanded_bits = 0;                      // what the server's security level asks for (R3.14)
  std::optional<base::sys_seconds> next_change_at;
};

StoreIndex index_of(const std::vector<Member>& members, base::sys_seconds now, int level) {
  StoreIndex index;
  const Clock clock(now);
  index.demanded_bits = pki::security_bits_of_level(level);
  for (const Member& member : members) {
    const CertificateFacts& facts = member.certificate.facts();
    index.distinct.try_emplace(facts.fingerprint, &member);
    if (facts.is_ca && member.chains_to_anchor && clock.is_within(facts.validity))
      index.names_in_force.insert(facts.subject.canonical);
  }
  index.next_change_at = clock.next_change();
  return index;
}

// For each path, the stores of the servers that use the file.
using StoresByPath = std::map<std::string, std::vector<std::shared_ptr<const StoreIndex>>>;

// Whether the store of a server block may hold all certificates of a file: it holds the first one.
// Many more server blocks look at the file of a neighbour, to compare.
bool may_hold(const ServerAudit& server, const MaterialFile& file) {
  if (!file.material || file.material->certificates.empty()) return false;
  const pki::Fingerprint& first = file.material->certificates.front().facts().fingerprint;
  return std::ranges::any_of(server.store.members, [&](const Member& member) {
    return member.certificate.facts().fingerprint == first;
  });
}

// What has to be judged, by path.
using Drafts = std::map<std::string, BundleAudit>;

StoresByPath index_stores(const Snapshot& snapshot, const Drafts& drafts) {
  StoresByPath stores;
  GoneFiles asked;  // as small a set, asked as often
  for (const auto& [path, bundle] : drafts) asked.add(bundle.file.get());
  asked.sort();
  const config::ResolvedConfig& resolved = snapshot.config->resolved;
  for (std::size_t i = 0; i < snapshot.servers.size(); ++i) {
    const ServerAudit& server = *snapshot.servers[i];
    const auto is_asked = [&](const auto& file) {
      return asked.contains(file.get()) && may_hold(server, *file);
    };
    if (std::ranges::none_of(server.used, is_asked)) continue;
    const auto owner = resolved.tls_owner(i);
    if (server.store.members.empty() || !owner) continue;
    const int level = resolved.servers[*owner].security_level().value_or(kDefaultSecurityLevel);
    const auto index = std::make_shared<const StoreIndex>(
        index_of(server.store.members, snapshot.evaluated_at, level));
    for (const auto& file : server.used)
      if (is_asked(file)) stores[file->path].push_back(index);
  }
  return stores;
}

// The members of one file, as one store that contains all of them sees them.
struct View {
  std::vector<Member> members;
  std::shared_ptr<const StoreIndex> store;
};

// A file that no server's store contains completely is judged as a store of its own.
View view_of_itself(const MaterialFile& file, const Clock& clock) {
  const auto& certificates = file.material->certificates;
  const base::sys_seconds now = clock.now_for(certificates);
  View view{.members = pki::paths::view_bundle(certificates, now).members, .store = {}};
  view.store =
      std::make_shared<const StoreIndex>(index_of(view.members, now, kDefaultSecurityLevel));
  return view;
}

std::vector<View> views_of(const StoresByPath& stores, const MaterialFile& file,
                           const Clock& clock) {
  const std::vector<pki::Certificate>& certificates = file.material->certificates;
  std::vector<View> views;
  if (const auto users = stores.find(file.path); users != stores.end()) {
    for (const auto& store : users->second) {
      std::vector<Member> view;
      for (const pki::Certificate& certificate : certificates) {
        const auto found = store->distinct.find(certificate.facts().fingerprint);
        if (found != store->distinct.end()) view.push_back(*found->second);
      }
      if (view.size() == certificates.size())
        views.push_back({.members = std::move(view), .store = store});
    }
  }
  if (views.empty()) views.push_back(view_of_itself(file, clock));
  return views;
}

void mark_duplicates(std::vector<Member>& members) {
  std::set<pki::Fingerprint> seen;
  for (Member& member : members)
    member.duplicate = !seen.insert(member.certificate.facts().fingerprint).second;
}

void find_weakness(const std::vector<View>& views, std::size_t index,
                   std::vector<Problem>& problems) {
  const Member& member = views.front().members[index];
  const int signature = pki::signature_bits(member.certificate);
  const int key = member.certificate.facts().security_bits;
  const auto some = [&](const auto& weak) { return std::any_of(views.begin(), views.end(), weak); };
  if (some([&](const View& view) {
        return !view.members[index].is_anchor() && signature < view.store->demanded_bits;
      })) {
    problems.push_back(Problem::kWeakSignature);
  }
  if (some([&](const View& view) { return key < view.store->demanded_bits; }))
    problems.push_back(Problem::kWeakKey);
}

// In every store another certificate takes its place, and no path leads through it (R9.11).
bool is_replaced(const std::vector<View>& views, std::size_t index) {
  return std::ranges::all_of(views, [&](const View& view) {
    const Member& member = view.members[index];
    const std::string_view name = member.certificate.facts().subject.canonical;
    return !member.in_use && (member.handed_over || view.store->names_in_force.contains(name));
  });
}

void find_expiry(const std::vector<View>& views, std::size_t index, const Clock& clock,
                 std::vector<Problem>& problems) {
  const CertificateFacts& facts = views.front().members[index].certificate.facts();
  const auto& [not_before, not_after] = facts.validity;
  if (!not_before || !not_after) {
    problems.push_back(Problem::kInvalidDate);
  } else if (clock.has_come(*not_after)) {
    problems.push_back(Problem::kExpired);
    if (facts.is_ca && !is_replaced(views, index)) problems.push_back(Problem::kExpiredNeeded);
  } else if (!clock.has_come(*not_before)) {
    problems.push_back(Problem::kNotYetValid);
  }
}

// The member must not be a duplicate.
std::vector<Problem> problems_of(const std::vector<View>& views, std::size_t index,
                                 const Clock& clock) {
  const Member& member = views.front().members[index];
  const CertificateFacts& facts = member.certificate.facts();
  std::vector<Problem> problems;
  if (!facts.is_ca && !facts.self_signed) problems.push_back(Problem::kLeafAsCa);
  if (!member.chains_to_anchor && !member.spared) problems.push_back(Problem::kMissingIssuer);
  find_weakness(views, index, problems);
  find_expiry(views, index, clock, problems);
  return problems;
}

void count_state(BundleAudit& bundle, const std::vector<Problem>& problems) {
  const auto has = [&](Problem problem) {
    return std::find(problems.begin(), problems.end(), problem) != problems.end();
  };
  if (has(Problem::kExpired)) {
    ++bundle.expired;
  } else if (has(Problem::kNotYetValid)) {
    ++bundle.not_yet_valid;
  } else if (!has(Problem::kInvalidDate)) {
    ++bundle.valid;
  }
}

void judge_members(BundleAudit& bundle, const std::vector<View>& views, const Clock& clock) {
  std::size_t authorities = 0;
  bundle.member_problems.resize(bundle.members.size());
  for (std::size_t i = 0; i < bundle.members.size(); ++i) {
    if (bundle.members[i].duplicate) {
      ++bundle.duplicate;
      continue;
    }
    if (bundle.members[i].certificate.facts().is_ca) ++authorities;
    bundle.member_problems[i] = problems_of(views, i, clock);
    for (const Problem problem : bundle.member_problems[i]) ++count(bundle, problem);
    count_state(bundle, bundle.member_problems[i]);
  }
  if (!bundle.members.empty() && authorities == 0) ++count(bundle, Problem::kNoCa);
}

std::optional<base::sys_seconds> earliest_change(const std::vector<View>& views,
                                                 const Clock& clock) {
  std::optional<base::sys_seconds> earliest = clock.next_change();
  for (const View& view : views) {
    const auto& next = view.store->next_change_at;
    if (next && (!earliest || *next < *earliest)) earliest = next;
  }
  return earliest;
}

void read_material(const StoresByPath& stores, base::sys_seconds now, BundleAudit& bundle) {
  const Clock clock(now);
  const pki::Material& material = *bundle.file->material;
  const std::vector<View> views = views_of(stores, *bundle.file, clock);
  bundle.members = views.front().members;
  mark_duplicates(bundle.members);
  judge_members(bundle, views, clock);
  count(bundle, Problem::kBadBlock) = material.block_errors.size();
  count(bundle, Problem::kParseError) = material.block_errors.empty() ? 0 : 1;
  count(bundle, Problem::kEmpty) = material.certificates.empty() ? 1 : 0;
  count(bundle, Problem::kContainsPrivateKey) = material.contains_private_key ? 1 : 0;
  count(bundle, Problem::kTruncated) = material.truncated ? 1 : 0;
  count(bundle, Problem::kSettling) = bundle.file->settling ? 1 : 0;
  const bool all_lead_to_anchor = std::all_of(views.begin(), views.end(), [](const View& view) {
    return std::all_of(view.members.begin(), view.members.end(), [](const Member& member) {
      return member.chains_to_anchor || member.spared;
    });
  });
  bundle.verified =
      material.block_errors.empty() && !material.certificates.empty() && all_lead_to_anchor;
  bundle.next_change_at = earliest_change(views, clock);
}

// With the files and the directives that refer to them.
Drafts all_bundles(const Snapshot& snapshot) {
  Drafts bundles;
  for (const config::TlsContext& server : snapshot.config->resolved.servers) {
    config::for_each_reference(server, [&](const config::FileReference& reference) {
      const bool is_bundle = reference.role == config::FileRole::kClientCa ||
                             reference.role == config::FileRole::kTrustedCa;
      const std::string* path = is_bundle ? static_path(reference.file) : nullptr;
      if (path == nullptr) return;
      const auto file = snapshot.material.find(*path);
      if (file == snapshot.material.end()) return;
      BundleAudit& bundle = bundles[*path];
      bundle.file = file->second;
      bundle.directives.emplace(reference.name);
    });
  }
  return bundles;
}

bool is_drafted(const Drafts& drafts, const std::string& path, const BundleAudit& before) {
  const auto draft = drafts.find(path);
  return draft != drafts.end() && draft->second.directives == before.directives;
}

// The files of the stores that are judged again: who shares a file with another sees its store.
std::unordered_set<std::string_view> touched_paths(const Snapshot& snapshot,
                                                   const Snapshot& previous) {
  std::unordered_set<std::string_view> paths;
  for (std::size_t i = 0; i < snapshot.servers.size(); ++i) {
    if (snapshot.servers[i] == previous.servers[i]) continue;
    for (const auto& server : {previous.servers[i], snapshot.servers[i]})
      for (const auto& file : server->used)
        if (may_hold(*server, *file)) paths.insert(file->path);
  }
  return paths;
}

}  // namespace

std::map<std::string, std::shared_ptr<const BundleAudit>> audit_bundles(const Snapshot& snapshot,
                                                                        const Snapshot* previous) {
  const base::sys_seconds now = snapshot.evaluated_at;
  std::map<std::string, std::shared_ptr<const BundleAudit>> bundles;
  const bool is_comparable = previous != nullptr && previous->evaluated_at <= now &&
                             previous->servers.size() == snapshot.servers.size();
  const bool same_config = is_comparable && previous->config == snapshot.config;
  Drafts drafts = same_config ? Drafts{} : all_bundles(snapshot);
  if (is_comparable) {
    const auto touched = touched_paths(snapshot, *previous);
    const auto gone = gone_files(previous->material, snapshot.material);
    for (const auto& [path, before] : previous->bundles) {
      const bool is_due = before->next_change_at && *before->next_change_at <= now;
      const bool stands = !gone.contains(before->file.get()) && !touched.contains(path) && !is_due;
      if (same_config && !stands) {
        BundleAudit& draft = drafts[path];
        draft.file = snapshot.material.at(path);
        draft.directives = before->directives;
      } else if (stands && (same_config || is_drafted(drafts, path, *before))) {
        bundles.emplace_hint(bundles.end(), path, before);
        drafts.erase(path);
      }
    }
  }
  const StoresByPath stores = index_stores(snapshot, drafts);
  for (auto& [path, bundle] : drafts) {
    pki::drop_objects(pki::kManyObjects);
    if (bundle.file->error) {
      ++count(bundle, problem_of(bundle.file->error->code));
    } else {
      read_material(stores, now, bundle);
    }
    bundles[path] = std::make_shared<const BundleAudit>(std::move(bundle));
  }
  return bundles;
}

}  // namespace mtls::audit::trust
