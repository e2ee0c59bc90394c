#include "reports/causes.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "audit/rules/registry.h"

namespace mtls::reports {
namespace {

using audit::FindingKind;

bool is_refusal(const Issue& issue) { return issue.kind == FindingKind::kNginxRefusesConfig; }

// One line for each key: fields are separated by what stands in none of them.
std::string joined(std::initializer_list<std::string_view> fields) {
  std::string key;
  for (const std::string_view field : fields) key.append(field).append(1, '\0');
  return key;
}

std::string text_of(const std::optional<FilePosition>& position) {
  if (!position) return "";
  return position->file + ":" + std::to_string(position->line) + ":" +
         std::to_string(position->column);
}

// Issues that share one of these are of one cause.
std::vector<std::string> keys_of(const Issue& issue) {
  const std::string_view severity = word(issue.severity);
  if (is_refusal(issue)) return {joined({issue.rule, severity, issue.message})};
  if (!issue.path.empty())
    return {joined({issue.rule, severity, "path", issue.path, issue.remedy})};
  std::vector<std::string> keys{
      joined({issue.rule, severity, "words", issue.message, issue.remedy})};
  if (issue.position)
    keys.push_back(joined({issue.rule, severity, "place", text_of(issue.position)}));
  return keys;
}

// Sets of issues, joined pair by pair; the first issue of a set is its name.
class Sets {
 public:
  explicit Sets(std::size_t size) : first_(size) { std::iota(first_.begin(), first_.end(), 0U); }

  std::size_t of(std::size_t one) {
    while (first_[one] != one) {
      first_[one] = first_[first_[one]];
      one = first_[one];
    }
    return one;
  }
  void join(std::size_t a, std::size_t b) {
    const std::size_t of_a = of(a);
    const std::size_t of_b = of(b);
    first_[std::max(of_a, of_b)] = std::min(of_a, of_b);
  }

 private:
  std::vector<std::size_t> first_;
};

// Appends what it has not seen. Ten thousand server blocks can share one cause.
template <class T>
class Distinct {
 public:
  void add(const T& one, std::vector<T>& all) {
    if (seen_.insert(one).second) all.push_back(one);
  }

 private:
  std::set<T> seen_;
};

class CauseBuilder {
 public:
  void add(const Issue& issue) {
    if (cause_.issues.empty()) cause_.remedy = issue.remedy;
    cause_.issues.push_back(&issue);
    const auto [known, is_new] = parts_.try_emplace(issue.message, parts_.size());
    if (is_new) {
      cause_.parts.push_back({.message = issue.message, .positions = {}, .servers = {}});
      of_parts_.emplace_back();
    }
    CausePart& part = cause_.parts[known->second];
    Seen& of_part = of_parts_[known->second];
    if (!issue.server.empty()) {
      of_part.servers.add(issue.server, part.servers);
      of_all_.servers.add(issue.server, cause_.servers);
    }
    if (issue.position) {
      of_part.positions.add(*issue.position, part.positions);
      of_all_.positions.add(*issue.position, cause_.positions);
    }
  }

  /// What another rule says of the same file or place: it knows who needs the file, what is wrong
  /// in it and what mends it.
  void fold(const Cause& other) {
    const bool is_general = cause_.remedy == audit::rules::rule_of(cause_.first().kind).remedy;
    const std::string_view remedy = is_general ? other.remedy : cause_.remedy;
    for (const Issue* issue : other.issues) add(*issue);
    cause_.remedy = remedy;
  }

  const Cause& cause() const { return cause_; }

 private:
  struct Seen {
    Distinct<std::string> servers;
    Distinct<FilePosition> positions;
  };

  Cause cause_;
  std::map<std::string_view, std::size_t> parts_;  // by message
  std::vector<Seen> of_parts_;
  Seen of_all_;
};

bool stops_nginx(const Issue& issue) {
  return audit::rules::rule_of(issue.kind).effect == audit::Effect::kStopsNginx;
}

bool is_about_same(const Issue& refusal, const Issue& issue) {
  const bool is_same_file = !issue.path.empty() && issue.path == refusal.path;
  return is_same_file || (issue.position && issue.position == refusal.position);
}

std::vector<Cause> folded_into_refusals(std::vector<CauseBuilder> builders) {
  std::vector<CauseBuilder*> refusals;
  for (CauseBuilder& one : builders) {
    if (is_refusal(one.cause().first())) refusals.push_back(&one);
  }
  std::vector<Cause> others;
  for (const CauseBuilder& one : builders) {
    const Issue& first = one.cause().first();
    if (is_refusal(first)) continue;
    const auto refusal = std::ranges::find_if(refusals, [&](const CauseBuilder* other) {
      return stops_nginx(first) && is_about_same(other->cause().first(), first);
    });
    if (refusal == refusals.end()) {
      others.push_back(one.cause());
    } else {
      (*refusal)->fold(one.cause());
    }
  }
  std::vector<Cause> causes;
  for (const CauseBuilder* one : refusals) causes.push_back(one->cause());
  std::ranges::move(others, std::back_inserter(causes));
  return causes;
}

auto rank_of(const Cause& cause) {
  const Issue& first = cause.first();
  const std::size_t servers =
      cause.servers.empty() ? std::numeric_limits<std::size_t>::max() : cause.servers.size();
  const FilePosition at = first.position.value_or(FilePosition{});
  return std::tuple(first.severity, std::numeric_limits<std::size_t>::max() - servers, at.file,
                    at.line, at.column, first.rule);
}

bool comes_before(const Cause& a, const Cause& b) {
  const bool of_nginx = is_refusal(a.first());
  if (of_nginx != is_refusal(b.first())) return of_nginx;
  return !of_nginx && rank_of(a) < rank_of(b);
}

}  // namespace

std::vector<Cause> causes_of(std::span<const Issue> issues) {
  Sets sets(issues.size());
  std::map<std::string, std::size_t> by_key;
  for (std::size_t i = 0; i < issues.size(); ++i) {
    for (const std::string& key : keys_of(issues[i])) {
      const auto [known, is_new] = by_key.try_emplace(key, i);
      if (!is_new) sets.join(known->second, i);
    }
  }
  std::vector<CauseBuilder> builders;
  std::map<std::size_t, std::size_t> index;  // by set
  for (std::size_t i = 0; i < issues.size(); ++i) {
    const auto [known, is_new] = index.try_emplace(sets.of(i), builders.size());
    if (is_new) builders.emplace_back();
    builders[known->second].add(issues[i]);
  }
  std::vector<Cause> causes = folded_into_refusals(std::move(builders));
  std::ranges::stable_sort(causes, comes_before);
  return causes;
}

}  // namespace mtls::reports
