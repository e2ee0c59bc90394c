#include "reports/formats/check_brief.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "reports/causes.h"
#include "reports/dates.h"
#include "reports/formats/headline.h"
#include "reports/formats/prose.h"
#include "reports/rotation.h"
#include "reports/server_names.h"

namespace mtls::reports::formats {
namespace {

using audit::Effect;

constexpr std::size_t kMaxSentences = 3;
constexpr std::string_view kItem = "- ";

std::string_view consequence(Effect effect) {
  switch (effect) {
    case Effect::kStopsNginx: return "nginx would not start or reload";
    case Effect::kRefuses: return "clients are refused now";
    case Effect::kLetsIn: return "clients get in that should not";
    case Effect::kRefusesSoon: return "clients will be refused";
    case Effect::kNone: break;
  }
  return "";
}

class Sentences {
 public:
  explicit Sentences(const Report& report)
      : report_(report),
        issues_(issues_to_tell(report.assessment, report.issues)),
        causes_(causes_of(issues_)),
        names_(report.assessment.resolved()) {
    // One of each kind first, so that an outage does not hide an open door.
    for (const Effect effect :
         {Effect::kStopsNginx, Effect::kRefuses, Effect::kLetsIn, Effect::kRefusesSoon}) {
      const auto cause = std::ranges::find_if(
          causes_, [&](const Cause& one) { return one.first().effect == effect; });
      if (cause != causes_.end()) tell(*cause);
    }
    tell_rotation();
    for (const Cause& cause : causes_) {
      if (cause.first().severity != audit::Severity::kInfo) tell(cause);
    }
  }

  const std::vector<Cause>& causes() const { return causes_; }
  const std::vector<std::string>& all() const { return sentences_; }
  const Cause* first() const { return first_; }

 private:
  std::string servers(const std::vector<std::string>& ids) const {
    if (ids.empty()) return "";
    const std::string more =
        ids.size() > 1 ? " and " + std::to_string(ids.size() - 1) + " more" : "";
    return names_.of(ids.front()) + more + ": ";
  }

  void tell(const Cause& cause) {
    if (sentences_.size() >= kMaxSentences || !told_.insert(&cause).second) return;
    if (first_ == nullptr) first_ = &cause;
    const std::string_view comes = consequence(cause.first().effect);
    const std::string message =
        with_dates(cause.parts.front().message, report_.assessment.snapshot.evaluated_at);
    sentences_.push_back(servers(cause.servers) +
                         (comes.empty() ? "" : std::string(comes) + ", because ") + message + ".");
  }

  void tell_rotation() {
    if (sentences_.size() >= kMaxSentences) return;
    const audit::Snapshot& snapshot = report_.assessment.snapshot;
    for (std::size_t i = 0; i < snapshot.servers.size(); ++i) {
      const auto rotations = rotations_of(*snapshot.servers[i], snapshot.evaluated_at);
      if (rotations.empty()) continue;
      const Rotation& one = rotations.front();
      sentences_.push_back(names_.of(report_.assessment.resolved().servers[i].id) +
                           ": a client CA is being replaced, " + base::sanitize(one.subject) + " " +
                           one.words + (one.advice.empty() ? "" : "; " + one.advice) + ".");
      return;
    }
  }

  const Report& report_;
  std::vector<Issue> issues_;
  std::vector<Cause> causes_;
  ServerNames names_;
  std::set<const Cause*> told_;
  std::vector<std::string> sentences_;
  const Cause* first_ = nullptr;
};

}  // namespace

std::string check_brief(const Report& report) {
  const Sentences sentences(report);
  std::string text = headline(report, sentences.causes());
  for (const std::string& sentence : sentences.all()) text += wrapped(kItem, sentence);
  if (sentences.first() != nullptr)
    text += wrapped("What to do first: ", sentences.first()->remedy);
  return text;
}

}  // namespace mtls::reports::formats
