// Findings that somebody lives with: what `policy.accept` of the settings and comments of the form
// `# mtls-exporter: accept RULE reason` cover, and the rules about acceptances that cover nothing.
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <map>
#include <ranges>
#include <string_view>
#include <utility>

#include "audit/rules/rules.h"
#include "base/text.h"

namespace mtls::audit::rules {
namespace {

using config::syntax::Document;
using config::syntax::Note;

// One acceptance; the one of `setting` and `note` that is not null is where it is written.
struct Given {
  const AcceptSetting* setting = nullptr;
  const Note* note = nullptr;
  const Rule* rule = nullptr;  // nullptr: it is invalid
  Acceptance says = {};
  std::string invalid = {};  // why
  bool is_over = false;
  bool is_used = false;
};

bool matches(const std::string& glob, const std::string& text) {
  return glob.empty() || fnmatch(glob.c_str(), text.c_str(), 0) == 0;
}

bool covers(const AcceptSetting& setting, const Finding& finding, const Document& document) {
  const std::string file = finding.at ? document.path_of(finding.at->file) : "";
  return matches(setting.server, finding.context ? finding.context->server : "") &&
         matches(setting.path, finding.path.empty() ? file : finding.path);
}

using Place = std::pair<base::FileId, std::uint32_t>;  // a line

// Of the findings that it covers.
Place place_of(const Note& note) { return {note.at.file, note.line}; }

// The next word of `text`, which loses it and the blanks around it.
std::string_view take_word(std::string_view& text) {
  constexpr std::string_view kBlank = " \t";
  const std::string_view word = text.substr(0, text.find_first_of(kBlank));
  text.remove_prefix(word.size());
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return word;
}

Given read(const Note& note) {
  Given given{.note = &note};
  std::string_view text = note.text;
  const std::string_view verb = take_word(text);
  const std::string_view id = take_word(text);
  const Rule* rule = find_rule(id);
  if (verb != "accept" || id.empty()) {
    given.invalid = "the comment must be \"mtls-exporter: accept RULE reason\"";
  } else if (rule == nullptr) {
    given.invalid = unknown_rule(id);
  } else if (!can_be_accepted(*rule)) {
    given.invalid = std::string(id) + " cannot be accepted";
  } else if (text.empty()) {
    given.invalid =
        "the reason is missing: write \"mtls-exporter: accept " + std::string(id) + " reason\"";
  } else {
    given.rule = rule;
    given.says.reason = base::sanitize(text, base::kMaxPathBytes);
  }
  return given;
}

Given read(const AcceptSetting& setting, const Clock& clock) {
  return {.setting = &setting,
          .rule = &rule_of(setting.rule),
          .says = {.reason = setting.reason, .until = setting.until},
          .is_over = setting.until && clock.has_come(*setting.until)};
}

std::vector<Given> given_in(const Snapshot& snapshot, const Clock& clock) {
  std::vector<Given> all;
  for (const AcceptSetting& setting : snapshot.policy->accept) all.push_back(read(setting, clock));
  for (const Note& note : snapshot.config->document->notes) all.push_back(read(note));
  return all;
}

Place place_of(base::SourceLocation at) { return {at.file, at.line}; }

// Where the block opens: a comment there covers all findings about the server block.
std::map<config::ContextId, Place> blocks_of(const Snapshot& snapshot) {
  std::map<config::ContextId, Place> blocks;
  for (const config::TlsContext& server : snapshot.config->resolved.servers)
    blocks.try_emplace(server.id, place_of(server.at));
  return blocks;
}

// The first that covers a finding says why.
void mark(std::vector<Given>& all, Snapshot& snapshot) {
  const Document& document = *snapshot.config->document;
  std::multimap<FindingKind, Given*> settings;
  std::multimap<Place, Given*> notes;
  for (Given& given : all) {
    if (given.rule == nullptr || given.is_over) continue;
    if (given.note != nullptr) notes.emplace(place_of(*given.note), &given);
    if (given.setting != nullptr) settings.emplace(given.rule->kind, &given);
  }
  std::map<config::ContextId, Place> blocks;
  if (!notes.empty()) blocks = blocks_of(snapshot);
  // nullptr: nobody accepts it.
  const auto first_covering = [&](const Finding& finding) {
    const Given* covering = nullptr;
    const auto accept_by = [&](Given& given) {
      given.is_used = true;
      if (covering == nullptr) covering = &given;
    };
    const auto [first, last] = settings.equal_range(finding.kind);
    for (const auto& [rule, given] : std::ranges::subrange(first, last)) {
      if (covers(*given->setting, finding, document)) accept_by(*given);
    }
    const auto accept_at = [&](const Place& place) {
      const auto [begin, end] = notes.equal_range(place);
      for (const auto& [line, given] : std::ranges::subrange(begin, end)) {
        if (given->rule->kind == finding.kind) accept_by(*given);
      }
    };
    if (finding.at) accept_at(place_of(*finding.at));
    const auto block = finding.context ? blocks.find(*finding.context) : blocks.end();
    if (block != blocks.end()) accept_at(block->second);
    return covering;
  };
  for (std::size_t part = 0; part < snapshot.findings.parts().size(); ++part) {
    const FindingList::Part shared = snapshot.findings.parts()[part];
    std::vector<Finding> marked;  // a copy, once one of them is accepted
    for (std::size_t i = 0; i < shared->size(); ++i) {
      const Given* given = first_covering((*shared)[i]);
      if (given == nullptr) continue;
      if (marked.empty()) marked = *shared;
      marked[i].accepted = given->says;
    }
    if (!marked.empty()) snapshot.findings.replace(part, std::move(marked));
  }
}

std::string unused_text(const Given& given) {
  if (given.rule == nullptr || given.is_used) return "";
  const std::string id(given.rule->id);
  if (given.is_over) return id + " has been accepted until " + base::rfc3339(*given.says.until);
  const std::string nothing = "there is no finding " + id;
  if (given.note == nullptr) return nothing + " that this entry matches";
  if (given.note->line == 0) return nothing + " at this place: a block ends here";
  return nothing + " whose place is line " + std::to_string(given.note->line);
}

AcceptanceResult result_of(const Given& given) {
  AcceptanceResult result{
      .at = std::nullopt, .path = "", .invalid = given.invalid, .unused = unused_text(given)};
  if (given.note != nullptr) {
    result.at = given.note->at;
    return result;
  }
  result.path = given.setting->settings_file;
  if (!result.unused.empty()) {
    result.unused = "policy.accept, " + result.path + ":" + std::to_string(given.setting->line) +
                    ": " + result.unused;
  }
  return result;
}

void report(const AcceptanceResult& result, const std::string& text, Findings& findings) {
  if (text.empty()) return;
  Finding finding = finding_at(result.at, text);
  finding.path = result.path;
  findings.add(std::move(finding));
}

void invalid(const AcceptanceView& view, Findings& findings) {
  for (const AcceptanceResult& result : view.results) report(result, result.invalid, findings);
}

void unused(const AcceptanceView& view, Findings& findings) {
  for (const AcceptanceResult& result : view.results) report(result, result.unused, findings);
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kAcceptanceInvalid,
         .id = "acceptance-invalid",
         .severity = Severity::kWarning,
         .about = About::kText,
         .meaning = "A comment in nginx's configuration that speaks to this program is not "
                    "understood: it accepts no finding.",
         .remedy = "Write \"# mtls-exporter: accept RULE reason\", on the line above the directive "
                   "or at the end of its line.",
         .check = invalid},
    Rule{.kind = FindingKind::kAcceptanceUnused,
         .id = "acceptance-unused",
         .severity = Severity::kInfo,
         .about = About::kText,
         .meaning =
             "An entry of policy.accept or a comment accepts a finding that is not there, or "
             "does so no longer: the trouble is over, the place is another one, or its time "
             "has run out.",
         .remedy = "Remove it, or correct its rule, server, path or until.",
         .check = unused},
};

}  // namespace

void accept_findings(Snapshot& snapshot, const Evidence& evidence) {
  std::vector<Given> all = given_in(snapshot, evidence.clock);
  if (all.empty()) return;
  mark(all, snapshot);
  std::vector<AcceptanceResult> results;
  for (const Given& given : all) results.push_back(result_of(given));
  std::vector<Finding> found = acceptance_findings(
      {.snapshot = snapshot, .results = results, .profile = snapshot.policy->profile});
  apply_settings(snapshot.policy->rules, found);
  snapshot.findings.append(std::move(found));
}

Subject acceptance_rules() { return kRules; }

}  // namespace mtls::audit::rules
