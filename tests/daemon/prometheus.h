// Real readers of /metrics: promtool's lint and a Prometheus.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {

inline constexpr const char* kPromtool = "/usr/bin/promtool";
inline constexpr const char* kPrometheus = "/usr/bin/prometheus";

/// promtool's complaints about a scrape; "" if there are none.
inline std::string promtool_says(const std::string& scrape) {
  const TempDir dir;
  dir.write("scrape", scrape);
  ChildProcess promtool({.argv = {"/bin/sh", "-c",
                                  std::string("exec ") + kPromtool + " check metrics < '" +
                                      dir.path("scrape") + "'"}});
  const auto code = promtool.wait(10s);
  const std::string said = promtool.standard_output() + promtool.standard_error();
  return code == 0 && said.empty() ? "" : "promtool: " + said;
}

/// A real Prometheus that scrapes one port every second.
class Prometheus {
 public:
  Prometheus(const TempDir& dir, std::uint16_t target)
      : port_(mtls::testing::free_port()), process_(started(dir, port_, target)) {}

  nlohmann::json ask(const std::string& api) const {
    return nlohmann::json::parse(mtls::testing::get(port_, api).body, nullptr, false);
  }

  /// The value of the one series that `query` finds; nullopt: none yet, or several.
  std::optional<std::string> value(const std::string& query) const {
    const nlohmann::json answer = ask("/api/v1/query?query=" + query);
    if (!answer.is_object() || answer.value("status", "") != "success") return std::nullopt;
    const nlohmann::json& series = answer["data"]["result"];
    if (series.size() != 1) return std::nullopt;
    return series[0]["value"][1].get<std::string>();
  }

 private:
  static ChildProcess started(const TempDir& dir, std::uint16_t port, std::uint16_t target) {
    dir.write("prometheus.yml",
              "global: {scrape_interval: 1s}\nscrape_configs:\n  - job_name: it\n"
              "    static_configs: [{targets: ['127.0.0.1:" +
                  std::to_string(target) + "']}]\n");
    return ChildProcess(
        {.argv = {kPrometheus, "--config.file", dir.path("prometheus.yml"), "--storage.tsdb.path",
                  dir.path("tsdb"), "--web.listen-address", "127.0.0.1:" + std::to_string(port)},
         .environment = {}});
  }

  std::uint16_t port_;
  ChildProcess process_;
};

}  // namespace mtls::daemon::testing
