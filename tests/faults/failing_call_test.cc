// F13, F15 by exhaustion: the N-th allocation or system call of a start, an evaluation and a scrape
// fails, for N = 1, 2, 3, … until there is no N-th. Usually some of them, with MTLS_NTH_STEP=1
// (label long) all. Nothing may crash, hang or be judged wrongly.
#include <fstream>

#include "tests/faults/fault_scene.h"
#include "tests/faults/nth_failure.h"

namespace mtls::daemon::testing {
namespace {

const std::vector<Failing> kFailing = memory_files_and({
    {"read", Call::kRead, ENOMEM},
    {"readlink", Call::kReadLink, ENOMEM},
    {"inotify_add_watch", Call::kInotifyAdd, ENOSPC},
    {"accept", Call::kAccept, EMFILE},
    {"socket", Call::kSocket, EMFILE},
    {"send", Call::kSend, ENOBUFS},
    {"pthread_create", Call::kThread, EAGAIN},
    {"opendir", Call::kOpenDirectory, EMFILE},
    {"epoll_ctl", Call::kEpollControl, ENOSPC},
});
const std::vector<Failing> kOnlyAtStart = {
    {"inotify_init", Call::kInotifyInit, EMFILE},
    {"timerfd_create", Call::kTimerDescriptor, EMFILE},
    {"epoll_create", Call::kEpollCreate, EMFILE},
    {"eventfd", Call::kEventDescriptor, EMFILE},
    {"pipe", Call::kPipe, EMFILE},
};

// The victim's bundle is one of two in turn; another server is reached through a pattern and a
// link. Every answer must fit one of the two bundles.
class TwoStates {
 public:
  TwoStates()
      : scene_({.servers = asking_server("victim", "victim.pem") + "include conf.d/*.conf;\n",
                .environment = preloaded_.environment()}) {
    add_linked_server();
    for (std::size_t i = 0; i < pems_.size(); ++i) {
      pems_.at(i) = authority("state " + std::to_string(i)).certificate_pem;
      become(i);
      REQUIRE(scene_.comes(shows(i)));
      series_.at(i) = scene_.verdicts_now().value();
    }
  }

  /// False once there are fewer than `n` such calls.
  bool try_nth(const Failing& failing, long n) {
    const double refused = refusals();
    const std::size_t to = ++turn_ % 2;
    preloaded_.set(failing.nth(n));
    become(to);
    const bool ended =
        eventually(10s, [&] { return scene_.exporter().shows(shows(to)) || refusals() > refused; });
    CHECK(ended);
    const bool failed = preloaded_.failed() > 0;
    check_truth();
    preloaded_.clear();
    return failed;
  }

  /// Like try_nth(), but for one scrape.
  bool try_nth_of_scrape(const Failing& failing, long n) {
    preloaded_.set(failing.nth(n));
    check_truth();
    const bool failed = preloaded_.failed() > 0;
    preloaded_.clear();
    CHECK(scene_.verdicts_now().has_value());
    return failed;
  }

  bool alive() { return scene_.exporter().process().wait(0ms) == std::nullopt; }

  std::string log() { return scene_.exporter().log(); }

  void check_recovered() {
    scene_.restore_victim();
    run_in(scene_.dir, "rm conf.d/linked.conf");
    scene_.check_recovered();
  }

 private:
  /// A server behind a pattern and a link, so that directories are read too.
  void add_linked_server() const {
    run_in(scene_.dir, "mkdir conf.d; ln -s bystander.pem link.pem");
    scene_.dir.write("conf.d/linked.conf", asking_server("linked", "link.pem"));
    REQUIRE(
        scene_.comes({.name = "nginx_mtls_server_verify_depth", .labels = {{"server", "linked"}}}));
  }

  static Exporter::Expected shows(std::size_t state) {
    return {.name = "nginx_mtls_ca_info",
            .labels = {{"subject_cn", "state " + std::to_string(state)}}};
  }
  void become(std::size_t state) { scene_.dir.rename_over("victim.pem", pems_.at(state)); }

  double refusals() {
    return scene_.exporter()
               .value("nginx_mtls_evaluations_refused_total", {{"reason", "memory"}})
               .value_or(0) +
           scene_.exporter()
               .value("nginx_mtls_evaluations_refused_total", {{"reason", "descriptors"}})
               .value_or(0);
  }

  void check_truth() {
    const std::optional<FaultScene::Series> now = scene_.verdicts_now();
    if (!now || *now == series_[0] || *now == series_[1]) return;
    CHECK(FaultScene::differences(series_[turn_ % 2], *now) == "");
  }

  Preloaded preloaded_;
  FaultScene scene_;
  std::array<std::string, 2> pems_;
  std::array<FaultScene::Series, 2> series_;
  std::size_t turn_ = 1;
};

void try_each(const std::vector<Failing>& kinds) {
  for (const Failing& failing : kinds) {
    CAPTURE(failing.name);
    TwoStates states;
    long tried = 0;
    for (long n = first_n(); states.try_nth(failing, n); n = next_after(n, 0.3)) {
      CAPTURE(n);
      ++tried;
      if (!states.alive()) FAIL("it has ended: " << states.log());
    }
    states.check_recovered();
    WARN(failing.name << ": " << tried << " calls failed, one after the other");
    CHECK(states.alive());
  }
}

TEST_CASE(
    "F13: whichever allocation or call of an evaluation fails, it lives and says nothing false") {
  if (skipped_without_preloading()) return;
  try_each(kFailing);
}

TEST_CASE("F13: whichever allocation or call of a scrape fails, the next scrape is whole") {
  if (skipped_without_preloading()) return;
  for (const Failing& failing : kFailing) {
    CAPTURE(failing.name);
    TwoStates states;
    for (long n = first_n(); states.try_nth_of_scrape(failing, n); n = next_after(n, 0.1)) {
      CAPTURE(n);
      REQUIRE(states.alive());
    }
    states.check_recovered();
  }
}

// Either ready, or ended with a message of ours.
struct Started {
  bool failed = false;
  std::optional<int> code;  // nullopt: it runs and is ready
  std::string log;
};

Started start_with(const TempDir& dir, std::uint16_t port, const Failing& failing, long n) {
  Preloaded preloaded;
  preloaded.set(failing.nth(n));
  ChildProcess child = exporter({"--nginx.conf", dir.path("nginx.conf"), "--web.listen-address",
                                 "127.0.0.1:" + std::to_string(port)},
                                preloaded.environment());
  Started started;
  const bool ended = eventually(15s, [&] {
    started.code = child.wait(0ms);
    return started.code || mtls::testing::get(port, "/-/ready").status == 200;
  });
  CHECK(ended);
  started.failed = preloaded.failed() > 0;
  preloaded.clear();
  if (!started.code) {
    CHECK(contains(mtls::testing::get(port, "/metrics").body, "nginx_mtls_config_parse_success 1"));
  }
  started.log = child.standard_error();
  return started;
}

// Before main() the message comes from the C++ runtime.
bool ended_before_main(const Started& started) {
  return started.code == 128 + SIGABRT && !contains(started.log, "level=") &&
         contains(started.log, "std::bad_alloc");
}

TEST_CASE("F13: whichever allocation or call of a start fails, it starts or says why not") {
  if (skipped_without_preloading()) return;
  const TempDir dir;
  write_server_certificate(dir);
  dir.write("ca.pem", authority("CA").certificate_pem);
  dir.write("nginx.conf", nginx_conf(asking_server("a", "ca.pem")));
  const std::uint16_t port = mtls::testing::free_port();
  std::vector<Failing> kinds = kFailing;
  kinds.insert(kinds.end(), kOnlyAtStart.begin(), kOnlyAtStart.end());
  for (const Failing& failing : kinds) {
    for (long n = first_n();; n = next_after(n, 0.1)) {
      CAPTURE(failing.name, n);
      const Started started = start_with(dir, port, failing, n);
      if (!started.failed) break;
      CAPTURE(started.log);
      if (started.code && !ended_before_main(started)) {
        CHECK(*started.code < 128);
        CHECK_FALSE(started.log.empty());
      }
    }
  }
}

}  // namespace
}  // namespace mtls::daemon::testing
