#include "daemon/app/self_metrics.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "daemon/settings/build_info.h"
#include "daemon/system/log/log.h"
#include "daemon/system/process_metrics.h"

namespace mtls::daemon::app {
namespace {

using collectors::Families;
using collectors::Family;
using collectors::FamilySpec;
using prometheus::MetricType;

double number(std::uint64_t value) { return static_cast<double>(value); }

void single(Families& families, const FamilySpec& spec, double value) {
  Family family(spec);
  family.add({}, value);
  families.push_back(family.take());
}

void evaluation_families(const SelfCounts& counts, Families& families) {
  Family evaluations(FamilySpec{"nginx_mtls_exporter_evaluations_total",
                                "Evaluations by what caused them.", MetricType::Counter});
  for (const auto& [trigger, n] : counts.evaluations)
    evaluations.add({{"trigger", trigger}}, number(n));
  families.push_back(evaluations.take());
  Family refused(
      FamilySpec{"nginx_mtls_exporter_evaluations_refused_total",
                 "Evaluations discarded because the exporter ran out of memory or descriptors; the "
                 "last good one stays, and the exporter tries again.",
                 MetricType::Counter});
  for (const auto& [reason, n] : counts.refused)
    refused.add({{"reason", std::string(word(reason))}}, number(n));
  families.push_back(refused.take());
  single(families,
         {"nginx_mtls_exporter_settings_last_reload_successful",
          "0: the settings file was invalid at the last reload, the old settings stay in force."},
         counts.settings_are_current ? 1 : 0);
  if (counts.generation == 0) return;
  single(families,
         {"nginx_mtls_exporter_last_evaluation_timestamp_seconds",
          "When the published evaluation was made, or last confirmed by a rescan."},
         base::unix_seconds(counts.last_evaluation));
  single(families,
         {"nginx_mtls_exporter_last_evaluation_duration_seconds",
          "Duration of the published evaluation."},
         counts.last_duration_seconds);
  single(families,
         {"nginx_mtls_exporter_generation", "Number of the published evaluation since the start."},
         number(counts.generation));
}

void reload_families(const running::ReloadCounts& reloads, Families& families) {
  single(
      families,
      {"nginx_mtls_nginx_reloads_total", "Reloads of nginx that succeeded.", MetricType::Counter},
      number(reloads.reloads));
  single(families,
         {"nginx_mtls_nginx_reload_failures_total", "Reloads that nginx refused, by its log.",
          MetricType::Counter},
         number(reloads.failures));
  if (!reloads.last_successful) return;
  single(families,
         {"nginx_mtls_nginx_last_reload_successful",
          "0: nginx refused its last reload and goes on with what it had."},
         *reloads.last_successful ? 1 : 0);
}

void watch_families(const watch::WatchCounts& watch, Families& families) {
  single(families, {"nginx_mtls_exporter_watches", "inotify watches held."}, number(watch.watches));
  single(
      families,
      {"nginx_mtls_exporter_watch_events_total", "inotify events received.", MetricType::Counter},
      number(watch.events));
  single(families,
         {"nginx_mtls_exporter_watch_overflows_total", "Times the kernel dropped inotify events.",
          MetricType::Counter},
         number(watch.overflows));
  single(families,
         {"nginx_mtls_exporter_watch_missed_total", "Changes that only a rescan found.",
          MetricType::Counter},
         number(watch.missed));
  single(
      families,
      {"nginx_mtls_exporter_watch_fallback", "1: the kernel refuses inotify, so files are polled."},
      watch.fallback ? 1 : 0);
  Family unreliable(FamilySpec{"nginx_mtls_exporter_watch_unreliable",
                               "1: changes of this file may go unreported, so it is polled."});
  for (const std::string& path : watch.unreliable) unreliable.add({{"path", path}}, 1);
  families.push_back(unreliable.take());
}

void exporter_families(const web::RequestCounts& requests, Families& families) {
  single(families,
         {"nginx_mtls_exporter_log_messages_dropped_total",
          "Log messages dropped because stderr did not take them.", MetricType::Counter},
         number(system::log::log_messages_dropped()));
  Family build(FamilySpec{"nginx_mtls_exporter_build_info", "Build of this exporter; always 1."});
  build.add({{"version", std::string(settings::exporter_version())},
             {"revision", std::string(settings::exporter_revision())}},
            1);
  families.push_back(build.take());
  Family answers(FamilySpec{"nginx_mtls_exporter_http_requests_total",
                            "HTTP answers by status code.", MetricType::Counter});
  for (const auto& [code, n] : requests.snapshot())
    answers.add({{"code", std::to_string(code)}}, number(n));
  families.push_back(answers.take());
}

void process_families(Families& families) {
  const auto process = system::read_process_metrics();
  if (!process) return;
  single(
      families,
      {"process_cpu_seconds_total", "Total user and system CPU time spent.", MetricType::Counter},
      process->cpu_seconds);
  single(families, {"process_open_fds", "Number of open file descriptors."}, process->open_fds);
  single(families, {"process_max_fds", "Maximum number of open file descriptors."},
         process->max_fds);
  single(families, {"process_virtual_memory_bytes", "Virtual memory size."},
         process->virtual_memory_bytes);
  single(families,
         {"process_virtual_memory_max_bytes", "Maximum amount of virtual memory available."},
         process->virtual_memory_max_bytes);
  single(families, {"process_resident_memory_bytes", "Resident memory size."},
         process->resident_memory_bytes);
  single(families, {"process_start_time_seconds", "Start time of the process since unix epoch."},
         process->start_time_seconds);
  single(families, {"process_threads", "Number of threads."}, process->threads);
}

// These had no `exporter_` in their names. For one release both are there.
constexpr std::array<std::string_view, 13> kRenamed{"evaluations_total",
                                                    "evaluations_refused_total",
                                                    "settings_last_reload_successful",
                                                    "last_evaluation_timestamp_seconds",
                                                    "last_evaluation_duration_seconds",
                                                    "generation",
                                                    "watches",
                                                    "watch_events_total",
                                                    "watch_overflows_total",
                                                    "watch_missed_total",
                                                    "watch_fallback",
                                                    "watch_unreliable",
                                                    "log_messages_dropped_total"};
constexpr std::string_view kPrefix = "nginx_mtls_";
constexpr std::string_view kOwnPrefix = "nginx_mtls_exporter_";

void add_old_names(Families& families) {
  Families old;
  for (const prometheus::MetricFamily& family : families) {
    if (!family.name.starts_with(kOwnPrefix)) continue;
    const std::string name = family.name.substr(kOwnPrefix.size());
    if (std::ranges::find(kRenamed, name) == kRenamed.end()) continue;
    old.push_back(family);
    old.back().name = std::string(kPrefix) + name;
    old.back().help = "Old name of " + family.name + ", gone in the next release.";
  }
  families.insert(families.end(), old.begin(), old.end());
}

}  // namespace

Families self_families(const SelfCounts& counts, const web::RequestCounts& requests,
                       bool is_compact) {
  Families families;
  evaluation_families(counts, families);
  watch_families(counts.watch, families);
  reload_families(counts.reloads, families);
  exporter_families(requests, families);
  process_families(families);
  if (!is_compact) add_old_names(families);
  collectors::sort_by_name(families);
  return families;
}

}  // namespace mtls::daemon::app
