// The samples of many objects as text that is kept from one Snapshot to the next. Objects (a server
// block, a file) stand in an order; each has samples in some columns, which are families or parts
// of one. Neighbours form a group, and a group has one chunk of text a column: big enough to
// compress well, small enough to be written again for one object. A chunk whose text stays the same
// stays the same object (ADR 18). Knows no Snapshot. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "collectors/text.h"

namespace mtls::collectors {

/// Immutable and shared.
using Text = std::shared_ptr<const std::string>;

/// What the columns are; several may have one family.
using Columns = std::vector<const FamilySpec*>;

/// Takes the samples of objects, one object after the other.
class SampleWriter {
 public:
  /// `is_compact`: only the series that are in compact (metric_names.h).
  explicit SampleWriter(const Columns& columns, bool is_compact = false)
      : columns_(columns), is_compact_(is_compact), parts_(columns.size()) {}

  /// To the first column of that family. A second series of an object with the same labels is
  /// ignored.
  void add(const FamilySpec& family, const LabelText& labels, double value);
  void add_to(std::size_t column, const LabelText& labels, double value);

 private:
  friend class ChunkStore;
  struct Part {
    std::string text;
    std::vector<std::uint32_t> ends;  // of each object, in `text`
    std::size_t begin = 0;            // of this object
    std::string first;                // labels of this object's first series
    std::size_t samples = 0;          // of this object, those before `begin` included
    std::unordered_set<std::string> seen;
  };

  void begin_object();
  /// What was written of this object counts as said before it.
  void unsay();
  void end_object();

  const Columns& columns_;
  bool is_compact_;
  std::vector<Part> parts_;
  std::vector<std::size_t> touched_;  // columns with a sample of this object
};

class ChunkStore {
 public:
  /// Writes the samples of object number `index`.
  using Write = std::function<void(std::size_t index, SampleWriter& out)>;

  explicit ChunkStore(Columns columns, bool is_compact = false)
      : columns_(std::move(columns)), is_compact_(is_compact) {}

  /// The objects, by the labels that tell them from each other: series of two objects can have the
  /// same labels only where their identities are equal, and then the first one speaks. All of them
  /// have to be written again; what turns out the same stays the same chunk.
  void arrange(const std::vector<std::string>& identities);

  /// Writes those of `changed`, ascending, and whatever was not written yet.
  void write(const std::vector<std::size_t>& changed, const Write& write);

  /// Frees all text; every object has to be written again.
  void forget();

  /// In order; columns without samples have none.
  void append_chunks(std::size_t column, std::vector<Text>& chunks) const;
  std::size_t series(std::size_t column) const;
  std::size_t series() const;
  const Columns& columns() const { return columns_; }

  /// How many objects were written since this store exists.
  std::size_t written() const { return written_; }

 private:
  struct Chunk {
    Text text;                        // nullptr: empty
    std::vector<std::uint32_t> ends;  // of each object; none with an empty text
    std::size_t series = 0;
  };
  struct Group {
    std::size_t first = 0;  // object
    std::size_t size = 0;
    std::uint64_t name = 0;  // hash of the first identity
    bool is_written = false;
    std::vector<Chunk> chunks;  // by column; none before it was written
  };

  static bool splice(const Group& group, const Chunk& before,
                     const std::vector<std::size_t>& objects, SampleWriter::Part& fresh);
  void rewrite(Group& group, const std::vector<std::size_t>& objects, const Write& write);
  void write_object(std::size_t index, const Write& write, SampleWriter& out);
  std::vector<std::size_t> with_twins(std::vector<std::size_t> changed) const;

  Columns columns_;
  bool is_compact_;
  std::vector<Group> groups_;
  std::map<std::size_t, std::vector<std::size_t>> twins_;  // object to all of its identity
  std::size_t written_ = 0;
};

}  // namespace mtls::collectors
