// How many findings there are, by rule, severity and server block. The family is sorted by rule and
// severity first: each pair of them is a column, with the server blocks in it by name.
#include <algorithm>
#include <string_view>

#include "audit/rules/registry.h"
#include "collectors/family_groups.h"

namespace mtls::collectors {
namespace {

constexpr std::size_t kSeverities = 3;

struct FindingColumn {
  std::string_view rule;
  std::string_view severity;
  LabelText labels;

  auto key() const { return std::pair(rule, severity); }
};

const std::vector<FindingColumn>& finding_columns() {
  static const std::vector<FindingColumn> kColumns = [] {
    std::vector<FindingColumn> columns;
    for (const audit::rules::Rule* rule : audit::rules::all_rules()) {
      for (std::size_t i = 0; i < kSeverities; ++i) {
        const std::string_view severity = word(static_cast<audit::Severity>(i));
        columns.push_back({.rule = rule->id,
                           .severity = severity,
                           .labels = {{"rule", rule->id}, {"severity", severity}}});
      }
    }
    std::ranges::sort(columns, {}, &FindingColumn::key);
    return columns;
  }();
  return kColumns;
}

// By FindingKind and Severity.
std::size_t column_of(const audit::Finding& finding) {
  static const std::vector<std::size_t> kPlaces = [] {
    std::vector<std::size_t> places;
    for (const audit::rules::Rule* rule : audit::rules::all_rules()) {
      for (std::size_t i = 0; i < kSeverities; ++i) {
        const std::pair key(rule->id, word(static_cast<audit::Severity>(i)));
        const auto place =
            std::ranges::lower_bound(finding_columns(), key, {}, &FindingColumn::key);
        places.push_back(static_cast<std::size_t>(place - finding_columns().begin()));
      }
    }
    return places;
  }();
  return kPlaces.at(static_cast<std::size_t>(finding.kind) * kSeverities +
                    static_cast<std::size_t>(finding.severity));
}

}  // namespace

FindingFamily::FindingFamily() : findings_(Columns(finding_columns().size(), &kFindings)) {}

// `by`: 1 or -1. False: of a server block that is not known yet.
bool FindingFamily::count(const audit::Finding& finding, int by) {
  const config::ContextId id = finding.context.value_or(config::ContextId{});
  const auto entry = entries_.find({id.server, id.listen});
  if (entry == entries_.end()) return false;
  std::size_t& count = entry->second.counts[column_of(finding)];
  count += static_cast<std::size_t>(by);
  if (count == 0) entry->second.counts.erase(column_of(finding));
  changed_.insert(entry->second.object);
  return true;
}

void FindingFamily::start_over(const audit::Snapshot& snapshot) {
  entries_.clear();
  entries_.try_emplace({});
  for (const config::TlsContext& server : snapshot.config->resolved.servers)
    entries_.try_emplace({server.id.server, server.id.listen});
  for (const audit::Finding& finding : snapshot.findings) {
    if (finding.accepted) continue;
    const config::ContextId id = finding.context.value_or(config::ContextId{});
    entries_.try_emplace({id.server, id.listen});
    count(finding, 1);
  }
  objects_.clear();
  std::vector<std::string> identities;
  for (auto& entry : entries_) {
    entry.second.object = objects_.size();
    objects_.push_back(&entry);
    const auto& [server, listen] = entry.first;
    identities.push_back(LabelText{{"server", server}, {"listen", listen}}.text());
  }
  findings_.arrange(identities);
}

// Counts what ended and what began. False: that cannot be done.
bool FindingFamily::follow(const Delta& delta) {
  if (!delta.same_config) return false;
  bool is_known = true;
  const auto count_all = [&](const std::vector<audit::FindingList::Part>& parts, int by) {
    for (const auto& part : parts) {
      for (const audit::Finding& finding : *part)
        if (!finding.accepted) is_known &= count(finding, by);
    }
  };
  const audit::FindingList& before = delta.before->findings;
  const audit::FindingList& now = delta.now.findings;
  count_all(before.without_parts_of(now), -1);
  count_all(now.without_parts_of(before), 1);
  return is_known;
}

void FindingFamily::update(const Delta& delta) {
  changed_.clear();
  if (!follow(delta)) start_over(delta.now);
  findings_.write({changed_.begin(), changed_.end()}, [&](std::size_t object, SampleWriter& out) {
    const auto& [id, entry] = *objects_[object];
    for (const auto& [column, count] : entry.counts) {
      LabelText labels = finding_columns()[column].labels;
      labels.add("server", id.first);
      labels.add("listen", id.second);
      out.add_to(column, labels, static_cast<double>(count));
    }
  });
}

}  // namespace mtls::collectors
