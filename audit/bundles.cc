#include "audit/bundles.h"

#include <algorithm>

#include "audit/trust.h"

namespace mtls::audit {
namespace {

using pki::CertificateFacts;
using pki::Member;

// NIST SP 800-57's 112 bits: OpenSSL's security level 2, Debian's default (R3.14).
constexpr int kWeakSecurityBits = 112;

std::size_t& count(BundleAudit& bundle, Problem problem) {
  return bundle.problems.at(static_cast<std::size_t>(problem));
}

Problem problem_of(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::kMissing: return Problem::kMissing;
    case base::ErrorCode::kPermission: return Problem::kPermission;
    case base::ErrorCode::kNotRegular: return Problem::kNotRegular;
    case base::ErrorCode::kLoop: return Problem::kLoop;
    case base::ErrorCode::kTooLarge: return Problem::kTooLarge;
    case base::ErrorCode::kStuck: return Problem::kStuck;
    default: return Problem::kUnreadable;
  }
}

// The distinct members of one server's trust store.
using StoreIndex = std::map<pki::Fingerprint, const Member*>;
// By path: the stores of the servers that use the file.
using StoresByPath = std::map<std::string, std::vector<std::shared_ptr<const StoreIndex>>>;

StoresByPath index_stores(const Snapshot& snapshot) {
  StoresByPath stores;
  for (const auto& server : snapshot.servers) {
    if (server->store.members.empty()) continue;
    auto index = std::make_shared<StoreIndex>();
    for (const Member& member : server->store.members) {
      index->try_emplace(member.certificate.facts().fingerprint, &member);
    }
    for (const auto& file : server->used) stores[file->path].push_back(index);
  }
  return stores;
}

// The members of one file as one store that holds them all sees them.
struct View {
  std::vector<Member> members;
  const StoreIndex* store = nullptr;  // nullptr: no server asks with the file, it stands for itself
};

std::vector<View> views_of(const StoresByPath& stores, const MaterialFile& file,
                           base::sys_seconds now) {
  const std::vector<pki::Certificate>& certificates = file.material->certificates;
  std::vector<View> views;
  if (const auto users = stores.find(file.path); users != stores.end()) {
    for (const auto& store : users->second) {
      std::vector<Member> view;
      for (const pki::Certificate& certificate : certificates) {
        const auto found = store->find(certificate.facts().fingerprint);
        if (found != store->end()) view.push_back(*found->second);
      }
      if (view.size() == certificates.size())
        views.push_back({.members = std::move(view), .store = store.get()});
    }
  }
  if (views.empty()) views.push_back({.members = pki::view_bundle(certificates, now).members});
  return views;
}

void mark_duplicates(std::vector<Member>& members) {
  std::set<pki::Fingerprint> seen;
  for (Member& member : members)
    member.duplicate = !seen.insert(member.certificate.facts().fingerprint).second;
}

bool has_valid_namesake(const View& view, const CertificateFacts& facts, base::sys_seconds now) {
  const auto replaces = [&](const Member& other) {
    const CertificateFacts& theirs = other.certificate.facts();
    const auto& [not_before, not_after] = theirs.validity;
    return theirs.fingerprint != facts.fingerprint && theirs.subject == facts.subject &&
           theirs.is_ca && not_before && not_after && *not_before <= now && now < *not_after;
  };
  if (view.store == nullptr) return std::any_of(view.members.begin(), view.members.end(), replaces);
  return std::any_of(view.store->begin(), view.store->end(),
                     [&](const auto& entry) { return replaces(*entry.second); });
}

void count_state(BundleAudit& bundle, const std::vector<View>& views, const Member& member,
                 base::sys_seconds now) {
  const CertificateFacts& facts = member.certificate.facts();
  const auto& [not_before, not_after] = facts.validity;
  if (!not_before || !not_after) {
    ++count(bundle, Problem::kInvalidDate);
  } else if (*not_after <= now) {
    ++bundle.expired;
    ++count(bundle, Problem::kExpired);
    const bool replaced = std::all_of(views.begin(), views.end(), [&](const View& view) {
      return has_valid_namesake(view, facts, now);
    });
    if (facts.is_ca && !replaced) ++count(bundle, Problem::kExpiredNeeded);
  } else if (*not_before > now) {
    ++bundle.not_yet_valid;
    ++count(bundle, Problem::kNotYetValid);
  } else {
    ++bundle.valid;
  }
}

void count_members(BundleAudit& bundle, const std::vector<View>& views, base::sys_seconds now) {
  std::size_t authorities = 0;
  for (const Member& member : bundle.members) {
    if (member.duplicate) {
      ++bundle.duplicate;
      continue;
    }
    const CertificateFacts& facts = member.certificate.facts();
    if (facts.is_ca) ++authorities;
    if (!facts.is_ca && !facts.self_signed) ++count(bundle, Problem::kLeafAsCa);
    if (!member.chains_to_anchor) ++count(bundle, Problem::kMissingIssuer);
    // An anchor's own signature is never checked (R3.15).
    const bool old_digest = facts.signature_digest == "SHA1" || facts.signature_digest == "MD5";
    if (old_digest && !facts.self_signed) ++count(bundle, Problem::kWeakSignature);
    if (facts.security_bits < kWeakSecurityBits) ++count(bundle, Problem::kWeakKey);
    count_state(bundle, views, member, now);
  }
  if (!bundle.members.empty() && authorities == 0) ++count(bundle, Problem::kNoCa);
}

void read_material(const StoresByPath& stores, base::sys_seconds now, BundleAudit& bundle) {
  const pki::Material& material = *bundle.file->material;
  const std::vector<View> views = views_of(stores, *bundle.file, now);
  bundle.members = views.front().members;
  mark_duplicates(bundle.members);
  count_members(bundle, views, now);
  count(bundle, Problem::kBadBlock) = material.block_errors.size();
  count(bundle, Problem::kParseError) = material.block_errors.empty() ? 0 : 1;
  count(bundle, Problem::kEmpty) = material.certificates.empty() ? 1 : 0;
  count(bundle, Problem::kContainsPrivateKey) = material.contains_private_key ? 1 : 0;
  count(bundle, Problem::kTruncated) = material.truncated ? 1 : 0;
  count(bundle, Problem::kSettling) = bundle.file->settling ? 1 : 0;
  const bool all_lead_to_anchor = std::all_of(views.begin(), views.end(), [](const View& view) {
    return std::all_of(view.members.begin(), view.members.end(),
                       [](const Member& member) { return member.chains_to_anchor; });
  });
  bundle.verified =
      material.block_errors.empty() && !material.certificates.empty() && all_lead_to_anchor;
}

}  // namespace

std::map<std::string, BundleAudit> audit_bundles(const Snapshot& snapshot) {
  std::map<std::string, BundleAudit> bundles;
  const auto use = [&](const std::string* path, const char* directive) {
    if (const auto file = find_file(snapshot, path)) {
      bundles[*path].file = file;
      bundles[*path].directives.insert(directive);
    }
  };
  for (const config::TlsContext& server : snapshot.config->resolved.servers) {
    use(static_path(server.client_certificate.value), "ssl_client_certificate");
    use(static_path(server.trusted_certificate.value), "ssl_trusted_certificate");
  }
  const StoresByPath stores = index_stores(snapshot);
  for (auto& [path, bundle] : bundles) {
    if (bundle.file->error) {
      ++count(bundle, problem_of(bundle.file->error->code));
    } else {
      read_material(stores, snapshot.evaluated_at, bundle);
    }
  }
  return bundles;
}

}  // namespace mtls::audit
