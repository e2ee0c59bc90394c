#include "daemon/app/app.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include <uv.h>

#include "daemon/app/nginx_watch.h"
#include "daemon/app/observer_watch.h"
#include "daemon/app/pages.h"
#include "daemon/app/published.h"
#include "daemon/app/reloads.h"
#include "daemon/app/routes.h"
#include "daemon/app/start.h"
#include "daemon/app/updater.h"
#include "daemon/probe/prober.h"
#include "daemon/settings/build_info.h"
#include "daemon/settings/policy_source.h"
#include "daemon/system/clock_jump.h"
#include "daemon/system/disk.h"
#include "daemon/system/last_words.h"
#include "daemon/system/log/log.h"
#include "daemon/system/loop.h"
#include "daemon/system/mount_table.h"
#include "daemon/system/mount_threads.h"
#include "daemon/system/systemd.h"
#include "daemon/system/timeout_file_system.h"
#include "daemon/watch/watcher.h"
#include "daemon/web/auth/live_web_config.h"
#include "daemon/web/server.h"

namespace mtls::daemon::app {
namespace {

// An evaluation under way at SIGTERM may be reading a slow disk; systemd and the operator do not
// wait for it.
constexpr std::uint64_t kShutdownMilliseconds = 1500;
// The watcher's counts move without an evaluation; a scrape may see them this late.
constexpr std::uint64_t kCountsMilliseconds = 1000;
// A scrape waits at most this long for the file system of web-config.yml.
constexpr std::chrono::milliseconds kWebTimeout{250};
// Files whose changes the kernel does not report are looked at this often, or as often as the
// rescans if those are more frequent. A change is served within 5 s.
constexpr std::chrono::milliseconds kPollInterval{4000};

class App {
 public:
  App(const settings::Options& options, uv_loop_t& loop) : options_(options), loop_(loop) {
    for (auto* timer : {&shutdown_timer_, &watchdog_timer_, &counts_timer_}) {
      uv_timer_init(&loop_, timer);
      timer->data = this;
    }
    for (auto* signal : {&hangup_, &terminate_, &interrupt_}) {
      uv_signal_init(&loop_, signal);
      signal->data = this;
    }
    uv_async_init(&loop_, &reload_requested_,
                  [](uv_async_t* handle) { static_cast<App*>(handle->data)->reloads_.request(); });
    reload_requested_.data = this;
  }

  int run(audit::Policy policy, std::unique_ptr<web::auth::LiveWebConfig> web_config,
          const std::optional<settings::ObserverSettings>& observer) {
    const auto opened = start_observer(observer);
    if (!opened) return give_up("cannot observe clients", opened.error());
    auto web = start_web(std::move(web_config));
    if (!web) return give_up("cannot serve HTTP", web.error());
    web_ = std::move(*web);
    for (const std::string& address : web_->addresses())
      system::log::log_info("listening", {{"address", address}});
    system::log::log_info("nginx", {{"conf", policy.nginx_conf},
                                    {"version", config::to_string(policy.build.version)}});
    nginx_ = std::make_unique<NginxWatch>(
        NginxWatch::World{
            .loop = loop_, .disk = disk_, .state_directory = options_.state_directory},
        [this](const auto& it) { return settings::build_of(it, options_.nginx_conf, disk_); },
        [this](const auto& view) { nginx_changed(view); });
    watcher_ = watch::Watcher::create(
        {loop_, disk_, mounts_, [this] { nginx_->file_changed(); }},
        {.rescan_interval = options_.rescan_interval,
         .poll_interval = std::min(kPollInterval, options_.rescan_interval)},
        [this](const watch::FileChanges& changes) { files_changed(changes); });
    updater_.set_processes(nginx_->view(), nginx_->remembered());
    start_signals();
    start_timers();
    awaited_ = updater_.adopt(std::move(policy), "start");
    drain();
    nginx_->keep_state();
    system::log::log_info("stopped");
    if (!pages_.is_idle()) {
      system::log::close_log();
      std::_Exit(0);  // a page is being made for nobody
    }
    return 0;
  }

 private:
  int give_up(const char* what, const base::Error& error) {
    system::log::log_error(what, {{"error", error.message}});
    if (observer_) observer_->close();
    close_handles();
    drain();
    return error.code == base::ErrorCode::kInvalidArgument ? 2 : 3;
  }

  base::Result<void> start_observer(const std::optional<settings::ObserverSettings>& settings) {
    if (!settings) return {};
    auto socket = open_observer_socket(*settings, sockets_);
    if (!socket) return tl::unexpected(socket.error());
    observer_ = std::make_unique<ObserverWatch>(
        loop_, *settings, std::move(*socket),
        ObserverWatch::Callbacks{
            .nginx = [this]() -> const NginxWatch& { return *nginx_; },
            .on_truth = [this](auto truth) { updater_.observed(std::move(truth)); },
            .on_metrics = [this] { publish_counts(); }});
    return {};
  }

  base::Result<std::unique_ptr<web::WebServer>> start_web(
      std::unique_ptr<web::auth::LiveWebConfig> config) {
    web::WebOptions web{.listen_addresses = options_.listen_addresses,
                        .max_requests = options_.max_requests};
    if (options_.systemd_socket) {
      for (const system::InheritedSocket& socket : sockets_)
        if (socket.name != kObserverSocket) web.inherited_sockets.push_back(socket.fd);
      if (web.inherited_sockets.empty()) {
        return base::fail(base::ErrorCode::kInvalidArgument,
                          "no socket activation file descriptors found; --web.systemd-socket needs "
                          "a socket unit that starts this service");
      }
    }
    return web::WebServer::start(web, routes_, requests_, std::move(config));
  }

  void start_signals() {
    uv_signal_start(
        &hangup_, [](uv_signal_t* s, int) { static_cast<App*>(s->data)->reloads_.request(); },
        SIGHUP);
    uv_signal_start(
        &terminate_, [](uv_signal_t* s, int) { static_cast<App*>(s->data)->stop(); }, SIGTERM);
    uv_signal_start(
        &interrupt_, [](uv_signal_t* s, int) { static_cast<App*>(s->data)->stop(); }, SIGINT);
    hold_hangups(SIG_UNBLOCK);
  }

  void start_timers() {
    uv_timer_start(
        &counts_timer_, [](uv_timer_t* t) { static_cast<App*>(t->data)->each_second(); },
        kCountsMilliseconds, kCountsMilliseconds);
    if (const auto interval = system::watchdog_interval()) {
      const auto half = static_cast<std::uint64_t>(interval->count() / 2000);
      uv_timer_start(&watchdog_timer_, [](uv_timer_t*) { system::notify_watchdog(); }, 0, half);
    }
  }

  // Another nginx on disk, or another package: which one runs has to be asked anew (R9.1).
  void files_changed(const watch::FileChanges& changes) {
    const bool is_nginx =
        std::any_of(changes.paths.begin(), changes.paths.end(),
                    [&](const auto& path) { return nginx_files_.contains(path); });
    if (is_nginx) reloads_.request();
    updater_.files_changed(changes);
  }

  // Another master may run another release, or another configuration where nobody named one.
  void nginx_changed(const std::shared_ptr<const running::ProcessView>& view) {
    const auto [before, masters] = std::pair(updater_.master_pid(), updater_.masters());
    updater_.nginx_changed(view);
    const int now = updater_.master_pid();
    const bool is_new = now == 0 && !options_.nginx_conf && view->masters.size() > masters;
    if (is_new || (now != 0 && now != before)) reloads_.request();
  }

  void publish(const std::shared_ptr<const audit::Snapshot>& shared,
               const Publication& publication) {
    const audit::Snapshot& snapshot = *shared;
    pages_.publish(shared);
    nginx_->published(shared);
    nginx_files_ = snapshot.package_files;
    current_ = publication;
    current_.counts.watch = watcher_->counts();
    auto changed = snapshot_ ? snapshot.sightings_since(*snapshot_) : std::nullopt;
    if (changed) {
      watcher_->update(std::move(*changed));
    } else {
      watcher_->watch(snapshot.sightings());
    }
    prober_.set(snapshot);
    if (observer_) observer_->published(shared);
    snapshot_ = shared;
    publish_counts();
    const std::string status =
        std::to_string(snapshot.servers.size()) + " server blocks, " +
        std::to_string(snapshot.material.size()) + " files" +
        (snapshot.nginx_errors().empty() ? "" : ", nginx would refuse the configuration");
    if (reloads_.is_under_way() && updater_.answered() >= awaited_) {
      system::no_last_words();  // libuv has all it needs by now
      reloads_.done();
      system::notify_ready(status);
      system::log::log_info("ready", {{"servers", std::to_string(snapshot.servers.size())},
                                      {"files", std::to_string(snapshot.material.size())}});
    } else {
      system::notify_status(status);
    }
  }

  void publish_refusal(const SelfCounts& counts) {
    current_.counts.refused = counts.refused;
    publish_counts();
  }

  void publish_counts() {
    watch::WatchCounts watch = watcher_->counts();
    SelfCounts& counts = current_.counts;
    // A look at every file that found nothing new confirms the published evaluation.
    if (counts.generation > 0 && watch.full_looks > counts.watch.full_looks) {
      counts.last_evaluation =
          std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    }
    counts.watch = std::move(watch);
    counts.settings_are_current = settings_are_current_;
    nginx_->fill(current_);
    if (observer_) current_.observed = observer_->metrics();
    published_.store(current_);
  }

  // Called on the web thread, which ends before the handle does. Several requests at about the same
  // time become one reload.
  std::function<void()> reload_request() {
    if (!options_.enable_lifecycle) return nullptr;
    return [this] { uv_async_send(&reload_requested_); };
  }

  void each_second() {
    const system::ClockJump::Seen jump = clock_jump_.next(system::ClockReadings::now());
    if (jump.stepped || jump.resumed) updater_.time_jumped();
    if (jump.resumed) watcher_->rescan();
    publish_counts();
  }

  // Reloads are announced to the service manager one after the other, each with its own READY.
  void begin_reload() {
    system::notify_reloading();
    awaited_ = Updater::kNeverAnswered;
  }

  void take_policy(base::Result<audit::Policy> policy) {
    if (policy && observer_) {
      const auto moved = observer_->move_to(policy->observer_socket);
      if (!moved) policy = tl::unexpected(moved.error());
    }
    settings_are_current_ = policy.has_value();
    if (!policy) {
      system::log::log_error("invalid settings, the old ones stay in force",
                             {{"error", policy.error().message}});
      awaited_ = updater_.files_changed(
          {.paths = {}, .complete = {}, .everything = true, .by_rescan = false});
      return;
    }
    system::log::log_info("reloading");
    awaited_ = updater_.adopt(std::move(*policy), "signal");
  }

  void stop() {
    if (std::exchange(stopping_, true)) return;
    system::notify_stopping();
    uv_timer_start(
        &shutdown_timer_,
        [](uv_timer_t*) {
          system::log::close_log();
          std::_Exit(0);  // a worker hangs on a dead file system; what was kept is seconds old
        },
        kShutdownMilliseconds, 0);
    uv_unref(reinterpret_cast<uv_handle_t*>(&shutdown_timer_));
    web_->stop();
    pages_.stop();
    watcher_->close();
    nginx_->close();
    if (observer_) observer_->close();
    close_handles();
  }

  void close_handles() {
    updater_.close();
    reloads_.close();
    prober_.close();
    for (auto* timer : {&watchdog_timer_, &counts_timer_})
      uv_close(reinterpret_cast<uv_handle_t*>(timer), nullptr);
    for (auto* signal : {&hangup_, &terminate_, &interrupt_}) {
      uv_close(reinterpret_cast<uv_handle_t*>(signal), nullptr);
    }
    uv_close(reinterpret_cast<uv_handle_t*>(&reload_requested_), nullptr);
  }

  // Runs until every handle is closed. The shutdown timer watches over this and closes last.
  void drain() {
    uv_run(&loop_, UV_RUN_DEFAULT);
    uv_close(reinterpret_cast<uv_handle_t*>(&shutdown_timer_), nullptr);
    uv_run(&loop_, UV_RUN_DEFAULT);
    uv_loop_close(&loop_);
  }

  const settings::Options& options_;
  uv_loop_t& loop_;
  uv_timer_t shutdown_timer_{};
  uv_timer_t watchdog_timer_{};
  uv_timer_t counts_timer_{};
  uv_signal_t hangup_{};
  uv_signal_t terminate_{};
  uv_signal_t interrupt_{};
  uv_async_t reload_requested_{};

  const std::vector<system::InheritedSocket> sockets_ = system::inherited_sockets();
  system::Mounts mounts_;
  system::MountThreads mount_threads_{system::kStuckAfter};
  system::TimeoutFileSystem disk_{std::make_shared<system::Disk>(), mounts_, mount_threads_};
  Published<Publication> published_;
  std::shared_ptr<const audit::Snapshot> snapshot_;  // the last that was published
  Publication current_;                              // the loop thread's own copy of `published_`
  web::RequestCounts requests_;
  Pages pages_{page_makers(options_.telemetry_path)};
  Routes routes_{{.published = published_,
                  .requests = requests_,
                  .pages = pages_,
                  .request_reload = reload_request()},
                 options_.telemetry_path};
  std::unique_ptr<web::WebServer> web_;
  std::unique_ptr<watch::Watcher> watcher_;
  std::unique_ptr<NginxWatch> nginx_;
  std::unique_ptr<ObserverWatch> observer_;  // nullptr: nobody observes clients
  Updater updater_{{.loop = loop_, .disk = disk_, .blackbox = options_.compat_blackbox},
                   [this](const auto& snapshot, const Publication& publication) {
                     publish(snapshot, publication);
                   },
                   [this](const SelfCounts& counts) { publish_refusal(counts); }};
  probe::Prober prober_{loop_, [this](auto answers) { updater_.probed(std::move(answers)); }};
  Reloads reloads_{loop_,
                   {.begin = [this] { begin_reload(); },
                    .read = [this] { return settings::read_policy(options_, disk_); },
                    .take = [this](auto policy) { take_policy(std::move(policy)); }}};
  system::ClockJump clock_jump_{system::ClockReadings::now()};
  Updater::Request awaited_ = 0;  // READY=1 waits for its evaluation
  bool settings_are_current_ = true;
  base::Sightings nginx_files_;  // of the binary and its package
  bool stopping_ = false;
};

int run_app(const settings::Options& options, audit::Policy policy,
            std::unique_ptr<web::auth::LiveWebConfig> web_config,
            const std::optional<settings::ObserverSettings>& observer) {
  uv_loop_t loop{};
  if (const auto opened = system::open_loop(loop); !opened) {
    system::log::log_error("cannot start", {{"error", opened.error().message}});
    return 3;
  }
  return App(options, loop).run(std::move(policy), std::move(web_config), observer);
}

}  // namespace

int serve(const settings::Options& options) {
  hold_hangups(SIG_BLOCK);
  end_at_once_on_terminate();
  if (const auto log = system::log::setup_log(options.log); !log) {
    std::cerr << log.error().message << '\n';
    return 3;
  }
  prepare_last_words();
  system::Disk disk;
  auto policy = settings::read_policy(options, disk);
  const auto settings = settings::read_settings(options, disk);
  system::Mounts mounts;
  system::MountThreads mount_threads(kWebTimeout);
  system::TimeoutFileSystem web_disk(std::make_shared<system::Disk>(), mounts, mount_threads);
  auto web_config = open_web_config(options.web_config_file, disk, web_disk);
  int code = 2;
  if (!policy) {
    system::log::log_error("invalid settings", {{"error", policy.error().message}});
  } else if (!web_config) {
    system::log::log_error("invalid web configuration", {{"error", web_config.error().message}});
  } else if (options.config_check) {
    system::log::log_info("the settings are valid");
    code = 0;
  } else {
    system::log::log_info("starting", {{"version", settings::exporter_version()},
                                       {"revision", settings::exporter_revision()}});
    code = run_app(options, std::move(*policy), std::move(*web_config),
                   settings ? settings->observer : std::nullopt);
  }
  system::log::close_log();
  return code;
}

}  // namespace mtls::daemon::app
