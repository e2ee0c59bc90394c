// Rules about what a server trusts as a whole: until when, how deep, and whom besides its clients.
#include <algorithm>
#include <array>

#include "audit/clock.h"
#include "audit/rules/places.h"
#include "audit/rules/rules.h"
#include "audit/trust/public_roots.h"

namespace mtls::audit::rules {
namespace {

using config::TlsContext;
using pki::CertificateFacts;
using pki::paths::Member;

// nullptr: none of the issuing CAs loses its own last path then.
const Member* first_to_end(const ServerView& view, base::sys_seconds until) {
  for (std::size_t i = 0; i < view.content.issuing; ++i) {
    const Member& member = view.facts.store.members[i];
    if (member.certificate.facts().is_ca && member.path_until == until) return &member;
  }
  return nullptr;
}

bool is_near_end(const ServerView& view, base::sys_seconds end, const pki::Validity& life) {
  const auto before = time_before_end(view.thresholds().ca_expires_soon, life);
  return view.clock().is_near(end, before.value_or(kCaWarningPeriod));
}

// Of the certificate whose end ends the trust, for a threshold that is a share of it.
pki::Validity life_until(const ServerView& view, base::sys_seconds until) {
  for (const Member& member : view.facts.store.members) {
    const pki::Validity& life = member.certificate.facts().validity;
    if (life.not_after == until) return life;
  }
  return {};
}

void expires_soon(const ServerView& view, Findings& findings) {
  const auto until = view.facts.trust_until;
  if (!asks(view.server()) || !until || view.clock().has_come(*until)) return;
  if (!is_near_end(view, *until, life_until(view, *until))) return;
  const Member* ending = first_to_end(view, *until);
  const std::string name = ending != nullptr ? named(ending->certificate.facts()) : "a client CA";
  std::string next;
  if (ending != nullptr && ending->successor) {
    const Member& successor = view.facts.store.members[*ending->successor];
    next = "; its successor is " + named(successor.certificate.facts());
    if (ending->pinned) next += ", which does not fit all that it issued (authorityKeyIdentifier)";
  }
  const std::string file =
      ending != nullptr ? file_of_ca(view, ending->certificate.facts()) : client_ca_file(view);
  Finding finding = finding_in_file(
      view, file, name + " has no valid certificate from " + base::rfc3339(*until) + " on" + next);
  if (ending != nullptr) finding.fingerprint = ending->certificate.facts().fingerprint;
  findings.add(std::move(finding));
}

void missing_successor(const ServerView& view, Findings& findings) {
  if (!asks(view.server())) return;
  for (std::size_t i = 0; i < view.facts.store.members.size(); ++i) {
    const Member& member = view.facts.store.members[i];
    const CertificateFacts& facts = member.certificate.facts();
    const auto end = facts.validity.not_after;
    if (!member.serves_issuing || member.duplicate || member.successor) continue;
    if (!facts.is_ca || !end) continue;
    if (view.clock().has_come(*end) || !is_near_end(view, *end, facts.validity)) continue;
    Finding finding =
        finding_in_file(view, file_of_member(view, i),
                        named(facts) + " ends at " + base::rfc3339(*end) + " without a successor");
    finding.fingerprint = facts.fingerprint;
    findings.add(std::move(finding));
  }
}

struct Depth {
  int configured;
  int required;
};

// nullopt: nothing is verified here.
std::optional<Depth> depth_of(const ServerView& view) {
  const TlsContext* owner = view.owner();
  if (!asks(view.server()) || owner == nullptr || !view.content.unread.empty()) return std::nullopt;
  return Depth{.configured = owner->verify_depth.value,
               .required = view.facts.depth_required.value_or(0)};
}

// The directive, where somebody wrote it.
Finding about_depth(const ServerView& view, const std::string& file, const std::string& what) {
  Finding finding = finding_in_file(view, file, what);
  const auto& written = view.owner()->verify_depth.at;
  finding.at = written ? *written : place_beside(view.server());
  return finding;
}

std::string depth_text(const Depth& depth) {
  return "ssl_verify_depth is " + std::to_string(depth.configured);
}

void depth_too_small(const ServerView& view, Findings& findings) {
  const auto depth = depth_of(view);
  if (!depth || depth->required <= depth->configured) return;
  findings.add(
      about_depth(view, client_ca_file(view),
                  depth_text(*depth) + ", the bundle needs " + std::to_string(depth->required)));
}

// The known client that needs the largest depth; nullptr: the depth refuses none of them.
const Verdict* deepest_client(const ServerView& view) {
  const Verdict* deepest = nullptr;
  for (const Verdict& verdict : view.facts.verdicts) {
    if (verdict.expect == Expect::kReject || !verdict.depth_needed) continue;
    if (deepest == nullptr || *verdict.depth_needed > *deepest->depth_needed) deepest = &verdict;
  }
  return deepest;
}

// What the store needs, depth_too_small() tells; here are the intermediates that clients send.
void depth_below_two(const ServerView& view, Findings& findings) {
  const auto depth = depth_of(view);
  if (!depth || depth->required > depth->configured || depth->configured >= 2) return;
  const Verdict* client = deepest_client(view);
  if (client == nullptr) {
    findings.add_strict(finding_for(view, depth_text(*depth)));
    return;
  }
  const std::string needed = std::to_string(*client->depth_needed);
  Finding finding = finding_for(view, depth_text(*depth) + ", the known client " + client->canary +
                                          " needs " + needed + " for the CAs that it sends");
  finding.remedy = "Set ssl_verify_depth " + needed + ".";
  findings.add(std::move(finding));
}

void depth_unbounded(const ServerView& view, Findings& findings) {
  constexpr int kUnbounded = 10;  // no PKI in use has that many intermediates
  const auto depth = depth_of(view);
  if (!depth || depth->configured < std::max(kUnbounded, depth->required + 1)) return;
  findings.add(about_depth(view, "", depth_text(*depth)));
}

struct TrustedFile {
  const std::string* path = nullptr;
  const pki::Material* material = nullptr;  // nullptr: not set, not read, or the other one again
};

struct TrustedFiles {
  TrustedFile client;
  TrustedFile trusted;
};

TrustedFiles trusted_files(const ServerView& view) {
  const TlsContext* owner = view.owner();
  if (!asks(view.server()) || owner == nullptr) return {};
  const trust::TrustPaths paths = trust::trust_paths(*owner, view.build);
  const auto file = [&](const std::string* path) {
    return TrustedFile{.path = path, .material = view.material().content(path)};
  };
  TrustedFiles files{.client = file(paths.client), .trusted = file(paths.trusted)};
  const bool twice =
      paths.client != nullptr && paths.trusted != nullptr && *paths.client == *paths.trusted;
  if (twice) files.trusted = {};
  return files;
}

// "": the file holds no public web CA.
std::string public_roots_in(const TrustedFile& file) {
  if (file.material == nullptr) return "";
  const auto& certificates = file.material->certificates;
  const bool all = trust::is_system_bundle(*file.path);
  const auto is_public = [&](const pki::Certificate& certificate) {
    return certificate.facts().is_ca && (all || trust::is_public_ca(certificate.facts()));
  };
  const auto first = std::ranges::find_if(certificates, is_public);
  if (first == certificates.end()) return "";
  const auto count = std::count_if(first, certificates.end(), is_public);
  return "holds " + std::to_string(count) + " public web CA(s), the first is " +
         named(first->facts());
}

void public_roots(const ServerView& view, Findings& findings) {
  const TrustedFiles files = trusted_files(view);
  for (const TrustedFile& file : {files.client, files.trusted}) {
    const std::string held = public_roots_in(file);
    if (!held.empty()) findings.add(finding_for_file(view, *file.path, held));
  }
}

// In the store, ssl_trusted_certificate's `count` certificates follow the issuing ones.
std::vector<const CertificateFacts*> unneeded_cas(const ServerView& view, std::size_t count) {
  std::vector<const CertificateFacts*> unneeded;
  const auto& members = view.facts.store.members;
  const std::size_t end = std::min(view.content.issuing + count, members.size());
  for (std::size_t i = view.content.issuing; i < end; ++i) {
    const Member& member = members[i];
    const CertificateFacts& facts = member.certificate.facts();
    if (facts.is_ca && member.chains_to_anchor && !member.serves_issuing && !member.duplicate)
      unneeded.push_back(&facts);
  }
  return unneeded;
}

void unneeded_trust(const ServerView& view, Findings& findings) {
  const TrustedFile file = trusted_files(view).trusted;
  if (file.material == nullptr || !public_roots_in(file).empty()) return;
  const auto unneeded = unneeded_cas(view, file.material->certificates.size());
  if (unneeded.empty()) return;
  findings.add(finding_for_file(view, *file.path,
                                "holds " + std::to_string(unneeded.size()) +
                                    " CA(s) that no client CA needs, the first is " +
                                    named(*unneeded.front())));
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kCaExpiresSoon,
         .id = "ca-expires-soon",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .effect = Effect::kRefusesSoon,
         .meaning = "A client CA loses its last valid path soon (within 30 days, if the settings "
                    "say nothing else). From then on its clients get 400.",
         .remedy = "Add the successor CA to the bundle and reload nginx.",
         .narrow_remedy = "Remove the public web CAs first (trust-widened-by-public-roots). Add a "
                          "successor only for a CA that issues your clients' certificates.",
         .check = expires_soon},
    Rule{.kind = FindingKind::kBundleMissingSuccessor,
         .id = "bundle-missing-successor",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .effect = Effect::kRefusesSoon,
         .meaning = "A client CA, or a CA above it, ends soon (within 30 days, if the settings say "
                    "nothing else), and no file has a later certificate with its name or key.",
         .remedy = "Put the renewed CA beside the old one now, so that clients of both are "
                   "accepted.",
         .narrow_remedy = "Remove the public web CAs first (trust-widened-by-public-roots). Add a "
                          "successor only for a CA that issues your clients' certificates.",
         .check = missing_successor},
    Rule{.kind = FindingKind::kDepthTooSmall,
         .id = "depth-too-small",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kRefuses,
         .meaning = "ssl_verify_depth is smaller than the number of intermediates of a CA in the "
                    "bundle: its clients get 400.",
         .remedy = "Raise ssl_verify_depth to the depth required.",
         .edit = Edit::set("ssl_verify_depth"),
         .check = depth_too_small},
    Rule{.kind = FindingKind::kDepthBelowTwo,
         .id = "depth-below-two",
         .severity = Severity::kInfo,
         .about = About::kText,
         .strict_severity = Severity::kWarning,
         .meaning = "ssl_verify_depth is 0 or 1 (its default): enough for the CAs of the bundle, "
                    "but clients that send more intermediates get 400.",
         .remedy = "Set ssl_verify_depth 2.",
         .edit = Edit::set("ssl_verify_depth"),
         .check = depth_below_two},
    Rule{.kind = FindingKind::kDepthUnbounded,
         .id = "depth-unbounded",
         .severity = Severity::kInfo,
         .about = About::kText,
         .meaning = "ssl_verify_depth is so large that it limits nothing: every CA below a client "
                    "CA is trusted too, however deep.",
         .remedy = "Set it to the number of intermediates in use, or limit the CAs with pathlen.",
         .edit = Edit::set("ssl_verify_depth"),
         .check = depth_unbounded},
    Rule{.kind = FindingKind::kTrustWidenedByPublicRoots,
         .id = "trust-widened-by-public-roots",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kLetsIn,
         .meaning = "Public web CAs are among the client CAs: nginx accepts every client "
                    "certificate that they, or any CA below them, issue to anyone.",
         .remedy = "Trust only the CAs that issue your clients' certificates. For stapling, use "
                   "the server's own chain instead of all public roots.",
         .check = public_roots},
    Rule{.kind = FindingKind::kTrustWidenedByTrustedCertificate,
         .id = "trust-widened-by-trusted-certificate",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "ssl_trusted_certificate holds a CA that no client CA needs: nginx accepts its "
                    "clients like those of ssl_client_certificate, although it does not advertise "
                    "the CA.",
         .remedy = "Remove the CA, or move it to ssl_client_certificate if its clients should be "
                   "accepted.",
         .narrow_remedy = "Remove the CA.",
         .check = unneeded_trust},
};

}  // namespace

Subject trust_rules() { return kRules; }

}  // namespace mtls::audit::rules
