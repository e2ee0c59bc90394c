// One server's behaviour under load, in figures that can be compared with another server's.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/support/wire/http_load.h"

namespace mtls::testing {

struct LoadFigures {
  Scrapes quiet;         // alone
  Scrapes loaded;        // beside the misbehaving clients
  Scrapes burst;         // all at once, otherwise quiet
  Scrapes loaded_burst;  // all at once, beside the misbehaving clients
  std::size_t hung_up_on = 0;
  std::size_t kib_before = 0;  // resident, after some scrapes
  std::size_t kib_most = 0;    // resident, the largest of many samples under load

  std::size_t kib_grown() const { return kib_most > kib_before ? kib_most - kib_before : 0; }
};

struct LoadPlan {
  RudeMix rude{.idle = 1000, .dripping = 1000, .slow = 200};
  std::size_t burst = 1000;
  std::chrono::milliseconds span{10'000};  // beside the misbehaving clients; alone a quarter of it
};

LoadFigures measure_load(const LoadTarget& target, pid_t pid, const LoadPlan& plan);

struct NamedFigures {
  std::string name;
  LoadFigures figures;
};

/// A Markdown table with a column for each server.
std::string load_table(const std::vector<NamedFigures>& servers);

}  // namespace mtls::testing
