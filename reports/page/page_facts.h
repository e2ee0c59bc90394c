// What all sections of the page are made from: the assessment, its issues by cause, and which
// server blocks the filter leaves. Plain values. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reports/causes.h"
#include "reports/outlook.h"
#include "reports/page/page_query.h"
#include "reports/page/time_axis.h"
#include "reports/server_names.h"

namespace mtls::reports::page {

/// What is wrong with one server block.
struct ServerState {
  Mood mood = Mood::kGood;
  std::string words;  // `refuses clients`
};

class PageFacts {
 public:
  /// Refers to `snapshot`, which must outlive it.
  PageFacts(const audit::Snapshot& snapshot, PageQuery query);
  PageFacts(const PageFacts&) = delete;
  PageFacts& operator=(const PageFacts&) = delete;

  const audit::Snapshot& snapshot() const { return assessment_.snapshot; }
  const Assessment& assessment() const { return assessment_; }
  const PageQuery& query() const { return query_; }
  const Outlook& outlook() const { return outlook_; }
  const ServerNames& names() const { return names_; }
  base::sys_seconds now() const { return snapshot().evaluated_at; }

  /// Of the server blocks that the filter leaves, and of the whole host.
  const std::vector<const Cause*>& causes() const { return shown_causes_; }
  std::size_t count(audit::Severity severity) const;  // of all causes
  bool has_cause(audit::FindingKind kind) const;

  /// Indices of the server blocks that serve TLS and that the filter leaves, the worst first.
  const std::vector<std::size_t>& servers() const { return shown_servers_; }
  std::size_t all_servers() const { return all_servers_; }
  ServerState state(std::size_t server) const;
  const config::TlsContext& server(std::size_t index) const;

 private:
  bool matches(const config::TlsContext& server) const;
  void select_servers();
  void select_causes();

  Assessment assessment_;
  PageQuery query_;
  std::vector<Issue> issues_;
  std::vector<Cause> causes_;
  Outlook outlook_;
  ServerNames names_;
  std::map<std::string_view, std::vector<const Cause*>> by_server_;  // by id_text()
  std::vector<const Cause*> shown_causes_;
  std::vector<std::size_t> shown_servers_;
  std::size_t all_servers_ = 0;
};

/// Part `number` of a long list, `size` entries each; the last one where there are fewer.
struct Part {
  std::size_t number = 1;
  std::size_t of = 1;
  std::size_t begin = 0;
  std::size_t end = 0;
};
Part part_of(std::size_t entries, std::size_t number, std::size_t size);
/// Of PageFacts::servers(): those on this page.
Part servers_on_page(const PageFacts& facts);

/// Links to the parts before and after, as a landmark; "" where one part holds all. `field`: which
/// part of the query it turns.
std::string pager(const PageQuery& query, std::size_t PageQuery::* field, const Part& part,
                  std::string_view name);

}  // namespace mtls::reports::page
