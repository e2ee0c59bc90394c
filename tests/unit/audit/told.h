// What every finding has to tell, whatever rule reports it: the file that it speaks of, the
// directive to edit, and a remedy that fits the module, the trust store and the other findings.
// Every evaluation of Host and every case goes through this, so a new rule does too.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "audit/rules/registry.h"
#include "audit/snapshot.h"

namespace mtls::audit_fixture {

class Told {
 public:
  explicit Told(const audit::Snapshot& snapshot) : snapshot_(snapshot) {
    for (const auto& [path, file] : snapshot.material) {
      names_.insert(path);
      if (!file->material) continue;
      for (const auto& one : file->material->certificates)
        names_.insert(one.facts().fingerprint.label());
      for (const auto& one : file->material->revocation_lists)
        names_.insert("the CRL of " + one.facts().issuer.rfc2253);
    }
  }

  /// A sentence for each finding that does not tell what it has to.
  std::vector<std::string> complaints() && {
    for (const audit::Finding& finding : snapshot_.findings) {
      check_path(finding);
      check_place(finding);
      check_module(finding);
      check_trust(finding);
    }
    check_contradictions();
    return std::move(complaints_);
  }

 private:
  using Directive = config::syntax::Directive;

  void complain(const audit::Finding& finding, const std::string& what) {
    complaints_.push_back(std::string(audit::rules::rule_of(finding.kind).id) + " " + what + ": " +
                          finding.detail + " / " + audit::rules::remedy_of(finding));
  }

  void check_path(const audit::Finding& finding) {
    if (!finding.path.empty()) return;
    if (audit::rules::rule_of(finding.kind).about == audit::rules::About::kFile)
      return complain(finding, "has no path, though its rule is about a file");
    for (const std::string& name : names_) {
      if (finding.detail.find(name) != std::string::npos)
        return complain(finding, "has no path, though it speaks of " + name);
    }
  }

  static const Directive* directive_at(const std::vector<Directive>& directives,
                                       base::SourceLocation at) {
    for (const Directive& directive : directives) {
      if (directive.at == at) return &directive;
      if (!directive.block) continue;
      if (const Directive* inside = directive_at(*directive.block, at)) return inside;
    }
    return nullptr;
  }

  // A block without any directive that could be the place has none.
  static bool has_nothing_else(const Directive& server) {
    return std::ranges::none_of(*server.block, [](const Directive& one) {
      return one.name == "listen" || one.name == "ssl_verify_client";
    });
  }

  void check_place(const audit::Finding& finding) {
    if (!finding.context) return;
    if (!finding.at) return complain(finding, "has no place");
    const Directive* directive = directive_at(snapshot_.config->document->main, *finding.at);
    if (directive == nullptr) return complain(finding, "is at no directive");
    if (directive->name == "server" && directive->block && !has_nothing_else(*directive))
      complain(finding, "is at the word server");
  }

  void check_module(const audit::Finding& finding) {
    if (!finding.context || finding.context->module == config::Module::kHttp) return;
    for (const std::string_view words :
         {"return 403", "return 301", "location", "proxy_set_header", "error_page"}) {
      if (audit::rules::remedy_of(finding).find(words) != std::string::npos)
        complain(finding, "advises outside http: " + std::string(words));
    }
  }

  void check_trust(const audit::Finding& finding) {
    if (!finding.context) return;
    const bool is_wide = std::ranges::any_of(snapshot_.findings, [&](const auto& other) {
      return other.context == finding.context &&
             other.kind == audit::FindingKind::kTrustWidenedByPublicRoots;
    });
    if (!is_wide) return;
    for (const std::string_view words :
         {"Add the renewed", "Add the successor", "Put the renewed", "certificates of its issuers",
          "the same CAs", "trust what", "every CA of the bundle", "move it to"}) {
      if (audit::rules::remedy_of(finding).find(words) != std::string::npos)
        complain(finding, "widens trust beside public roots");
    }
  }

  // By the first word: what to do with what the finding speaks of.
  static bool begins_with(const std::string& remedy, const std::vector<std::string_view>& words) {
    return std::ranges::any_of(words,
                               [&](std::string_view word) { return remedy.starts_with(word); });
  }

  static bool is_same_thing(const audit::Finding& a, const audit::Finding& b) {
    return a.context == b.context && a.fingerprint == b.fingerprint && a.at == b.at &&
           a.path == b.path;
  }

  void check_contradictions() {
    const auto& all = snapshot_.findings;
    for (const audit::Finding& a : all) {
      if (a.kind == audit::FindingKind::kDuplicateCertificate) continue;  // one of them stays
      const auto& removed = audit::rules::rule_of(a.kind).edit;
      for (const audit::Finding& b : all) {
        const auto& set = audit::rules::rule_of(b.kind).edit;
        const bool by_edit = removed && set && removed->directive == set->directive &&
                             removed->action == audit::rules::Edit::Action::kRemove &&
                             set->action == audit::rules::Edit::Action::kSet && a.at == b.at;
        const bool by_words =
            is_same_thing(a, b) &&
            begins_with(audit::rules::remedy_of(a), {"Remove", "Do not trust"}) &&
            begins_with(audit::rules::remedy_of(b), {"Add", "Append", "Put", "Renew", "Trust"});
        if (by_edit || by_words)
          complain(a, "contradicts " + std::string(audit::rules::rule_of(b.kind).id) + ", " +
                          audit::rules::remedy_of(b));
      }
    }
  }

  const audit::Snapshot& snapshot_;
  std::set<std::string> names_;  // of files, certificates and CRLs, as findings write them
  std::vector<std::string> complaints_;
};

}  // namespace mtls::audit_fixture
