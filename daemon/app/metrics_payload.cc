#include "daemon/app/metrics_payload.h"

#include <unordered_map>

namespace mtls::daemon::app {

using collectors::Text;
using web::http::Part;

// A family whose texts are the same objects is not even joined again.
MetricsPayload::KnownFamily MetricsPayload::packed(const collectors::FamilyText& family) const {
  const auto before = known_.find(family.family);
  if (before != known_.end() && before->second.texts == family.texts) return before->second;
  std::unordered_map<Text, Part> parts;
  if (before != known_.end()) {
    for (std::size_t i = 0; i < before->second.texts.size(); ++i)
      parts.emplace(before->second.texts[i], before->second.parts[i]);
  }
  std::vector<Text> fresh;
  for (const Text& text : family.texts)
    if (!parts.contains(text)) fresh.push_back(text);
  const std::vector<Part> deflated = web::http::deflated_body_parts(fresh);
  for (std::size_t i = 0; i < fresh.size(); ++i) parts[fresh[i]] = deflated[i];
  KnownFamily packed{.texts = family.texts, .parts = {}, .joined = {}};
  for (const Text& text : family.texts) packed.parts.push_back(parts.at(text));
  packed.joined = web::http::joined_small_part(packed.parts);
  return packed;
}

std::shared_ptr<const Payload> MetricsPayload::of(
    const std::shared_ptr<const audit::Snapshot>& snapshot) {
  collectors::Collection collection = collector_.collect(snapshot, snapshot->policy->limits);
  collectors::sort_by_name(collection.families);
  KnownFamilies now;
  std::vector<Part> families;
  for (const collectors::FamilyText& family : collection.families)
    families.push_back((now[family.family] = packed(family)).joined);
  known_ = std::move(now);
  auto payload = std::make_shared<Payload>();
  payload->metrics = web::http::joined_part(std::move(families));
  payload->series_over_limit = collection.over_limit;
  return payload;
}

void MetricsPayload::forget() {
  collector_ = collectors::Collector(blackbox_);
  known_.clear();
}

}  // namespace mtls::daemon::app
