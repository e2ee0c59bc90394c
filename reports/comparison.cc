#include "reports/comparison.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "base/text.h"

namespace mtls::reports {
namespace {

/// What makes two findings the same one.
using Key = std::tuple<audit::FindingKind, std::string, std::string, std::string>;

// Paths as they are below the main file's directory; lines of files without their numbers, since a
// line above moves them.
std::string neutral(const std::string& text, const std::string& directory) {
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    if (!directory.empty() && text.compare(at, directory.size(), directory) == 0) {
      at += directory.size();
      continue;
    }
    kept += text[at];
    const bool is_line = text[at] == ':' && at > 0 && text[at - 1] != ':';
    ++at;
    while (is_line && at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  }
  return kept;
}

// With the `/` at its end.
std::string directory_of(const Assessment& assessment) {
  const std::string& conf = assessment.policy().nginx_conf;
  return conf.substr(0, conf.rfind('/') + 1);
}

Key key_of(const Issue& issue, const std::string& directory) {
  return {issue.kind, issue.server, neutral(issue.path, directory),
          neutral(issue.message, directory)};
}

using Issues = std::multimap<Key, Issue>;

Issues by_key(const Assessment& assessment) {
  const std::string directory = directory_of(assessment);
  Issues issues;
  for (Issue& issue : issues_of(assessment)) {
    Key key = key_of(issue, directory);
    issues.emplace(std::move(key), std::move(issue));
  }
  return issues;
}

// nullptr-free: the findings of `some` that `others` lack; those that both have leave `others`.
std::vector<Issue> without(const Assessment& some, Issues& others, std::size_t& same) {
  const std::string directory = directory_of(some);
  std::vector<Issue> left;
  for (Issue& issue : issues_of(some)) {
    const auto [begin, end] = others.equal_range(key_of(issue, directory));
    const auto known = std::find_if(begin, end, [&](const auto& entry) {
      return entry.second.severity <= issue.severity;  // the worst severity is the least
    });
    if (known == end) {
      left.push_back(std::move(issue));
    } else {
      others.erase(known);
      ++same;
    }
  }
  return left;
}

// By id; server blocks that collide in their order.
std::multimap<std::string, std::size_t> servers_of(const Assessment& assessment) {
  std::multimap<std::string, std::size_t> servers;
  const auto& all = assessment.resolved().servers;
  for (std::size_t i = 0; i < all.size(); ++i) servers.emplace(id_text(all[i].id), i);
  return servers;
}

bool is_same_answer(const audit::Verdict& one, const audit::Verdict& other) {
  // What an error page shows to a client that is refused does not let it in.
  const auto answer = [](const audit::Verdict& verdict) {
    const config::Served served = verdict.accepted ? verdict.served : config::Served::kNowhere;
    return std::tuple(verdict.is_judged, verdict.accepted, verdict.client_verify, verdict.code,
                      served, verdict.http_status, verdict.handshake_alert);
  };
  return answer(one) == answer(other);
}

class Comparer {
 public:
  Comparer(const Assessment& before, const Assessment& now) : before_(before), now_(now) {}

  Comparison take() {
    compare_findings();
    compare_servers();
    return std::move(result_);
  }

 private:
  void compare_findings() {
    Issues known = by_key(before_);
    result_.worse = without(now_, known, result_.same);
    Issues current = by_key(now_);
    std::size_t same = 0;
    result_.better = without(before_, current, same);
    // What counts for more than before is worse, and not also better.
    std::erase_if(result_.better, [&](const Issue& gone) {
      const Key key = key_of(gone, directory_of(before_));
      return std::ranges::any_of(result_.worse, [&](const Issue& come) {
        return key_of(come, directory_of(now_)) == key;
      });
    });
  }

  void compare_servers() {
    auto earlier = servers_of(before_);
    for (const auto& [id, index] : servers_of(now_)) {
      const auto known = earlier.lower_bound(id);
      if (known == earlier.end() || known->first != id) {
        result_.new_servers.push_back(id);
        continue;
      }
      compare_server(id, known->second, index);
      earlier.erase(known);
    }
    for (const auto& [id, index] : earlier) result_.gone_servers.push_back(id);
  }

  void compare_server(const std::string& id, std::size_t earlier, std::size_t index) {
    const bool asked = config::asks(before_.resolved().servers[earlier]);
    if (asked && !config::asks(now_.resolved().servers[index])) result_.asks_no_more.push_back(id);
    const audit::ServerAudit& before = *before_.snapshot.servers[earlier];
    const audit::ServerAudit& now = *now_.snapshot.servers[index];
    if (before.verdicts.empty() || now.verdicts.empty()) return;
    if (!has_its_files(before_, earlier) || !has_its_files(now_, index)) {
      result_.not_comparable.push_back(id);
      return;
    }
    for (const audit::Verdict& verdict : now.verdicts) {
      const auto known =
          std::ranges::find(before.verdicts, verdict.canary, &audit::Verdict::canary);
      if (known == before.verdicts.end()) continue;
      add_client(result_,
                 {.client = verdict.canary, .server = id, .before = *known, .now = verdict});
    }
  }

  const Assessment& before_;
  const Assessment& now_;
  Comparison result_;
};

}  // namespace

bool has_its_files(const Assessment& assessment, std::size_t index) {
  const config::ResolvedConfig& resolved = assessment.resolved();
  const config::TlsContext& decides = resolved.servers[resolved.tls_owner(index).value_or(index)];
  const auto& material = assessment.snapshot.material;
  return std::ranges::none_of(
      std::array{&decides.client_certificate, &decides.trusted_certificate, &decides.crl},
      [&](const auto* setting) {
        const std::string* path = audit::static_path(setting->value);
        const auto file = path != nullptr ? material.find(*path) : material.end();
        return file != material.end() && file->second->error;
      });
}

void add_client(Comparison& comparison, ClientChange change) {
  if (is_same_answer(change.before, change.now)) return;
  (is_worse(change) ? comparison.worse_clients : comparison.better_clients)
      .push_back(std::move(change));
}

Comparison compare(const Assessment& before, const Assessment& now) {
  return Comparer(before, now).take();
}

bool is_worse(const Comparison& comparison, audit::Severity bar) {
  return !comparison.worse_clients.empty() || !comparison.asks_no_more.empty() ||
         std::ranges::any_of(comparison.worse,
                             [&](const Issue& issue) { return issue.severity <= bar; });
}

bool is_worse(const ClientChange& change) {
  const auto& [client, server, before, now] = change;
  const bool is_unwanted =
      now.expect == audit::Expect::kReject || (now.is_judged && now.client_verify == "NONE");
  const auto lets_in = [](const audit::Verdict& verdict) {
    return verdict.is_judged && verdict.accepted;
  };
  if (is_unwanted) return lets_in(now) && !lets_in(before);
  if (lets_in(before) != lets_in(now)) return lets_in(before);
  // Let in by both: to less than before?
  return before.served == config::Served::kEverywhere && now.served != config::Served::kEverywhere;
}

std::string answer_text(const audit::Verdict& verdict) {
  if (!verdict.is_judged)
    return "not known, " + base::sanitize(verdict.undecidable, base::kMaxPathBytes);
  std::string text = verdict.accepted ? "accepted, " : "refused, ";
  text += verdict.handshake_alert.empty() ? verdict.client_verify : verdict.handshake_alert;
  if (verdict.code != 0) text += " (" + std::to_string(verdict.code) + ")";
  if (verdict.http_status) text += ", " + std::to_string(*verdict.http_status);
  if (verdict.accepted && verdict.served == config::Served::kSomewhere) text += ", not everywhere";
  return text;
}

}  // namespace mtls::reports
