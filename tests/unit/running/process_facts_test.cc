#include "running/process_facts.h"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace mtls::running {

TEST_CASE("process facts: the parent and the start of a process, whatever its name holds") {
  const std::string rest =
      " S 17 1 1 0 -1 4194304 0 0 0 0 1 2 3 4 20 0 1 0 987654 11 22 18446744073709551615 1 1\n";
  for (const char* name : {"(nginx)", "(a b)", "(x) R 99 (y)", "()"}) {
    CAPTURE(name);
    CHECK(parse_stat("4 " + std::string(name) + rest) ==
          ProcessStat{.parent = 17, .started = 987654});
  }
  for (const char* other : {"", "4 (nginx)", "4 (nginx) S x", "4 (nginx) S 1 2 3"})
    CHECK_FALSE(parse_stat(other));
}

TEST_CASE("process facts: a master that waits for signals blocks none") {
  const std::string idle = "Name:\tnginx\nNSpid:\t12\nSigPnd:\t0\nSigBlk:\t0000000000000000\n";
  CHECK(parse_status(idle) == ProcessStatus{.waits_for_signals = true, .namespaces = 1});
  CHECK(parse_status("NSpid:\t812\t1\nSigBlk:\t0000000018016a07\nSigIgn:\t0") ==
        ProcessStatus{.waits_for_signals = false, .namespaces = 2});
  CHECK(parse_status("SigBlk:\t0")->namespaces == 1);
  CHECK_FALSE(parse_status("Name:\tnginx\n"));
  CHECK_FALSE(parse_status("SigBlk:\tnothing\n"));
}

TEST_CASE("process facts: the list of children is numbers and blanks") {
  CHECK(parse_children("12 13 ") == std::vector<int>{12, 13});
  CHECK(parse_children("").empty());
}

}  // namespace mtls::running
