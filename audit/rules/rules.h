// Running the rules: what a check may look at, where it reports, and which subjects there are. A
// rule is one row in audit/rules/<subject>.cc with its check beside it; a new one needs nothing
// here. Checks know no settings and no severities. Pure.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "audit/material_view.h"
#include "audit/policy.h"
#include "audit/rules/registry.h"
#include "audit/snapshot.h"
#include "audit/trust/crl_coverage.h"
#include "audit/trust/trust.h"

namespace mtls::audit::rules {

/// Everything a rule about one server block may look at.
struct ServerView {
  const Snapshot& snapshot;
  const config::NginxBuild& build;
  std::size_t index;  // of the server in config->resolved.servers
  Profile profile;
  const Evidence& evidence;            // the files and the time: what is asked of them is noted
  const trust::TrustContent& content;  // of the block that decides
  const trust::CrlCoverage& crls;      // of `content`
  const ServerAudit& facts;            // all but findings and next_change_at

  const config::ResolvedConfig& resolved() const { return snapshot.config->resolved; }
  const config::TlsContext& server() const { return resolved().servers[index]; }
  /// The block whose SSL_CTX judges: itself or the default server (R3.44). nullptr: no TLS leads
  /// here.
  const config::TlsContext* owner() const;
  const MaterialView& material() const { return evidence.material; }
  const Clock& clock() const { return evidence.clock; }
  const Thresholds& thresholds() const { return snapshot.policy->thresholds; }
};

/// Everything a rule about the whole configuration may look at.
struct HostView {
  const Snapshot& snapshot;
  const Evidence& evidence;
  Profile profile;

  const config::ResolvedConfig& resolved() const { return snapshot.config->resolved; }
  const MaterialView& material() const { return evidence.material; }
  const Clock& clock() const { return evidence.clock; }
};

/// Everything a rule about the text of the whole configuration may look at: neither files nor time.
struct TextView {
  const ConfigView& config;
  const config::NginxBuild& build;
  Profile profile;

  const config::syntax::Document& document() const { return *config.document; }
  const config::ResolvedConfig& resolved() const { return config.resolved; }
};

/// What one acceptance, of the settings or of a comment in the configuration, came to.
struct AcceptanceResult {
  std::optional<base::SourceLocation> at;  // of the comment
  std::string path;                        // of the settings file; "": it is a comment
  std::string invalid;                     // why it can accept nothing at all; "": it can
  std::string unused;                      // why it accepts nothing now; "": it does
};

/// Everything a rule about acceptances may look at.
struct AcceptanceView {
  const Snapshot& snapshot;
  const std::vector<AcceptanceResult>& results;
  Profile profile;
};

/// A finding and its place among those of one view.
struct Placed {
  std::size_t subject;  // in the order of subjects()
  std::size_t item;
  Finding finding;
};

/// The server block that a check looks at, and the one whose SSL_CTX judges there; both nullptr:
/// the configuration as a whole.
struct LookedAt {
  const config::TlsContext* server = nullptr;
  const config::TlsContext* owner = nullptr;
};

/// Where one check reports. Adds the rule's kind and severity, and the place of the directive to
/// edit where the check gave none: the one that names the finding's file, else the one that the
/// rule's edit changes, else the one beside which it belongs.
class Findings {
 public:
  Findings(const Rule& rule, Profile profile, std::size_t subject, LookedAt looked_at,
           std::vector<Placed>& all)
      : rule_(rule), profile_(profile), subject_(subject), looked_at_(looked_at), all_(all) {}

  void add(Finding finding) { add_at(0, std::move(finding)); }
  /// About the `item`-th of the things that the rules of the subject look at one by one: what is
  /// said about one thing stands together.
  void add_at(std::size_t item, Finding finding) { place(subject_, item, std::move(finding)); }
  /// With another severity than the rule's: it follows the effect.
  void add_as(Severity severity, Finding finding) {
    place(subject_, 0, std::move(finding));
    all_.back().finding.severity = severity;
  }
  /// Only the strict profile reports this, after everything else.
  void add_strict(Finding finding);

 private:
  void place(std::size_t subject, std::size_t item, Finding finding);
  base::SourceLocation directive_for(const Finding& finding) const;

  const Rule& rule_;
  Profile profile_;
  std::size_t subject_;
  LookedAt looked_at_;
  std::vector<Placed>& all_;
};

/// All rules about one server block.
std::vector<Finding> server_findings(const ServerView& view);
/// All rules about the text of the configuration, as the settings want them; those of `previous`
/// where they stand.
std::shared_ptr<const std::vector<SubjectFindings>> text_findings(const Snapshot& snapshot,
                                                                  const Snapshot* previous);
/// All rules about the configuration as a whole, as the settings want them: those about its text
/// are in the Snapshot already.
FindingList host_findings(const Snapshot& snapshot, const Evidence& evidence);
/// All rules about acceptances.
std::vector<Finding> acceptance_findings(const AcceptanceView& view);
/// Marks what the settings and comments in the configuration accept among the findings of the
/// Snapshot, and adds to them what is wrong with these acceptances.
void accept_findings(Snapshot& snapshot, const Evidence& evidence);
/// Removes what the settings disable and gives the rest the severities that they say.
void apply_settings(const RuleSettings& settings, std::vector<Finding>& findings);

// For checks: findings without kind and severity; `detail` is sanitized.
Finding finding_for(const config::TlsContext& server, const std::string& detail);
Finding finding_for(const ServerView& view, const std::string& detail);
Finding finding_for_file(const ServerView& view, const std::string& path,
                         const std::string& detail);
/// Like finding_for(), about something in the file, which `detail` does not name.
Finding finding_in_file(const ServerView& view, const std::string& path, const std::string& detail);
/// About a place in the configuration, whatever server block it belongs to.
Finding finding_at(const std::optional<base::SourceLocation>& at, const std::string& detail);

/// A certificate as findings name it.
std::string named(const pki::CertificateFacts& facts);

/// The rows of one file. Findings are listed subject by subject, item by item, row by row.
using Subject = std::span<const Rule>;
const std::vector<Subject>& subjects();

Subject refusal_rules();
Subject verification_rules();
Subject file_rules();
Subject client_ca_rules();
Subject ca_order_rules();
Subject trust_rules();
Subject material_rules();
Subject client_name_rules();
Subject revocation_rules();
Subject crl_date_rules();
Subject crl_coverage_rules();
Subject canary_rules();
Subject server_certificate_rules();
Subject reach_rules();
Subject upstream_rules();
Subject upstream_identity_rules();
Subject enforcement_rules();
Subject release_rules();
Subject guard_rules();
Subject error_page_rules();
Subject presented_chain_rules();
Subject tls_strength_rules();
Subject core_directive_rules();
Subject missing_file_rules();
Subject partly_read_rules();
Subject acceptance_rules();

}  // namespace mtls::audit::rules
