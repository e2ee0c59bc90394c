#include "base/shortage.h"

#include <cerrno>
#include <cstdlib>
#include <limits>

#include <catch2/catch.hpp>

namespace mtls::base {
namespace {

TEST_CASE(
    "shortage: a watch sees what was noted since its construction, and only errors about this "
    "process count") {
  note(Shortage::kMemory);
  const ShortageWatch watch;
  for (const int error : {0, EACCES, EIO, ENOENT, EMLINK}) note_errno(error);
  CHECK(watch.seen() == std::nullopt);
  note_errno(EMFILE);
  CHECK(watch.seen() == Shortage::kDescriptors);
  const ShortageWatch later;
  CHECK(later.seen() == std::nullopt);
  note_errno(ENFILE);
  CHECK(later.seen() == Shortage::kDescriptors);
  note_errno(ENOMEM);
  CHECK(later.seen() == Shortage::kMemory);
}

TEST_CASE("shortage: a failed allocation is noted, unless it asked for no bytes") {
  const ShortageWatch watch;
  void* block = noting_malloc(16);
  REQUIRE(block != nullptr);
  block = noting_realloc(block, 32);
  CHECK(watch.seen() == std::nullopt);
  volatile std::size_t endless = std::numeric_limits<std::size_t>::max() / 4;
  CHECK(noting_malloc(endless) == nullptr);
  CHECK(watch.seen() == Shortage::kMemory);
  const ShortageWatch later;
  CHECK(noting_realloc(block, endless) == nullptr);
  CHECK(later.seen() == Shortage::kMemory);
  std::free(block);
}

}  // namespace
}  // namespace mtls::base
