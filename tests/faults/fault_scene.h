// Two server blocks of the real daemon: the victim, whose files a test damages, and a bystander
// that must not notice. Checks what every row of rows.txt requires: the daemon lives, answers in
// time with well-formed text, the bystander's series stay, and in the end everything is as before.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {

struct SceneSpec {
  std::string servers = "";   // besides the bystander's; "": the victim's, which asks by victim.pem
  std::string settings = "";  // YAML
  std::map<std::string, std::string> environment = {};
  Launcher launcher = {};
};

class FaultScene {
 public:
  explicit FaultScene(const SceneSpec& spec = {}) {
    run_in(dir, "chmod 755 .");  // for launchers that give up root
    write_server_certificate(dir);
    for (const char* name : {"victim", "bystander"})
      dir.write(name + std::string(".pem"), authority(name).certificate_pem);
    conf =
        nginx_conf(asking_server("bystander", "bystander.pem") +
                   (spec.servers.empty() ? asking_server("victim", "victim.pem") : spec.servers));
    dir.write("nginx.conf", conf);
    dir.write("settings.yml", spec.settings);
    dir.write("error.log", "");  // nginx -t makes it, which would change what can be observed
    exporter_.emplace(dir, std::vector<std::string>{"--config.file", dir.path("settings.yml")},
                      spec.environment, spec.launcher);
    // The logs are looked at after the first evaluation.
    eventually(5s, [&] { return exporter_->value("nginx_mtls_verify_failures_observable") == 1; });
    at_start_ = verdicts(scrape());
  }

  Exporter& exporter() { return *exporter_; }
  std::string victim() const { return dir.path("victim.pem"); }

  Exporter::Expected problem(const std::string& word, double count = 1) const {
    return problem_of(victim(), word, count);
  }
  static Exporter::Expected problem_of(const std::string& path, const std::string& word,
                                       double count = 1) {
    return {.name = "nginx_mtls_bundle_problems",
            .labels = {{"path", path}, {"problem", word}},
            .value = count};
  }

  /// Longer than a scrape takes where tests share two cores.
  static constexpr milliseconds kHeldUp = 5s;

  /// Within the time that a change may take on a busy machine; the watcher's tests check how soon
  /// it comes.
  bool comes(const Exporter::Expected& expected, milliseconds limit = 10s) const {
    return exporter_->time_until(expected, limit) <= limit;
  }

  /// The text of a scrape; checks that it came whole and that nothing held it up. How soon a scrape
  /// is answered on a machine with nothing else to do is for ./dev bench to say.
  std::string scrape() const {
    const auto begin = std::chrono::steady_clock::now();
    const mtls::testing::HttpAnswer answer = exporter_->get("/metrics");
    CHECK(answer.status == 200);
    CHECK(std::chrono::steady_clock::now() - begin < kHeldUp);
    return answer.body;
  }

  /// To be called during the fault.
  void check_unharmed() {
    CHECK(exporter_->process().wait(0ms) == std::nullopt);
    const std::vector<Sample> samples = mtls::testing::parse_metrics(scrape());
    CHECK(mtls::testing::duplicates(samples).empty());
    CHECK(differences(bystanders(mtls::testing::parse_metrics(at_start_text_)),
                      bystanders(samples)) == "");
  }

  /// To be called after the fault, with the files as they were before.
  void check_recovered() {
    const bool recovered = eventually(10s, [this] { return verdicts(scrape()) == at_start_; });
    CHECK(recovered);
    if (!recovered) CHECK(differences(at_start_, verdicts(scrape())) == "");
    check_unharmed();
  }

  /// Puts the victim's first bundle back, whatever is in its place now.
  void restore_victim() const {
    run_in(dir, "rm -rf victim.pem");
    dir.write("victim.pem", victim_pem_);
  }

  using Series = std::map<std::string, double>;
  /// A line for each series that only one of them has, or whose value is another one.
  static std::string differences(const Series& before, const Series& now) {
    std::string text;
    const auto add = [&](const char* sign, const Series& of, const Series& other) {
      for (const auto& [name, value] : of) {
        const auto found = other.find(name);
        if (found == other.end() || found->second != value)
          text += sign + name + " " + std::to_string(value) + "\n";
      }
    };
    add("- ", before, now);
    add("+ ", now, before);
    return text;
  }

  /// nullopt: no complete answer came.
  std::optional<Series> verdicts_now() {
    const mtls::testing::HttpAnswer answer = exporter_->get("/metrics");
    if (answer.status != 200) return std::nullopt;
    return verdicts(answer.body);
  }

  TempDir dir;
  std::string conf;

 private:
  static std::string text_of(const Sample& sample) {
    std::string text = sample.name + "{";
    for (const auto& [name, value] : sample.labels) text.append(name).append("=" + value + ",");
    return text + "}";
  }

  /// What an evaluation says about the host, without the times at which something was done.
  Series verdicts(const std::string& text) {
    if (at_start_text_.empty()) {
      at_start_text_ = text;
      victim_pem_ = dir.read("victim.pem");
    }
    Series series;
    for (const Sample& sample : mtls::testing::parse_metrics(text)) {
      if (!sample.labels.contains("server") && !sample.labels.contains("path")) continue;
      if (sample.name == "nginx_mtls_file_modified_timestamp_seconds") continue;
      if (sample.name.ends_with("_watch_unreliable")) continue;  // true of us, not of the host
      series.emplace(text_of(sample), sample.value);
    }
    return series;
  }

  Series bystanders(const std::vector<Sample>& samples) const {
    Series series;
    for (const Sample& sample : samples) {
      const auto has = [&](const char* label, const std::string& value) {
        const auto found = sample.labels.find(label);
        return found != sample.labels.end() && found->second == value;
      };
      if (has("server", "bystander") || has("path", dir.path("bystander.pem")))
        series.emplace(text_of(sample), sample.value);
    }
    return series;
  }

  std::optional<Exporter> exporter_;
  std::string at_start_text_;
  std::string victim_pem_;
  Series at_start_;
};

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace mtls::daemon::testing
