// The result of one evaluation, immutable once published: what was read, what nginx will say, what
// is wrong. Plain values.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "audit/finding.h"
#include "audit/finding_list.h"
#include "audit/material_set.h"
#include "audit/nginx_error.h"
#include "audit/observed_truth.h"
#include "audit/policy.h"
#include "audit/probe.h"
#include "base/time.h"
#include "config/client_fate.h"
#include "config/release/package.h"
#include "config/resolved.h"
#include "config/syntax/ast.h"
#include "pki/paths/bundle.h"
#include "running/process_view.h"

namespace mtls::audit {

/// The texts of files by path, as they were read. Shared: a reading takes over what no change was
/// reported of.
using ConfigTexts = std::map<std::string, std::shared_ptr<const std::string>>;

/// What the configuration said when it was last read, and when it last made sense.
struct ConfigView {
  std::shared_ptr<const config::syntax::Document>
      document;  // the last good one; the broken one when there was never a good one
  config::ResolvedConfig resolved;  // of `document`
  std::vector<NginxError> errors;   // of the last reading's text, nginx's first; empty: it parsed
  base::Sightings seen;             // every file and pattern the last reading looked at
  std::vector<std::string> world_writable;  // of these (world_writable() below)
  ConfigTexts texts;                        // of the files of the last reading
  std::optional<base::sys_seconds> last_success;

  bool parsed() const { return errors.empty(); }
};

/// A known client certificate whose fate is predicted for each server.
struct Canary {
  std::string name;
  std::string path;  // "": it has no certificate
  Expect expect = Expect::kAccept;
  std::vector<std::string> servers;     // globs, as in the settings; empty: every server
  std::vector<std::string> paths = {};  // all of them have to be served

  /// Whether its fate at `server` is asked for.
  bool concerns(const config::TlsContext& server) const;
};

/// What nginx will say to one canary at one server.
struct Verdict {
  std::string canary;
  Expect expect = Expect::kAccept;
  // false: nothing is known of it: code in the handshake decides, nginx can read a file that this
  // program cannot, or nginx's OpenSSL judges a chain that this program's cannot. `undecidable`
  // says which, and the members below mean nothing, but for `offered`.
  bool is_judged = true;
  // Whether the client sends its certificate in the handshake (R9.3): nginx and the key agree on a
  // signature. nullopt: not known, it has none, or nobody asks for it.
  std::optional<bool> offered;
  std::string handshake_alert;  // with which nginx ends the handshake: `decode_error`; "": none
  std::string client_verify;    // exactly `$ssl_client_verify`: SUCCESS, FAILED:<reason>, NONE
  int code = 0;                 // X509_V_*, as nginx's log prints it; 0 with SUCCESS and NONE
  // Of `GET /` with the server block's guards; nullopt for stream and mail, where the handshake
  // fails, and where something else decides. 421 (R3.41) needs a Host that is not the SNI; here
  // both are one name.
  std::optional<int> http_status;
  // Past the certificate check, and let in by the guards: to some content, or to all paths that the
  // settings name.
  bool accepted = false;
  config::Served served = config::Served::kNowhere;
  std::optional<config::GuardPlace> refused_by;
  std::string undecidable;                 // why `served`, `http_status` or all of it is not known
  std::vector<std::string> refused_paths;  // of the canary's paths, those that are not served
  // The smallest ssl_verify_depth, up to 10, with which the certificate check would pass; nullopt:
  // it does, or not for the number of intermediates that the client sends.
  std::optional<int> depth_needed = {};
  std::optional<base::sys_seconds> accepted_until;  // the first instant it flips to refused;
                                                    // nullopt: refused now, never, or not known
  bool until_is_unknown = false;  // a store of hundreds of CAs of one name that follow each other

  bool operator==(const Verdict&) const = default;
};

/// A client CA certificate whose exchange is under way (audit/trust/rotation.h).
struct RotatingCa {
  pki::Fingerprint fingerprint;
  bool announced = false;  // its name is in the CertificateRequest
  bool needed = false;     // in force or ahead, and no other certificate does what it does
  bool droppable = false;  // not needed, and its successor is here

  bool operator==(const RotatingCa&) const = default;
};

/// The certificates of a trust store that come from one file.
struct StoreFile {
  std::string path;
  std::size_t certificates = 0;
};

/// A file of ssl_certificate with a certificate that has an end; the earliest.
struct PresentedFile {
  std::string path;
  base::sys_seconds until;
};

/// One server block, judged. Aligned with ConfigView::resolved.servers.
struct ServerAudit {
  std::vector<std::shared_ptr<const MaterialFile>> used;  // what it was computed from
  pki::paths::BundleView store;        // the whole trust store of the block that decides
  std::vector<StoreFile> store_files;  // where the store's members come from, in their order
  std::string crl_path;                // ssl_crl of that block; "": revocation is not checked
  std::optional<base::sys_seconds> trust_until;
  std::optional<int> depth_required;
  std::optional<bool>
      enforced;  // nullopt: undecidable; only meaningful when it asks for certificates
  bool demanded_by_handshake = false;  // over TLS nobody gets in without a verified certificate,
                                       // whatever the guards say (VerifyMode Require)
  // Why this nginx does not keep, or may not keep, what the text says; "": it does.
  std::string enforced_note;
  bool is_bypassed = false;  // a known hole of this release lets somebody in: the note says which
  std::size_t ca_names = 0;  // advertised, and their size on the wire in bytes
  std::size_t ca_names_bytes = 0;
  std::size_t extra_trust_cas = 0;      // CAs trusted through ssl_trusted_certificate only
  std::size_t crl_missing_issuers = 0;  // CAs of the store without a CRL that counts (R9.14)
  std::set<pki::Fingerprint> crls_without_use;  // CRLs of CAs of the store that count for nobody
  std::chrono::seconds resumption_window{0};    // audit/trust/resumption.h
  std::vector<RotatingCa> rotation;             // empty: no client CA is being exchanged
  std::vector<PresentedFile> presented;         // over TLS, in the order of the text
  std::vector<Verdict> verdicts;
  std::vector<Finding> findings;
  std::optional<base::sys_seconds> next_change_at;  // time alone changes nothing here before
};

/// What can be wrong with one CA file, each counted, 0 when clean: the `problem` label of
/// bundle_problems.
enum class Problem {
  kUnreadable,
  kMissing,
  kPermission,
  kNotRegular,
  kLoop,
  kTooLarge,
  kStuck,
  kSettling,
  kParseError,
  kBadBlock,
  kEmpty,
  kNoCa,
  kLeafAsCa,
  kMissingIssuer,
  kExpired,
  kExpiredNeeded,
  kNotYetValid,
  kInvalidDate,
  kWeakSignature,
  kWeakKey,
  kContainsPrivateKey,
  kTruncated,
};
inline constexpr std::size_t kProblems = static_cast<std::size_t>(Problem::kTruncated) + 1;
std::string_view word(Problem problem);

/// One file behind ssl_client_certificate or ssl_trusted_certificate, whoever uses it.
struct BundleAudit {
  std::set<std::string> directives;
  std::shared_ptr<const MaterialFile> file;
  std::vector<pki::paths::Member>
      members;  // of this file, in its order, judged in the first store that holds it
  std::vector<std::vector<Problem>> member_problems;  // of each member; of a duplicate none
  std::array<std::size_t, kProblems> problems{};      // the members' counted, and the file's own
  std::size_t valid = 0;
  std::size_t expired = 0;
  std::size_t not_yet_valid = 0;
  std::size_t duplicate = 0;
  bool verified = false;  // it reads and parses, and every member leads to a self-signed anchor in
                          // every store that holds it, or is spared (pki::paths::Member)
  std::optional<base::sys_seconds> next_change_at;  // time alone changes nothing here before
};

/// One backend that nginx speaks TLS to. Aligned with ResolvedConfig::upstreams.
struct UpstreamAudit {
  /// pki::paths::BundleView::trust_until of its CAs; nullopt: they cannot be read, are in a
  /// directory, or have no such instant.
  std::optional<base::sys_seconds> trust_until;
};

/// What one server block, or all that is outside of them, makes nginx refuse, and what that was
/// found out from.
struct ServerRefusals {
  struct Said {
    std::string message;  // not sanitized
    NginxError error;
  };
  std::vector<Said> said;
  std::vector<std::shared_ptr<const MaterialFile>> used;
  base::Sightings side_files;
  bool is_whole = false;  // it depends on nothing else
};

/// audit/refusals/tls_strength.h
struct TlsStrength {
  std::map<config::ServerIndex, std::vector<std::string>> weak_ciphers;  // others have none
  std::map<std::string, std::optional<int>> dh_bits;  // by path; nullopt: no parameters there
};

/// Whether one of the globs, over the first server_name, is about this server; without globs: yes.
bool is_among(const std::vector<std::string>& globs, const config::TlsContext& server);

struct Loaded;  // audit/loaded.h

/// Findings of the configuration as a whole from the rules of one subject.
struct SubjectFindings {
  std::size_t subject;  // its place in the order of subjects (audit/rules/rules.h)
  FindingList::Part findings;
};

struct Snapshot {
  std::uint64_t generation = 0;
  base::sys_seconds evaluated_at{};
  std::optional<base::sys_seconds> next_change_at;
  std::shared_ptr<const Policy> policy;  // what was asked of this evaluation
  std::shared_ptr<const ConfigView> config;
  std::vector<Canary> canaries;
  base::Sightings canary_patterns;
  MaterialSet material;
  std::vector<std::shared_ptr<const ServerAudit>> servers;
  std::map<std::string, std::shared_ptr<const BundleAudit>> bundles;  // by path
  std::vector<UpstreamAudit> upstreams;
  TlsStrength strength;
  // The package that nginx comes from, where that decides what nginx does; nullopt: not known.
  std::optional<config::release::Package> package;
  base::Sightings package_files;  // that were looked at for it
  // Keys and whatever else only the refusals looked at; the same object while none is another.
  std::shared_ptr<const base::Sightings> side_files = std::make_shared<const base::Sightings>();
  std::shared_ptr<const std::vector<std::string>> writable_side_files;  // world_writable() of them
  // What each server block adds to the refusals, and last what stands outside of them; without
  // entries where nothing was looked for.
  std::vector<std::shared_ptr<const ServerRefusals>> refusals_by_server;
  std::vector<NginxError>
      refusals;  // what the files behind the text make nginx refuse, in its order
  std::vector<NginxError> excused;  // refusals that MissingFiles::kWarning turns into warnings
  // nginx's processes at that time; nullptr: nobody looked.
  std::shared_ptr<const running::ProcessView> processes;
  // All: of the configuration as a whole, of each server, about acceptances. Accepted ones too.
  FindingList findings;
  // Those among them that the text of the configuration alone gives; the same object while neither
  // the text nor the policy is another. Accepted ones are not marked here.
  std::shared_ptr<const std::vector<SubjectFindings>> text_findings;

  // What handshakes with the running nginx showed; nullptr: there were none.
  std::shared_ptr<const ProbeAnswers> probe_answers;
  std::vector<ProbedServer> probed;

  // What clients that came tell about the running nginx; nullptr: nobody observes them.
  std::shared_ptr<const ObservedTruth> observed_truth;

  // What of all this the running nginx has loaded; nullptr: none runs, or nothing is known.
  std::shared_ptr<const Loaded> loaded;

  /// The nginx that runs on this configuration; nullptr: none, or nobody looked.
  const running::Master* master() const;
  /// Why nginx would refuse to start or reload with all this, its own first complaint first;
  /// empty: it would not.
  std::vector<NginxError> nginx_errors() const;
  /// Everything this evaluation looked at: what a watcher has to watch.
  base::Sightings sightings() const;
  /// Those of sightings() that are not in those of `before`; nullopt: they are of other paths.
  std::optional<base::Sightings> sightings_since(const Snapshot& before) const;
  /// Each of sightings(), some perhaps twice: then the first counts.
  void for_each_sighting(
      const std::function<void(const std::string& path, const base::Sighting& seen)>& look) const;
  std::vector<std::string> settling() const;
};

/// The files among them that everybody on the host may write, sorted.
std::vector<std::string> world_writable(const base::Sightings& seen);
bool is_world_writable(const base::Sighting& seen);

/// R3.30: does nginx let a request through that came with a certificate of this verify code?
bool lets_through(config::VerifyClient mode, int code);

/// The minimum not_after over the certificates of a file; nullopt without a certificate that has
/// one.
std::optional<base::sys_seconds> earliest_expiry(const pki::Material& material);

/// Of a file that could not be read here for a reason that does not hold for nginx's master, which
/// is root and has no limits of ours.
bool may_open_for_nginx(const MaterialFile& file);

/// The path of a file that can be looked at; nullptr: unset or a runtime path.
const std::string* static_path(const config::FileRef& reference);
const std::string* static_path(const std::optional<config::FileRef>& reference);
/// Every file it can be: the static path, or those a runtime path can come to.
std::vector<std::string> known_paths(const config::FileRef& reference);

}  // namespace mtls::audit
