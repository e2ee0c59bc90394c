#include "daemon/app/metrics_payload.h"

namespace mtls::daemon::app {

using collectors::Text;
using web::http::Part;

namespace {

// What compresses well by itself. A chunk of a big family has about this size.
constexpr std::size_t kRunBytes = std::size_t{16} << 10U;
// From here on a family stands alone, so that a change in it leaves its neighbours alone.
constexpr std::size_t kBigBytes = 2 * kRunBytes;

std::size_t size_of(const std::vector<Text>& texts) {
  std::size_t size = 0;
  for (const Text& text : texts) size += text->size();
  return size;
}

}  // namespace

// Small families share a run: alone, each would be compressed without knowing the labels of the
// others.
std::vector<MetricsPayload::Segment> MetricsPayload::segments_of(
    const collectors::FamilyTexts& families) {
  std::vector<Segment> segments;
  std::size_t room = 0;  // in the last segment
  for (const collectors::FamilyText& family : families) {
    const std::size_t size = size_of(family.texts);
    const bool is_big = size >= kBigBytes;
    if (is_big || room < size) {
      segments.push_back({.runs = {{}}, .parts = {}, .joined = {}});
      room = kBigBytes;
    }
    room = is_big ? 0 : room - size;
    std::vector<Texts>& runs = segments.back().runs;
    std::size_t in_run = size_of(runs.back());
    for (const Text& text : family.texts) {
      if (is_big && in_run >= kRunBytes) {
        runs.emplace_back();
        in_run = 0;
      }
      runs.back().push_back(text);
      in_run += text->size();
    }
  }
  return segments;
}

// A segment whose texts are the same objects is not even joined again.
void MetricsPayload::pack(Segment& segment) const {
  std::map<Texts, Part> parts;
  const auto before = known_.find(segment.runs.front().front());
  if (before != known_.end()) {
    if (before->second.runs == segment.runs) {
      segment = before->second;
      return;
    }
    for (std::size_t i = 0; i < before->second.runs.size(); ++i)
      parts.emplace(before->second.runs[i], before->second.parts[i]);
  }
  std::vector<Texts> fresh;
  for (const Texts& run : segment.runs)
    if (!parts.contains(run)) fresh.push_back(run);
  const std::vector<Part> deflated = web::http::deflated_body_parts(fresh);
  for (std::size_t i = 0; i < fresh.size(); ++i) parts[fresh[i]] = deflated[i];
  for (const Texts& run : segment.runs) segment.parts.push_back(parts.at(run));
  segment.joined = web::http::joined_small_part(segment.parts);
}

std::shared_ptr<const Payload> MetricsPayload::of(
    const std::shared_ptr<const audit::Snapshot>& snapshot) {
  collectors::Collection collection = collector_.collect(snapshot, snapshot->policy->limits);
  collectors::sort_by_name(collection.families);
  std::map<Text, Segment> now;
  std::vector<Part> all;
  for (Segment& segment : segments_of(collection.families)) {
    pack(segment);
    all.push_back(segment.joined);
    now.emplace(segment.runs.front().front(), std::move(segment));
  }
  known_ = std::move(now);
  auto payload = std::make_shared<Payload>();
  payload->metrics = web::http::joined_part(std::move(all));
  payload->series_over_limit = collection.over_limit;
  payload->is_compact = snapshot->policy->limits.detail == audit::MetricsDetail::kCompact;
  return payload;
}

void MetricsPayload::forget() {
  collector_ = collectors::Collector(blackbox_);
  known_.clear();
}

}  // namespace mtls::daemon::app
