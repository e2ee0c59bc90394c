#include "running/generations.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "running/idle_times.h"

namespace mtls::running {
namespace {

/// The life of a master as an observer sees it that looks each 50 ms. Times are milliseconds; a
/// clock tick is 10 of them.
class Life {
 public:
  enum class Age : std::uint8_t { kNew, kOld };
  explicit Life(Age age = Age::kNew) {
    if (age == Age::kOld) generations_.settled();
  }

  void start(int pid) { workers_.push_back({.pid = pid, .started = now_ / 10}); }
  void end(int pid) {
    std::erase_if(workers_, [&](const Worker& worker) { return worker.pid == pid; });
  }
  void drain(int pid) {
    for (Worker& worker : workers_)
      if (worker.pid == pid) worker.is_draining = true;
  }
  /// Looks all the time.
  void pass(std::int64_t milliseconds) {
    for (std::int64_t end = now_ + milliseconds; now_ < end; now_ += 50) look();
  }
  /// Looks only at the end.
  void sleep(std::int64_t milliseconds) {
    now_ += milliseconds;
    look();
  }
  void crash(int pid, int next) {
    may_reload = false;
    end(pid);
    start(next);
  }
  /// ngx_master_process_cycle(): new workers, 100 ms, then the old ones are told to end.
  void reload(const std::vector<int>& old, const std::vector<int>& young) {
    may_reload = true;
    for (const int pid : young) start(pid);
    pass(100);
    for (const int pid : old) end(pid);
    pass(100);
  }

  bool may_reload = true;  // somebody may have opened the configuration
  Generation generation() const { return generations_.current().value(); }

 private:
  void look() {
    std::vector<int> pids;
    for (const Worker& worker : workers_) pids.push_back(worker.pid);
    if (!seen_.empty() && seen_.back().pids == pids) {
      seen_.back().until_ms = now_;
    } else {
      seen_.push_back({.from_ms = now_, .until_ms = now_, .pids = pids});
    }
    generations_.see(workers_, seen_, may_reload);
    seen_.erase(seen_.begin(), seen_.end() - 1);
  }

  std::int64_t now_ = 100'000;
  std::vector<Worker> workers_;
  std::vector<Children> seen_;
  Generations generations_;
};

}  // namespace

TEST_CASE("generations: workers started one after the other are one generation") {
  Life life;
  life.start(1);
  life.pass(50);
  life.start(2);
  life.pass(50);
  life.start(3);
  life.pass(1000);
  CHECK(life.generation() == Generation{.number = 1, .started = 10'000});
}

TEST_CASE("generations: a reload begins one, and it is as old as its first worker") {
  Life life;
  life.start(1);
  life.start(2);
  life.pass(1000);
  life.reload({1, 2}, {3, 4});
  CHECK(life.generation() == Generation{.number = 2, .started = 10'100, .is_witnessed = true});
  life.pass(300);
  life.reload({3, 4}, {5, 6});
  CHECK(life.generation().number == 3);
}

TEST_CASE("generations: another number of workers is a reload too") {
  Life life;
  life.start(1);
  life.pass(1000);
  life.reload({1}, {2, 3, 4});
  CHECK(life.generation().number == 2);
  life.pass(500);
  life.reload({2, 3, 4}, {5});
  CHECK(life.generation() == Generation{.number = 3, .started = 10'170, .is_witnessed = true});
}

TEST_CASE("generations: a reload that came with the start is known once the others serve alone") {
  Life life;
  life.start(1);
  life.pass(50);
  life.reload({1}, {2});
  CHECK(life.generation().number == 1);  // it looks like a second worker
  life.pass(2'000);
  CHECK(life.generation() == Generation{.number = 2, .started = 10'005, .is_witnessed = true});
  life.reload({2}, {3});
  CHECK(life.generation().number == 3);
  CHECK(life.generation().is_witnessed);
}

TEST_CASE("generations: workers of a reload that came with the start may serve old connections") {
  Life life;
  life.start(1);
  life.start(2);
  life.pass(50);
  life.start(3);
  life.start(4);
  life.pass(100);
  life.drain(1);
  life.end(2);
  life.pass(2'000);
  CHECK(life.generation() == Generation{.number = 2, .started = 10'005, .is_witnessed = true});
}

TEST_CASE("generations: after a reload that came with the start, the next one is no crash") {
  Life life;
  life.start(1);
  life.start(2);
  life.pass(50);
  life.reload({1, 2}, {3, 4});
  life.pass(200);
  life.reload({3, 4}, {5, 6});
  life.pass(1'500);
  CHECK(life.generation().number == 2);
  CHECK(life.generation().is_doubtful);
  life.reload({5, 6}, {7, 8});
  CHECK(life.generation().number == 3);
  CHECK_FALSE(life.generation().is_doubtful);
}

TEST_CASE("generations: of workers that are known to be of one generation one may end for good") {
  Life life(Life::Age::kOld);
  life.start(1);
  life.start(2);
  life.pass(100);
  life.end(1);
  life.pass(2'000);
  CHECK(life.generation().number == 1);
}

TEST_CASE("generations: a worker that crashed and was started again begins none") {
  Life life;
  life.start(1);
  life.pass(1100);
  for (int pid = 2; pid < 10; ++pid) {
    life.crash(pid - 1, pid);
    life.pass(200);
  }
  CHECK(life.generation() == Generation{.number = 1, .started = 10'000});
  life.reload({9}, {10});
  CHECK(life.generation().number == 2);
}

TEST_CASE("generations: a reload right after a crash is seen") {
  Life life;
  life.start(1);
  life.pass(1100);
  life.crash(1, 2);
  life.pass(50);
  life.reload({2}, {3});
  CHECK(life.generation().number == 2);
  CHECK(life.generation().is_witnessed);
}

TEST_CASE("generations: of two workers one may crash while nobody looks, and no reload is seen") {
  Life life;
  life.start(1);
  life.start(2);
  life.pass(1100);
  life.crash(1, 3);
  life.sleep(5000);
  CHECK(life.generation().number == 1);
}

TEST_CASE("generations: old workers that drain count as old") {
  Life life;
  life.start(1);
  life.pass(1000);
  life.start(2);
  life.pass(100);
  life.drain(1);
  life.pass(5000);
  CHECK(life.generation().number == 2);
  life.crash(2, 3);
  life.pass(1000);
  CHECK(life.generation().number == 2);
  life.reload({}, {4});
  CHECK(life.generation().number == 3);
}

TEST_CASE("generations: where all workers are others and a reload may have been, it is doubtful") {
  Life life;
  life.start(1);
  life.pass(1000);
  life.crash(1, 2);
  life.may_reload = true;
  life.pass(50);
  CHECK(life.generation() == Generation{.number = 2, .started = 10'100, .is_doubtful = true});
  life.pass(100);
  life.reload({2}, {3});
  CHECK_FALSE(life.generation().is_doubtful);
}

TEST_CASE("generations: while nobody opens the configuration, new workers only replace others") {
  Generations generations;
  generations.see({{.pid = 1, .started = 100}}, {{.pids = {1}}});
  generations.see({{.pid = 2, .started = 900}}, {{.from_ms = 8000, .pids = {2}}}, false);
  CHECK(generations.current() == Generation{.number = 1, .started = 100});
  generations.see({{.pid = 3, .started = 1900}}, {{.from_ms = 18'000, .pids = {3}}}, true);
  CHECK(generations.current()->is_doubtful);
}

TEST_CASE("idle times: the last one before an instant counts") {
  IdleTimes idle;
  CHECK_FALSE(idle.last_before(100));
  for (const std::int64_t at : {10, 20, 30}) idle.note(at);
  CHECK(idle.last_before(100) == 30);
  CHECK(idle.last_before(30) == 20);
  CHECK_FALSE(idle.last_before(10));
}

}  // namespace mtls::running
