// What the program says about its flags: help, suggestions, completions, the man page.
#include <catch2/catch.hpp>

#include <map>

#include "audit/policy.h"
#include "daemon/settings/observer_settings.h"
#include "daemon/settings/options.h"
#include "daemon/settings/settings_keys.h"

namespace mtls::daemon {
namespace {

settings::Leave leave(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "nginx-mtls-exporter");
  const auto parsed = settings::parse_options(static_cast<int>(arguments.size()), arguments.data());
  REQUIRE(std::holds_alternative<settings::Leave>(parsed));
  return std::get<settings::Leave>(parsed);
}

}  // namespace

TEST_CASE("help: a typo is told with the flag or command that was probably meant") {
  struct Row {
    std::vector<const char*> arguments;
    const char* said;  // "": nothing is suggested
  };
  for (const Row& row : std::vector<Row>{
           {{"check", "--fromat=json"}, "Did you mean --format?"},
           {{"check", "--agianst", "x"}, "Did you mean --against?"},
           {{"check", "--nginx.config=x"}, "Did you mean --nginx.conf?"},
           {{"--web.listen-adress=:1"}, "Did you mean --web.listen-address?"},
           {{"serve", "--fail-on=never"}, "--fail-on is a flag of check"},
           {{"dump", "--at=+1d"}, "--at is a flag of check"},
           {{"chekc"}, "Did you mean check?"},
           {{"check", "--nonsense"}, ""},
           {{"--log.level=loud"}, ""},
       }) {
    CAPTURE(row.arguments.front(), row.said);
    const settings::Leave said = leave(row.arguments);
    CHECK(said.code == 2);
    CHECK_THAT(said.text, Catch::Contains(row.said));
    if (*row.said == '\0') {
      CHECK_THAT(said.text, !Catch::Contains("Did you mean") && !Catch::Contains("is a flag of"));
    }
  }
}

TEST_CASE("help: `help COMMAND` is its --help, with groups and three examples") {
  for (const char* command : {"check", "dump", "explain"}) {
    CAPTURE(command);
    const settings::Leave help = leave({"help", command});
    CHECK(help.code == 0);
    CHECK(help.text == leave({command, "--help"}).text);
    std::size_t examples = 0;
    for (std::size_t at = help.text.find("Examples:"); at != std::string::npos;
         at = help.text.find("nginx-mtls-exporter " + std::string(command), at + 1))
      ++examples;
    CHECK(examples == 4);  // the heading, and three
  }
  const std::string check = leave({"help", "check"}).text;
  for (const char* group : {"What is read", "Who is judged", "What is asked", "What is printed"})
    CHECK_THAT(check, Catch::Contains(group));
  CHECK(leave({"help"}).text == leave({"--help"}).text);
  CHECK(leave({"help", "serve"}).text == leave({"--help"}).text);
  CHECK(leave({"serve", "--help"}).text == leave({"--help"}).text);
  CHECK(leave({"-v"}).text == leave({"--version"}).text);
  CHECK(leave({"help", "chekc"}).code == 2);
  CHECK_THAT(leave({"help", "chekc"}).text, Catch::Contains("Did you mean check?"));
}

TEST_CASE("help: --version prints what other exporters print, line by line") {
  const std::string version = leave({"--version"}).text;
  CHECK_THAT(version, Catch::Matches("nginx-mtls-exporter, version [0-9]+\\.[0-9]+\\.[0-9]+ "
                                     "\\(branch: \\S+, revision: \\S+\\)\n"
                                     "  build date:       (unknown|[0-9]{8}-[0-9:]{8})\n"
                                     "  compiler:         (GNU|Clang) [0-9.]+\n"
                                     "  platform:         linux/[a-z0-9_]+\n"));
}

TEST_CASE("help: completions and the man page have every flag of every command") {
  struct Row {
    const char* command;
    std::vector<const char*> flags;
  };
  const std::vector<Row> rows{
      {"serve", {"--web.listen-address", "--rescan.interval", "--config.file"}},
      {"check", {"--format", "--against", "--nginx.dump", "--root", "--clients", "--log.level"}},
      {"dump", {"--format", "--nginx.dump", "--nginx.version"}}};
  for (const char* shell : {"bash", "zsh", "fish"}) {
    CAPTURE(shell);
    const settings::Leave script = leave({"completion", shell});
    CHECK(script.code == 0);
    for (const Row& row : rows) {
      for (const char* flag : row.flags) {
        CAPTURE(row.command, flag);
        const bool is_fish = std::string_view(shell) == "fish";
        CHECK_THAT(script.text,
                   Catch::Contains(is_fish ? std::string(" -l ") + (flag + 2) : std::string(flag)));
      }
    }
    CHECK_THAT(script.text, Catch::Contains("text brief json junit sarif github nagios prom"));
  }
  CHECK(leave({"completion", "ksh"}).code == 2);
  const std::string page = leave({"man"}).text;
  CHECK_THAT(page, Catch::StartsWith(".TH "));
  for (const Row& row : rows) {
    for (const std::string flag : row.flags) {
      std::string troff;
      for (const char c : flag) troff += c == '-' ? "\\-" : std::string(1, c);
      CAPTURE(flag);
      CHECK_THAT(page, Catch::Contains(".B " + troff));
    }
  }
}

TEST_CASE("help: the manual page of the settings has every key that the reader takes") {
  const std::string page = leave({"man", "5"}).text;
  CHECK_THAT(page, Catch::StartsWith(".TH ") && Catch::Contains(" 5 "));
  CHECK_THAT(page, Catch::Contains(".B policy.accept[].until: \\fIDATE\\fR\n"));
  CHECK(leave({"man", "7"}).code == 2);
  const audit::Limits limits;
  const std::map<std::string_view, std::size_t> usual{
      {"limits.max_file_bytes", limits.max_file_bytes},
      {"limits.max_crl_bytes", limits.max_crl_bytes},
      {"limits.max_series", limits.max_series},
      {"limits.max_series_per_file", limits.max_series_per_file},
      {"limits.max_certificates_per_file", limits.max_certificates_per_file}};
  const settings::ObserverSettings observer;
  const std::map<std::string_view, std::string> usual_observer{
      {"observer.socket", observer.socket},
      {"observer.state", observer.state},
      {"observer.max_clients", std::to_string(observer.max_clients)}};
  for (const settings::SettingsKey& key : settings::settings_keys()) {
    CAPTURE(key.path);
    const auto observed = usual_observer.find(key.path);
    if (observed != usual_observer.end()) CHECK(key.usual == observed->second);
    CHECK_THAT(page, Catch::Contains(".B " + std::string(key.path)));
    const auto limit = usual.find(key.path);
    if (limit != usual.end()) CHECK(key.usual == std::to_string(limit->second));
  }
}

}  // namespace mtls::daemon
