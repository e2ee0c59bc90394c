#include "collectors/chunk_store.h"

#include <algorithm>
#include <limits>
#include <new>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "base/text.h"

namespace mtls::collectors {
namespace {

// About 100 bytes a series: chunks of 20 KB compress nearly as well as one text.
constexpr std::size_t kFewest = 128;
constexpr std::size_t kMost = 512;
// Beyond kFewest a group ends at one identity in so many. Where it ends depends on identities and
// not on positions, so a new object in the middle moves no other group.
constexpr std::uint64_t kOneIn = 64;

std::string_view slice(const std::string* text, const std::vector<std::uint32_t>& ends,
                       std::size_t object) {
  if (text == nullptr || ends.empty()) return {};
  const std::size_t begin = object == 0 ? 0 : ends[object - 1];
  return std::string_view(*text).substr(begin, ends[object] - begin);
}

std::uint32_t offset(std::size_t size) {
  if (size > std::numeric_limits<std::uint32_t>::max()) throw std::bad_alloc();
  return static_cast<std::uint32_t>(size);
}

std::size_t lines(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

}  // namespace

void SampleWriter::add(const FamilySpec& family, const LabelText& labels, double value) {
  add_to(static_cast<std::size_t>(std::ranges::find(columns_, &family) - columns_.begin()), labels,
         value);
}

void SampleWriter::add_to(std::size_t column, const LabelText& labels, double value) {
  if (is_compact_ && !is_in_compact(*columns_[column], value)) return;
  Part& part = parts_.at(column);
  if (part.samples == 0) {
    touched_.push_back(column);
    part.first = labels.text();
  } else {
    if (part.samples == 1) part.seen.insert(part.first);
    if (!part.seen.insert(labels.text()).second) return;
  }
  ++part.samples;
  append_sample(part.text, columns_[column]->name, labels.text(), value);
}

void SampleWriter::begin_object() {
  for (const std::size_t column : touched_) {
    parts_[column].samples = 0;
    parts_[column].seen.clear();
  }
  touched_.clear();
  for (Part& part : parts_) part.begin = part.text.size();
}

void SampleWriter::unsay() {
  for (const std::size_t column : touched_) parts_[column].text.resize(parts_[column].begin);
}

void SampleWriter::end_object() {
  for (Part& part : parts_) part.ends.push_back(offset(part.text.size()));
}

void ChunkStore::arrange(const std::vector<std::string>& identities) {
  std::unordered_map<std::uint64_t, Group> known;
  for (Group& group : groups_) known.try_emplace(group.name, std::move(group));
  groups_.clear();
  twins_.clear();
  std::unordered_map<std::string_view, std::vector<std::size_t>> namesakes;
  for (std::size_t i = 0; i < identities.size(); ++i) {
    namesakes[identities[i]].push_back(i);
    const std::uint64_t name = base::fnv1a(identities[i]);
    const bool is_full =
        !groups_.empty() &&
        (groups_.back().size >= kMost || (groups_.back().size >= kFewest && name % kOneIn == 0));
    if (groups_.empty() || is_full) {
      groups_.push_back({.first = i, .size = 0, .name = name, .is_written = false, .chunks = {}});
    }
    ++groups_.back().size;
  }
  for (Group& group : groups_) {
    const auto before = known.find(group.name);
    if (before != known.end()) group.chunks = std::move(before->second.chunks);
  }
  for (const auto& [identity, objects] : namesakes) {
    if (objects.size() < 2) continue;
    for (const std::size_t object : objects) twins_.emplace(object, objects);
  }
}

std::vector<std::size_t> ChunkStore::with_twins(std::vector<std::size_t> changed) const {
  if (twins_.empty()) return changed;
  const std::size_t count = changed.size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto twins = twins_.find(changed[i]);
    if (twins != twins_.end())
      changed.insert(changed.end(), twins->second.begin(), twins->second.end());
  }
  std::ranges::sort(changed);
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  return changed;
}

void ChunkStore::write(const std::vector<std::size_t>& changed, const Write& write) {
  const std::vector<std::size_t> objects = with_twins(changed);
  auto next = objects.begin();
  for (Group& group : groups_) {
    const auto end = std::lower_bound(next, objects.end(), group.first + group.size);
    std::vector<std::size_t> mine(next, end);
    next = end;
    if (!group.is_written) {
      mine.resize(group.size);
      std::iota(mine.begin(), mine.end(), group.first);
    }
    if (!mine.empty()) rewrite(group, mine, write);
  }
}

// What an earlier object of the same identity says is not said again.
void ChunkStore::write_object(std::size_t index, const Write& write, SampleWriter& out) {
  out.begin_object();
  if (const auto twins = twins_.find(index); twins != twins_.end()) {
    for (const std::size_t twin : twins->second) {
      if (twin >= index) break;
      write(twin, out);
    }
    out.unsay();
  }
  write(index, out);
  out.end_object();
  ++written_;
}

// The text of a group in which only `objects` are other than before; `fresh`: theirs. False: they
// are not.
bool ChunkStore::splice(const Group& group, const Chunk& before,
                        const std::vector<std::size_t>& objects, SampleWriter::Part& fresh) {
  const auto same = [&](std::size_t object, std::size_t i) {
    return slice(before.text.get(), before.ends, object - group.first) ==
           slice(&fresh.text, fresh.ends, i);
  };
  std::size_t i = 0;
  if (std::ranges::all_of(objects, [&](std::size_t object) { return same(object, i++); }))
    return false;
  SampleWriter::Part spliced;
  i = 0;
  for (std::size_t object = 0; object < group.size; ++object) {
    const bool is_fresh = i < objects.size() && objects[i] == group.first + object;
    spliced.text += is_fresh ? slice(&fresh.text, fresh.ends, i++)
                             : slice(before.text.get(), before.ends, object);
    spliced.ends.push_back(offset(spliced.text.size()));
  }
  fresh = std::move(spliced);
  return true;
}

void ChunkStore::rewrite(Group& group, const std::vector<std::size_t>& objects,
                         const Write& write) {
  SampleWriter out(columns_, is_compact_);
  for (const std::size_t object : objects) write_object(object, write, out);
  const bool is_whole = objects.size() == group.size;
  group.chunks.resize(columns_.size());
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    Chunk& chunk = group.chunks[column];
    SampleWriter::Part& fresh = out.parts_[column];
    if (!is_whole && !splice(group, chunk, objects, fresh)) continue;
    if (fresh.text.empty()) {
      chunk = {};
      continue;
    }
    chunk.ends = {fresh.ends.begin(), fresh.ends.end()};
    if (chunk.text && *chunk.text == fresh.text) continue;
    chunk.series = lines(fresh.text);
    chunk.text = std::make_shared<const std::string>(fresh.text);  // without spare room
  }
  group.is_written = true;
}

void ChunkStore::forget() {
  for (Group& group : groups_) {
    group.chunks.clear();
    group.is_written = false;
  }
}

void ChunkStore::append_chunks(std::size_t column, std::vector<Text>& chunks) const {
  for (const Group& group : groups_) {
    if (group.is_written && group.chunks[column].text) chunks.push_back(group.chunks[column].text);
  }
}

std::size_t ChunkStore::series(std::size_t column) const {
  std::size_t sum = 0;
  for (const Group& group : groups_) {
    if (group.is_written) sum += group.chunks[column].series;
  }
  return sum;
}

std::size_t ChunkStore::series() const {
  std::size_t sum = 0;
  for (std::size_t column = 0; column < columns_.size(); ++column) sum += series(column);
  return sum;
}

}  // namespace mtls::collectors
