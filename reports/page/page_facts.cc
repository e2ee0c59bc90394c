#include "reports/page/page_facts.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "reports/page/html.h"

namespace mtls::reports::page {
namespace {

using audit::Effect;
using audit::Severity;

bool has(std::string_view text, const std::string& lower) {
  return base::ascii_lower(base::sanitize(text)).find(lower) != std::string::npos;
}

std::string link_to(const PageQuery& query, std::string_view words) {
  return "<a href=\"" + text(address_of(query)) + "\">" + std::string(words) + "</a>";
}

// The worst first: how much it matters that a cause is known of a server block.
std::size_t rank_of(const ServerState& state) { return static_cast<std::size_t>(state.mood); }

}  // namespace

PageFacts::PageFacts(const audit::Snapshot& snapshot, PageQuery query)
    : assessment_{.snapshot = snapshot},
      query_(std::move(query)),
      issues_(issues_to_tell(assessment_, issues_of(assessment_))),
      causes_(causes_of(issues_)),
      outlook_(outlook_of(assessment_, causes_)),
      names_(assessment_.resolved()) {
  for (const Cause& cause : causes_) {
    for (const std::string& server : cause.servers) by_server_[server].push_back(&cause);
  }
  select_servers();
  select_causes();
}

const config::TlsContext& PageFacts::server(std::size_t index) const {
  return assessment_.resolved().servers[index];
}

bool PageFacts::matches(const config::TlsContext& server) const {
  if (query_.search.empty()) return true;
  const std::string wanted = base::ascii_lower(query_.search);
  if (has(server.id.server, wanted) || has(server.id.listen, wanted)) return true;
  return std::ranges::any_of(server.server_names,
                             [&](const std::string& name) { return has(name, wanted); });
}

void PageFacts::select_servers() {
  using Key = std::tuple<std::size_t, bool, base::sys_seconds, std::size_t>;
  std::vector<Key> keys;
  const auto& servers = assessment_.resolved().servers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (!servers[i].serves_tls()) continue;
    ++all_servers_;
    if (!matches(servers[i])) continue;
    const auto until = snapshot().servers[i]->trust_until.value_or(base::kNoExpiry);
    keys.emplace_back(rank_of(state(i)), !config::asks(servers[i]), until, i);
  }
  std::ranges::sort(keys);
  for (const Key& key : keys) shown_servers_.push_back(std::get<3>(key));
}

// With a filter, what concerns none of the server blocks that it leaves is not shown.
void PageFacts::select_causes() {
  std::set<std::string> shown;
  const auto& servers = assessment_.resolved().servers;
  for (const config::TlsContext& server : servers) {
    if (!query_.search.empty() && matches(server)) shown.insert(id_text(server.id));
  }
  for (const Cause& cause : causes_) {
    const bool is_shown =
        query_.search.empty() || cause.servers.empty() ||
        std::ranges::any_of(cause.servers, [&](const auto& one) { return shown.contains(one); });
    if (is_shown) shown_causes_.push_back(&cause);
  }
}

std::size_t PageFacts::count(Severity severity) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      causes_, [&](const Cause& cause) { return cause.first().severity == severity; }));
}

bool PageFacts::has_cause(audit::FindingKind kind) const {
  return std::ranges::any_of(causes_,
                             [&](const Cause& cause) { return cause.first().kind == kind; });
}

ServerState PageFacts::state(std::size_t index) const {
  const auto found = by_server_.find(id_text(server(index).id));
  const auto is_any = [&](auto&& of) {
    return found != by_server_.end() && std::ranges::any_of(found->second, [&](const Cause* cause) {
             return of(cause->first());
           });
  };
  const auto comes = [&](Effect effect) {
    return is_any([&](const Issue& issue) { return issue.effect == effect; });
  };
  const auto is_of = [&](Severity severity) {
    return is_any([&](const Issue& issue) { return issue.severity == severity; });
  };
  if (comes(Effect::kRefuses) && comes(Effect::kLetsIn)) return {Mood::kBad, "refuses and lets in"};
  if (comes(Effect::kRefuses)) return {Mood::kBad, "refuses clients"};
  if (comes(Effect::kLetsIn)) return {Mood::kBad, "lets others in"};
  if (comes(Effect::kStopsNginx)) return {Mood::kBad, "nginx refuses it"};
  if (is_of(Severity::kCritical)) return {Mood::kBad, "critical"};
  if (comes(Effect::kRefusesSoon)) return {Mood::kDoubtful, "act soon"};
  if (is_of(Severity::kWarning)) return {Mood::kDoubtful, "warning"};
  if (!config::asks(server(index))) return {Mood::kNeutral, "asks nobody"};
  return {Mood::kGood, "well"};
}

Part servers_on_page(const PageFacts& facts) {
  constexpr std::size_t kServersOnPage = 50;
  return part_of(facts.servers().size(), facts.query().servers, kServersOnPage);
}

Part part_of(std::size_t entries, std::size_t number, std::size_t size) {
  const std::size_t of = std::max<std::size_t>(1, (entries + size - 1) / size);
  const std::size_t at = std::min(std::max<std::size_t>(1, number), of);
  return {.number = at, .of = of, .begin = (at - 1) * size, .end = std::min(entries, at * size)};
}

std::string pager(const PageQuery& query, std::size_t PageQuery::* field, const Part& part,
                  std::string_view name) {
  if (part.of == 1) return "";
  const auto link = [&](std::size_t number, std::string_view words) {
    PageQuery other = query;
    other.*field = number;
    return link_to(other, words);
  };
  std::string html = "<nav class=\"pager\" aria-label=\"Pages of " + std::string(name) + "\"><p>";
  if (part.number > 1) html += link(part.number - 1, "Previous") + " · ";
  html += "Page " + std::to_string(part.number) + " of " + std::to_string(part.of);
  if (part.number < part.of) html += " · " + link(part.number + 1, "Next");
  return html + "</p></nav>\n";
}

}  // namespace mtls::reports::page
