#include "daemon/system/path_times.h"

#include <catch2/catch.hpp>

#include <thread>

#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

namespace mtls::daemon::system {
namespace {

using namespace std::chrono_literals;
using testing::run_in;
using testing::TempDir;

void pause() { std::this_thread::sleep_for(30ms); }

struct Row {
  const char* change;
  bool is_change;  // of what the path leads to
  bool is_move;
};

}  // namespace

TEST_CASE("path times: whatever makes a path lead elsewhere shows, and nothing else does") {
  for (const Row& row :
       {Row{"true", false, false}, Row{"touch other", false, false},
        Row{"echo 2 > real/d/f", true, false}, Row{"cp -p old real/d/f", true, false},
        Row{"mv old real/d/f", true, false}, Row{"ln -sfn again current", true, false},
        Row{"ln -sfn ../real/d link/d", true, false},
        Row{"mv real gone; mv gone real", false, true}, Row{"touch real/d/beside", false, false}}) {
    CAPTURE(row.change);
    const TempDir dir;
    run_in(dir,
           "mkdir -p real/d link; echo 1 > real/d/f; echo 0 > old; ln -s real again; "
           "ln -s real current; ln -s ../current/d link/d");
    pause();
    const auto before = path_times(dir.path("link/d/../d/f"));
    REQUIRE(before);
    run_in(dir, row.change);
    const auto after = path_times(dir.path("link/d/../d/f"));
    REQUIRE(after);
    CHECK((after->changed_ns > before->changed_ns) == row.is_change);
    CHECK((after->moved_ns > before->moved_ns) == row.is_move);
  }
}

TEST_CASE("path times: a path that leads nowhere has none") {
  const TempDir dir;
  run_in(dir, "ln -s loop loop; ln -s nothing dangling");
  for (const char* path : {"absent", "absent/f", "loop", "dangling"}) {
    CAPTURE(path);
    CHECK_FALSE(path_times(dir.path(path)));
  }
  CHECK(path_times("/"));
}

}  // namespace mtls::daemon::system
