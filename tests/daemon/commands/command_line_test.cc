// How the real program leaves after its command line: exit code and streams.
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {
namespace {

struct Run {
  std::vector<std::string> flags;
  int code;
  const char* output;  // parts of it, "" = nothing at all
  const char* error;
};

TEST_CASE("options: the program exits with 0, 2 or 3, and says why on the right stream") {
  const TempDir dir;
  const std::string good = dir.write("good.yml", "limits: {max_series: 5}\n");
  const std::string unknown = dir.write("unknown.yml", "limits:\n  max_serie: 5\n");
  const std::string broken = dir.write("broken.yml", "canaries: [\n");
  const std::string absent = dir.path("absent.yml");
  const std::vector<Run> runs = {
      {{"--version"}, 0, "nginx-mtls-exporter, version 0.", ""},
      {{"--help"}, 0, "--web.listen-address", ""},
      {{"--nosuch"}, 2, "", "--nosuch"},
      {{"--config.check"}, 0, "", "the settings are valid"},
      {{"--config.check", "--config.file", good}, 0, "", "the settings are valid"},
      {{"--config.check", "--config.file", unknown}, 2, "", "unknown.yml:2:3: unknown key"},
      {{"--config.file", unknown}, 2, "", "unknown.yml:2:3: unknown key"},
      {{"--config.check", "--config.file", broken}, 2, "", "broken.yml:"},
      {{"--config.check", "--config.file", absent}, 2, "", "absent.yml"},
      {{"--config.check", "--config.file", dir.path()}, 2, "", "invalid settings"},
      {{"--web.listen-address", "nowhere"}, 2, "", "nowhere"},
      {{"--web.listen-address", "127.0.0.1:99999"}, 2, "", "99999"},
      {{"--web.listen-address", "192.0.2.1:10059"}, 3, "", "192.0.2.1:10059"},
  };
  for (const Run& row : runs) {
    CAPTURE(row.flags);
    auto program = exporter(row.flags);
    CHECK(program.wait(5s) == row.code);
    for (const auto& [expected, said] : {std::pair{row.output, program.standard_output()},
                                         {row.error, program.standard_error()}}) {
      CAPTURE(said);
      CHECK(said.find(expected) != std::string::npos);
      CHECK(said.empty() == std::string(expected).empty());
    }
  }
}

}  // namespace
}  // namespace mtls::daemon::testing
