#include "base/sighting.h"

#include <catch2/catch.hpp>

#include "tests/support/memory_filesystem.h"

using namespace mtls;
using base::ErrorCode;
using base::RecordingFileSystem;
using Kind = base::Sighting::Kind;

namespace {

constexpr std::size_t kLimit = 1024;

}  // namespace

TEST_CASE("sighting: a look that succeeds records the stamp, whether by read() or by stat()") {
  testing::MemoryFileSystem disk;
  disk.put("/a", "one");
  RecordingFileSystem recording(disk);
  const auto content = recording.read("/a", kLimit);
  REQUIRE(content);
  CHECK(content->text() == "one");
  const base::Sighting after_read = recording.sightings().at("/a");
  CHECK(after_read.kind == Kind::kFile);
  CHECK(after_read.path == "/a");
  CHECK(after_read.stamp == content->stamp);
  CHECK_FALSE(after_read.error);
  CHECK(recording.stat("/a").value() == content->stamp);
  CHECK(recording.sightings().at("/a") == after_read);
}

TEST_CASE("sighting: a look that fails records the error") {
  testing::MemoryFileSystem disk;
  disk.put("/locked", "x");
  disk.fault("/locked", ErrorCode::kPermission);
  RecordingFileSystem recording(disk);
  CHECK(recording.read("/none", kLimit).error().code == ErrorCode::kMissing);
  CHECK(recording.stat("/locked").error().code == ErrorCode::kPermission);
  CHECK(recording.sightings().at("/none").error == ErrorCode::kMissing);
  CHECK(recording.sightings().at("/locked").error == ErrorCode::kPermission);
  CHECK_FALSE(recording.sightings().at("/locked").stamp);
}

TEST_CASE("sighting: a pattern is recorded with its matches, even when there are none") {
  testing::MemoryFileSystem disk;
  disk.put("/d/b.conf", "");
  disk.put("/d/a.conf", "");
  RecordingFileSystem recording(disk);
  CHECK(recording.glob("/d/*.conf").value().size() == 2);
  CHECK(recording.glob("/e/*.conf").value().empty());
  const base::Sighting& seen = recording.sightings().at("/d/*.conf");
  CHECK(seen.kind == Kind::kPattern);
  CHECK(seen.matches == std::vector<std::string>{"/d/a.conf", "/d/b.conf"});
  CHECK(recording.sightings().at("/e/*.conf").matches.empty());
}

TEST_CASE("sighting: the last look wins, and two looks at the same disk are equal") {
  testing::MemoryFileSystem disk;
  disk.put("/a", "one");
  RecordingFileSystem first(disk);
  RecordingFileSystem second(disk);
  (void)first.read("/a", kLimit);
  (void)second.stat("/a");
  CHECK(first.sightings() == second.sightings());
  disk.put("/a", "two");
  (void)second.read("/a", kLimit);
  CHECK(first.sightings() != second.sightings());
  disk.remove("/a");
  (void)second.read("/a", kLimit);
  CHECK(second.sightings().at("/a").error == ErrorCode::kMissing);
  CHECK(second.sightings().size() == 1);
}

TEST_CASE("sighting: take() leaves no sightings behind") {
  testing::MemoryFileSystem disk;
  disk.put("/a", "one");
  RecordingFileSystem recording(disk);
  (void)recording.read("/a", kLimit);
  CHECK(recording.take().size() == 1);
  CHECK(recording.sightings().empty());
}
