#include "running/verify_counts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <tuple>

namespace mtls::running {
namespace {

const std::string kOtherLabel{VerifyCounts::kOther};

// What operators meet; a series of each begins at 0, so that increase() sees the first failure.
constexpr std::array kUsualCodes{2, 3, 7, 9, 10, 12, 18, 19, 20, 21, 23, 26};
constexpr std::size_t kMostTrusted = 1'024;
constexpr std::size_t kMostWaiting = 64;

bool has(const std::vector<std::size_t>& logs, std::size_t log) {
  return std::ranges::find(logs, log) != logs.end();
}

void add_once(std::vector<std::size_t>& logs, std::size_t log) {
  if (!has(logs, log)) logs.push_back(log);
}

std::string reason_of(const VerifyPlan& plan, std::size_t code) {
  return code < plan.reasons.size() ? plan.reasons[code] : kOtherLabel;
}

template <class Keep>
void keep_labels(VerifyTotals& totals, const Keep& keep) {
  std::erase_if(totals, [&](const auto& one) { return !keep.contains(one.first); });
}

}  // namespace

std::vector<bool> counting_logs(const VerifyPlan& plan,
                                const std::vector<std::vector<std::size_t>>& lists,
                                const std::vector<bool>& readable) {
  std::vector<bool> counting(plan.logs.size(), true);
  for (const std::vector<std::size_t>& logs : lists)
    for (const std::size_t log : logs) counting.at(log) = false;
  for (const std::vector<std::size_t>& logs : lists) {
    const auto first = std::ranges::find_if(
        logs, [&](std::size_t log) { return log < readable.size() && readable[log]; });
    if (first != logs.end()) counting.at(*first) = true;
  }
  return counting;
}

void VerifyCounts::follow(std::shared_ptr<const VerifyPlan> plan, std::vector<bool> readable) {
  if (plan == plan_ && readable == readable_) return;
  plan_ = std::move(plan);
  readable_ = std::move(readable);
  ++version_;
  index_names();
  counts_upstreams_ = counting_logs(*plan_, plan_->upstream_logs, readable_);
  seed();
}

// Of the files that have a block's refusals, the first that can be read counts; a file that is not
// among them cannot have a line twice.
void VerifyCounts::index_names() {
  http_.clear();
  addresses_.clear();
  observable_.clear();
  for (const VerifyPlan::Block& block : plan_->blocks) {
    const auto counted =
        std::ranges::find_if(block.logs, [&](std::size_t log) { return is_readable(log); });
    for (const std::string& name : block.names) {
      Names& names = block.is_http ? http_ : addresses_;
      const auto [at, is_new] = names.try_emplace(name, Named{.label = block.label});
      Named& named = at->second;
      named.is_shared = named.is_shared || named.label != block.label;
      for (const std::size_t log : block.logs) add_once(named.shows, log);
      if (counted != block.logs.end()) add_once(named.counts, *counted);
    }
  }
  for (const VerifyPlan::Block& block : plan_->blocks) {
    if (!block.asks) continue;
    const Names& names = block.is_http ? http_ : addresses_;
    const bool is_seen =
        std::ranges::any_of(block.logs, [&](std::size_t log) { return is_readable(log); }) &&
        std::ranges::none_of(block.names, [&](auto& name) { return names.at(name).is_shared; });
    const auto [at, is_new] = observable_.try_emplace(block.label, is_seen);
    at->second = at->second && is_seen;
  }
}

void VerifyCounts::seed() {
  std::set<std::string, std::less<>> labels{kOtherLabel};
  for (const VerifyPlan::Block& block : plan_->blocks) labels.insert(block.label);
  keep_labels(clients_, labels);
  keep_labels(upstreams_, labels);
  if (observable_.size() > kMostSeeded) return;
  for (const auto& [label, is_seen] : observable_) {
    auto& codes = clients_[label];
    codes.try_emplace({"no_cert", "no certificate"});
    for (const std::string_view reason : kOcspReasons)
      codes.try_emplace({"ocsp", std::string(reason)});
    for (const int code : kUsualCodes) {
      codes.try_emplace({std::to_string(code), reason_of(*plan_, static_cast<std::size_t>(code))});
    }
  }
}

// nullptr: the line stands in another log too, and counts there.
const std::string* VerifyCounts::label_of(std::size_t log, const VerifyLine& line) const {
  if (line.side == VerifySide::kUpstream && !counts_upstreams_.at(log)) return nullptr;
  const Names& names = line.is_http ? http_ : addresses_;
  const auto found = names.find(line.server);
  if (found == names.end() || found->second.is_shared) return &kOtherLabel;
  const Named& named = found->second;
  const bool is_double =
      line.side == VerifySide::kClient && has(named.shows, log) && !has(named.counts, log);
  return is_double ? nullptr : &named.label;
}

VerifyCode VerifyCounts::code_of(const VerifyLine& line) const {
  if (line.code == "ocsp") return {"ocsp", std::string(line.reason)};
  if (line.code == "no_cert") return {"no_cert", "no certificate"};
  if (line.code == "name") return {"name", "another name"};
  std::size_t number = 0;
  std::from_chars(line.code.data(), line.code.data() + line.code.size(), number);
  if (number >= plan_->reasons.size()) return {kOtherLabel, kOtherLabel};
  return {std::to_string(number), plan_->reasons[number]};
}

void VerifyCounts::add(VerifySide side, const std::string& label, VerifyCode code,
                       std::uint64_t lines) {
  auto& codes = (side == VerifySide::kClient ? clients_ : upstreams_)[label];
  if (!codes.contains(code) && codes.size() + 1 >= kMostCodes) code = {kOtherLabel, kOtherLabel};
  codes[std::move(code)] += lines;
  ++version_;
}

void VerifyCounts::trust(int pid) {
  const auto [known, is_new] = trusted_.insert_or_assign(pid, reading_);
  if (!is_new) return;
  if (trusted_.size() > kMostTrusted) {
    trusted_.erase(
        std::ranges::min_element(trusted_, {}, [](const auto& one) { return one.second; }));
  }
  const auto waiting = waiting_.find(pid);
  if (waiting == waiting_.end()) return;
  for (const auto& [what, lines] : waiting->second.lines)
    add(std::get<0>(what), std::get<1>(what), std::get<2>(what), lines);
  waiting_.erase(waiting);
}

std::vector<int> VerifyCounts::trusted() const {
  std::vector<int> all;
  for (const auto& [pid, reading] : trusted_) all.push_back(pid);
  return all;
}

void VerifyCounts::take(std::size_t log, const VerifyLine& line) {
  const std::string* label = label_of(log, line);
  if (label == nullptr) return;
  if (trusted_.contains(line.pid)) return add(line.side, *label, code_of(line), 1);
  const auto found = waiting_.find(line.pid);
  if (found == waiting_.end() && waiting_.size() >= kMostWaiting) {
    ++foreign_;
    ++version_;
    return;
  }
  Waiting& waiting = found != waiting_.end() ? found->second : waiting_[line.pid];
  if (found == waiting_.end()) waiting.since = reading_;
  ++waiting.lines[{line.side, *label, code_of(line)}];
}

void VerifyCounts::end_reading() {
  ++reading_;
  std::erase_if(waiting_, [&](const auto& one) {
    if (reading_ - one.second.since < kPatience) return false;
    for (const auto& [what, lines] : one.second.lines) foreign_ += lines;
    ++version_;
    return true;
  });
}

}  // namespace mtls::running
