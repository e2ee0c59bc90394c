// Any order of changes, looks and watches, on a simulated disk and clock: the watcher never loses a
// change, even by events alone. MTLS_SIMULATION_SEED and MTLS_SIMULATION_SCHEDULES choose another
// run.
#include <array>
#include <cstdlib>
#include <random>

#include <catch2/catch.hpp>

#include "base/sighting.h"
#include "daemon/watch/watch_schedule.h"
#include "tests/unit/daemon/watch/simulated_disk.h"

namespace mtls::daemon::testing {
namespace {

using namespace std::chrono_literals;

struct Change {
  const char* name;
  void (*make)(SimulatedDisk& disk);
};

// Each component of /cur/d/f may be missing, a directory, a file or a link.
constexpr std::array kChanges = {
    Change{"write", [](auto& d) { d.write("/cur/d/f"); }},
    Change{"write twice", [](auto& d) { d.write("/cur/d/f"), d.write("/cur/d/f"); }},
    Change{"rename over", [](auto& d) { d.write("/new"), d.rename("/new", "/cur/d/f"); }},
    Change{"remove", [](auto& d) { d.remove("/cur/d/f"); }},
    Change{"link", [](auto& d) { d.remove("/cur/d/f"), d.make_link("../../target", "/cur/d/f"); }},
    Change{"write target", [](auto& d) { d.write("/target"); }},
    Change{"replace target", [](auto& d) { d.write("/new"), d.rename("/new", "/target"); }},
    Change{"remove target", [](auto& d) { d.remove("/target"); }},
    Change{"hard link", [](auto& d) { d.hard_link("/cur/d/f", "/hard"); }},
    Change{"write hard link", [](auto& d) { d.write("/hard"); }},
    Change{"remove hard link", [](auto& d) { d.remove("/hard"); }},
    Change{"remove directory", [](auto& d) { d.remove("/cur/d"); }},
    Change{"make directory", [](auto& d) { d.make_directory("/cur/d"); }},
    Change{"move directory away", [](auto& d) { d.remove("/away"), d.rename("/cur/d", "/away"); }},
    Change{"move it back", [](auto& d) { d.rename("/away", "/cur/d"); }},
    Change{"directory link", [](auto& d) { d.remove("/cur/d"), d.make_link("/store", "/cur/d"); }},
    Change{"store", [](auto& d) { d.make_directory("/store"), d.write("/store/f"); }},
    Change{"remove store", [](auto& d) { d.remove("/store"); }},
    Change{"remove all", [](auto& d) { d.remove("/cur"); }},
    Change{
        "make all",
        [](auto& d) { d.make_directory("/cur"), d.make_directory("/cur/d"), d.write("/cur/d/f"); }},
    Change{"release",
           [](auto& d) {
             d.make_directory("/rel"), d.make_directory("/rel/d"), d.write("/rel/d/f");
             d.remove("/cur"), d.make_link("rel", "/cur");
           }},
    Change{"loop", [](auto& d) { d.remove("/cur"), d.make_link("cur", "/cur"); }},
};

/// An owner and its watcher without a loop: time passes when there is nothing to do.
class Simulation {
 public:
  explicit Simulation(unsigned seed) : random_(seed), pace_(chance(2) ? kHurry : kLeisure) {
    disk_.before_each_answer = [this] { others_may_act(); };
    evaluate();
  }

  /// Makes some changes at random moments until nothing is left to do.
  void schedule(unsigned changes) {
    changes_left_ = changes;
    done_.clear();
    disk_.queue_limit = chance(10) ? 4 : 1'000'000;
    while (work()) {
    }
  }

  /// Including the content.
  bool knows_the_truth() { return known_ == look() && contents_ == read_contents(); }
  const std::string& done() const { return done_; }
  /// What the owner knows, compared with what is true.
  std::string difference() {
    std::string text;
    const base::Sightings now = look();
    for (const auto& [path, seen] : known_) {
      if (!(now.at(path) == seen)) text += path + " looks otherwise; ";
    }
    const std::vector<std::string> contents = read_contents();
    for (std::size_t i = 0; i < contents.size(); ++i) {
      text += contents_[i] + " is " + contents[i] + "; ";
    }
    return text;
  }
  const watch::WatchCounts& counts() const { return schedule_.counts(); }

 private:
  bool chance(unsigned one_in) { return random_() % one_in == 0; }

  void others_may_act() {
    disk_.realtime += static_cast<std::int64_t>(random_()) % pace_;
    if (changes_left_ > 0 && chance(6)) act();
  }
  void act() {
    --changes_left_;
    const Change& change = kChanges.at(random_() % kChanges.size());
    done_.append(change.name).append("; ");
    change.make(disk_);
    if (chance(50)) set_the_clock();
  }
  /// Never sets it back to the very tick it was set away from.
  void set_the_clock() {
    const auto by = kHour + static_cast<std::int64_t>(random_()) * 1'000;
    disk_.realtime += chance(2) ? by : -by;
  }

  /// Does one thing after the other, as the loop would; false: there is nothing to do.
  bool work() {
    const bool read = chance(2);
    if (read) schedule_.take_in(disk_.drain());
    if (read) schedule_.interpret(targets_, now_);
    const auto due = schedule_.next_due();
    if (due && *due <= now_) schedule_.come_due(now_);
    if (!schedule_.nothing_to_do()) {
      run_pass();
      return true;
    }
    if (read && !due && changes_left_ == 0) return false;
    if (changes_left_ > 0 && chance(3)) act();
    pass_time(due);
    return true;
  }
  void pass_time(std::optional<watch::WatchSchedule::Time> due) {
    const bool wait = due && *due > now_ && chance(2);
    const watch::WatchSchedule::Time step =
        wait ? *due - now_ : watch::WatchSchedule::Time(random_() % 4);
    now_ += step;
    disk_.realtime += std::chrono::nanoseconds(step).count();
  }
  void run_pass() {
    watch::Pass pass = schedule_.begin();
    watch::PassResult result = targets_.run(pass, &disk_);
    schedule_.take_in(disk_.drain());
    schedule_.interpret(targets_, now_);
    const watch::FileChanges changes = schedule_.finish(pass, std::move(result), now_);
    if (changes.paths.empty()) return;
    schedule_.reported(disk_.realtime);
    evaluate();
  }

  void evaluate() {
    base::RecordingFileSystem recording(disk_);
    contents_.clear();
    for (const char* file : kFiles) contents_.push_back(content(recording.read(file, 1)));
    for (const char* pattern : kPatterns) (void)recording.glob(pattern);
    base::Sightings before = std::exchange(known_, recording.take());
    if (before.empty() || chance(2)) return schedule_.replace(known_, disk_.realtime);
    base::Sightings changed = known_;
    std::erase_if(changed,
                  [&](const auto& entry) { return before.at(entry.first) == entry.second; });
    schedule_.update(std::move(changed), disk_.realtime);
  }
  base::Sightings look() {
    base::RecordingFileSystem recording(disk_);
    for (const char* file : kFiles) (void)recording.stat(file);
    for (const char* pattern : kPatterns) (void)recording.glob(pattern);
    return recording.take();
  }
  std::vector<std::string> read_contents() {
    std::vector<std::string> contents;
    for (const char* file : kFiles) contents.push_back(content(disk_.read(file, 1)));
    return contents;
  }
  static std::string content(const base::Result<base::FileContent>& read) {
    return read ? std::string(read->text()) : "";
  }

  static constexpr std::array kFiles = {"/cur/d/f", "/store/f"};
  static constexpr std::array kPatterns = {"/cur/*/f", "/cur/d/*"};
  static constexpr std::int64_t kHour = 3'600'000'000'000;
  static constexpr std::chrono::milliseconds kSettle{100};

  // At most this passes between two answers: many answers within one tick of the stamps, where
  // changes can hide, or none, where looking again because of that corrects no mistake.
  static constexpr std::int64_t kHurry = 100'000;
  static constexpr std::int64_t kLeisure = 40'000'000;

  std::minstd_rand random_;
  std::int64_t pace_;
  unsigned changes_left_ = 0;
  std::string done_;
  SimulatedDisk disk_;
  watch::WatchSchedule::Time now_{1000};
  watch::WatchSchedule schedule_{{.settle = kSettle, .realtime_ns = disk_.realtime}};
  watch::Targets targets_{{.view = disk_, .disk = disk_, .settle = kSettle}};
  base::Sightings known_;
  std::vector<std::string> contents_;
};

unsigned setting(const char* name, unsigned usual) {
  const char* value = std::getenv(name);
  return value == nullptr ? usual : static_cast<unsigned>(std::stoul(value));
}

TEST_CASE("W19: no change between any look and any watch is lost") {
  const unsigned seed = setting("MTLS_SIMULATION_SEED", std::random_device{}());
  const unsigned schedules = setting("MTLS_SIMULATION_SCHEDULES", 100'000);
  WARN("seed " << seed << ", " << schedules << " schedules");
  constexpr unsigned kPerDisk = 100;
  std::minstd_rand random(seed);
  std::uint64_t overflows = 0;
  for (unsigned disk = 0; disk < schedules / kPerDisk; ++disk) {
    const auto disk_seed = static_cast<unsigned>(random());
    Simulation simulation(disk_seed);
    for (unsigned round = 0; round < kPerDisk; ++round) {
      simulation.schedule(1 + round % 8);
      if (simulation.knows_the_truth()) continue;
      CAPTURE(seed, disk, disk_seed, round, simulation.done(), simulation.difference());
      FAIL("the owner does not know what is on the disk");
    }
    overflows += simulation.counts().overflows;
  }
  CHECK(overflows > 0);
}

}  // namespace
}  // namespace mtls::daemon::testing
