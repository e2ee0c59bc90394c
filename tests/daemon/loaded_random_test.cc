// Random sequences of edits, reloads, refused reloads, crashes and restarts of the daemon, with and
// without what it keeps over them: what is said of the loaded files is what real clients get, or
// nothing is said.
#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "tests/daemon/loaded_scene.h"

namespace mtls::daemon::testing {
namespace {

int number_from(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::stoi(text) : otherwise;
}

/// A host on which anything happens. With an odd seed the daemon keeps its state.
class Restless : public Scene {
 public:
  explicit Restless(unsigned seed) : random_(seed), keeps_state_(seed % 2 == 1) {
    std::filesystem::create_directory(dir.path("state"));
    daemon_ = start();
    if (keeps_state_) {
      REQUIRE(
          eventually(10s, [&] { return std::filesystem::exists(dir.path("state/loaded.json")); }));
    }
    run_in(dir,
           "mkdir -p ..1 ..2 && cp a.pem ..1/ca.pem && cp b.pem ..2/ca.pem && ln -s ..1 ..data");
  }

  /// Some things, one right after the other. Their names.
  std::string happen() {
    std::string all;
    if (keeps_state_ && roll(3) == 0) {
      std::this_thread::sleep_for(4s);  // until what nginx has loaded is kept
      all = "quiet";
    }
    const int count = 1 + roll(3);
    for (int i = 0; i < count; ++i) {
      all += (all.empty() ? "" : ", ") + happen_once();
      if (roll(2) == 0) std::this_thread::sleep_for(milliseconds(roll(150)));
    }
    return all;
  }

  /// What the daemon says of the running nginx, once nothing happens any more. How much it knew.
  int check() {
    std::this_thread::sleep_for(700ms);
    int known = 0;
    for (const char* client : {"a", "b"}) {
      const bool answer = is_accepted(client);
      const auto told = verdict(*daemon_, client, "loaded");
      CAPTURE(client, dir.read("ca.pem") == dir.read("a.pem"));
      if (told) CHECK((*told == 1) == answer);
      known += told ? 1 : 0;
    }
    check_pending();
    return known;
  }

 private:
  std::unique_ptr<Exporter> start() const {
    if (!keeps_state_) return exporter();
    return exporter({"--state.directory", dir.path("state")});
  }

  std::string restart() {
    daemon_.reset();
    std::string meanwhile;
    // By the times alone, workers that took the place of crashed ones look like a reload.
    switch (keeps_state_ ? roll(6) : 6) {
      case 0:
        hang_up(nginx_);
        meanwhile = ", meanwhile SIGHUP";
        break;
      case 1:
        crash(nginx_);
        meanwhile = ", meanwhile a crash";
        break;
      case 2: meanwhile = ", meanwhile " + edit(); break;
      default: break;
    }
    daemon_ = start();
    return "restart of the daemon" + meanwhile;
  }

  int roll(int sides) { return std::uniform_int_distribution<int>(0, sides - 1)(random_); }

  void check_pending() {
    const auto told = daemon_->value(kReloadPending, {{"path", dir.path("ca.pem")}});
    // Of a file that changed after the reload, and whose content before is not known, nobody can
    // say whether somebody has put that back.
    const bool is_by_time = told == 1 && !verdict(*daemon_, "a", "loaded");
    if (!told || is_by_time) return;
    const std::string now = dir.read("ca.pem");
    const bool is_whole = now == dir.read("a.pem") || now == dir.read("b.pem");
    const bool is_loaded = is_whole && is_accepted("a") == (now == dir.read("a.pem"));
    CHECK((*told == 0) == is_loaded);
  }

  std::string edit() {
    const std::string file = roll(2) == 0 ? "a.pem" : "b.pem";
    switch (roll(5)) {
      case 0: dir.rename_over("ca.pem", dir.read(file)); return "renamed over " + file;
      case 1:
        run_in(dir, "rm -f ca.pem");
        dir.write("ca.pem", dir.read(file));
        return "written " + file;
      case 2: run_in(dir, "rm -f ca.pem; cp -p " + file + " ca.pem"); return "cp -p " + file;
      case 3: run_in(dir, "ln -sfn " + file + " ca.pem"); return "link to " + file;
      default:
        run_in(dir, "ln -sfn " + std::string(file == "a.pem" ? "..1" : "..2") +
                        " new && mv -T new ..data && ln -sfn ..data/ca.pem ca.pem");
        return "..data of " + file;
    }
  }

  std::string happen_once() {
    switch (roll(8)) {
      case 0:
      case 1: hang_up(nginx_); return "SIGHUP";
      case 2: crash(nginx_); return "crash";
      case 3:
        dir.rename_over("nginx.conf", "nothing\n");
        hang_up(nginx_);
        std::this_thread::sleep_for(100ms);
        write_conf("");
        return "refused reload";
      case 4:
        if (roll(3) != 0) return edit();
        return restart();
      default: return edit();
    }
  }

  std::mt19937 random_;
  bool keeps_state_;
  NginxRunner nginx_{dir};
  std::unique_ptr<Exporter> daemon_;
};

}  // namespace

TEST_CASE("loaded: whatever happens, what is said of the running nginx is what clients get") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no nginx");
    return;
  }
  const int sequences = number_from("MTLS_LOADED_SEQUENCES", 2);
  const int steps = number_from("MTLS_LOADED_STEPS", 8);
  const int seed = number_from("MTLS_LOADED_SEED", 1);
  int known = 0;
  for (int i = 0; i < sequences; ++i) {
    Restless host(static_cast<unsigned>(seed + i));
    std::string story;
    for (int step = 0; step < steps; ++step) {
      story += "; " + host.happen();
      CAPTURE(seed + i, step, story);
      known += host.check();
    }
  }
  const int asked = 2 * sequences * steps;
  INFO(known << " of " << asked << " were known");
  CHECK(known * 3 > asked);
  WARN(known << " of " << asked << " verdicts were known");
}

}  // namespace mtls::daemon::testing
