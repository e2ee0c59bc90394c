#include "collectors/collect.h"

#include <algorithm>

#include "collectors/family_groups.h"

namespace mtls::collectors {
namespace {

constexpr std::size_t kMostAuthorityStores = 3;

}  // namespace

struct Collector::State {
  State(bool blackbox, bool is_compact)
      : servers(blackbox, is_compact),
        bundles(is_compact),
        crls(is_compact),
        upstreams(is_compact),
        files(is_compact),
        live(is_compact) {
    omitted.arrange({""});
  }

  Collection collect(const std::shared_ptr<const audit::Snapshot>& snapshot,
                     const audit::Limits& limits_now);
  void append(const ChunkStore& store, FamilyTexts& families);
  void append_column(const ChunkStore& store, std::size_t column, FamilyTexts& families);
  Text header(const FamilySpec& family);
  Written written() const;

  std::shared_ptr<const audit::Snapshot> last;
  audit::Limits limits;
  ServerFamilies servers;
  BundleFamilies bundles;
  CrlFamilies crls;
  UpstreamFamilies upstreams;
  FileFamilies files;
  HostFamilies host;
  LiveFamilies live;
  FindingFamily findings;
  ChunkStore omitted{{&kSeriesOmitted}};
  std::map<const FamilySpec*, Text> headers;
};

Text Collector::State::header(const FamilySpec& family) {
  Text& header = headers[&family];
  if (!header) header = std::make_shared<const std::string>(family_header(family));
  return header;
}

// A family without series is left out.
void Collector::State::append_column(const ChunkStore& store, std::size_t column,
                                     FamilyTexts& families) {
  const std::size_t count = store.series(column);
  if (count == 0) return;
  const FamilySpec& family = *store.columns()[column];
  if (families.empty() || families.back().family != &family)
    families.push_back({.family = &family, .texts = {header(family)}, .series = 0});
  store.append_chunks(column, families.back().texts);
  families.back().series += count;
}

void Collector::State::append(const ChunkStore& store, FamilyTexts& families) {
  for (std::size_t column = 0; column < store.columns().size(); ++column)
    append_column(store, column, families);
}

Written Collector::State::written() const {
  return {.servers = servers.servers().written(),
          .files = files.files().written(),
          .bundles = bundles.bundles().written(),
          .upstreams = upstreams.upstreams().written()};
}

Collection Collector::State::collect(const std::shared_ptr<const audit::Snapshot>& snapshot,
                                     const audit::Limits& limits_now) {
  const Written before = written();
  limits = limits_now;
  CrlIndex crl_index;
  const Delta delta = delta_of(*snapshot, last.get(), limits, crl_index);
  servers.update(delta);
  servers.update_authorities(delta);
  bundles.update(delta);
  crls.update(delta);
  upstreams.update(delta);
  files.update(delta);
  host.update(delta);
  live.update(delta);
  findings.update(delta);

  Collection collection;
  FamilyTexts& families = collection.families;
  const ChunkStore& blocks = servers.servers();
  for (std::size_t column = 0; column < blocks.columns().size(); ++column) {
    append_column(blocks, column, families);
    if (blocks.columns()[column] == &kCaRotationState) append(live.rotation(), families);
  }
  for (const ChunkStore* store : {&bundles.bundles(), &crls.crls()}) append(*store, families);
  append_column(servers.verdicts(), 0, families);
  append_column(live.verdicts(), 0, families);
  append_column(servers.verdicts(), 1, families);
  append_column(live.verdicts(), 1, families);
  append(host.canaries(), families);
  append_column(servers.verdicts(), 2, families);
  append_column(live.verdicts(), 2, families);
  for (const ChunkStore* store : {&upstreams.upstreams(), &files.files(), &findings.findings(),
                                  &host.config(), &live.nginx(), &live.files(), &live.probes()}) {
    append(*store, families);
  }
  const std::array<ChunkStore*, kMostAuthorityStores> authorities{
      &bundles.certificates(), &servers.trusted(), &servers.checked()};
  std::size_t left_out = servers.omitted() + bundles.omitted() + crls.omitted();
  std::size_t of_authorities = 0;
  for (const ChunkStore* store : authorities) of_authorities += store->series();
  if (series(families) + of_authorities > limits.max_series) {
    collection.over_limit = of_authorities;
    left_out += of_authorities;
    for (ChunkStore* store : authorities) store->forget();
  }
  for (const ChunkStore* store : authorities) append(*store, families);
  omitted.write({0}, [&](std::size_t, SampleWriter& out) {
    out.add(kSeriesOmitted, {}, static_cast<double>(left_out));
  });
  append(omitted, families);
  append(servers.blackbox(), families);
  const Written after = written();
  collection.written = {.servers = after.servers - before.servers,
                        .files = after.files - before.files,
                        .bundles = after.bundles - before.bundles,
                        .upstreams = after.upstreams - before.upstreams};
  last = snapshot;
  return collection;
}

Collector::Collector(bool blackbox) : blackbox_(blackbox) {}
Collector::~Collector() = default;
Collector::Collector(Collector&&) noexcept = default;
Collector& Collector::operator=(Collector&&) noexcept = default;

Collection Collector::collect(const std::shared_ptr<const audit::Snapshot>& snapshot,
                              const audit::Limits& limits) {
  std::unique_ptr<State> state = std::move(state_);  // lost when something throws below
  if (!state || state->limits != limits) {
    const bool is_compact = limits.detail == audit::MetricsDetail::kCompact;
    state = std::make_unique<State>(blackbox_, is_compact);
  }
  Collection collection = state->collect(snapshot, limits);
  state_ = std::move(state);
  return collection;
}

Collection collect(const audit::Snapshot& snapshot, const audit::Limits& limits) {
  const std::shared_ptr<const audit::Snapshot> borrowed(std::shared_ptr<void>(), &snapshot);
  return Collector().collect(borrowed, limits);
}

std::size_t series(const FamilyTexts& families) {
  std::size_t sum = 0;
  for (const FamilyText& family : families) sum += family.series;
  return sum;
}

void sort_by_name(FamilyTexts& families) {
  std::ranges::sort(families, {},
                    [](const FamilyText& one) { return std::string_view(one.family->name); });
}

std::string render(const FamilyTexts& families) {
  std::string out;
  for (const FamilyText& family : families)
    for (const Text& text : family.texts) out += *text;
  return out;
}

}  // namespace mtls::collectors
