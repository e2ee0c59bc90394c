// The completions that bash offers, and what shells and troff say of the generated texts.
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "tests/daemon/exporter_fixture.h"

namespace mtls::daemon::testing {
namespace {

Outcome run(const std::vector<std::string>& argv) {
  ChildProcess process({.argv = argv});
  return outcome_of(process);
}

/// What bash offers after these words; the last one is being typed.
std::string offered(const std::string& words) {
  const Outcome outcome = run(
      {"/bin/bash", "-c",
       std::string("source <('") + EXPORTER_BINARY + "' completion bash); COMP_WORDS=(" + words +
           "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _nginx_mtls_exporter; "
           "echo \"${COMPREPLY[*]}\""});
  CHECK(outcome.error.empty());
  return outcome.output;
}

/// The first words of what fish offers after this line.
std::vector<std::string> offered_by_fish(const std::string& line) {
  const Outcome outcome = run({"/usr/bin/fish", "--no-config", "-c",
                               std::string("'") + EXPORTER_BINARY +
                                   "' completion fish | source; complete -C '" + line + "'"});
  CHECK(outcome.error.empty());
  std::vector<std::string> words;
  std::istringstream lines(outcome.output);
  for (std::string offer; std::getline(lines, offer);)
    words.push_back(offer.substr(0, offer.find('\t')));
  return words;
}

}  // namespace

TEST_CASE("completion: bash offers commands, the flags of a command, and the values of a flag") {
  CHECK(offered("nginx-mtls-exporter che") == "check\n");
  CHECK(offered("nginx-mtls-exporter check --aga") == "--against\n");
  CHECK(offered("nginx-mtls-exporter dump --aga") == "\n");
  CHECK(offered("nginx-mtls-exporter check --web") == "\n");
  CHECK(offered("nginx-mtls-exporter --web.l") == "--web.listen-address\n");
  CHECK(offered("nginx-mtls-exporter check --nginx.o") == "--nginx.openssl\n");
  CHECK(offered("nginx-mtls-exporter check --format s") == "sarif\n");
  CHECK(offered("nginx-mtls-exporter check --format = ju") == "junit\n");
  CHECK(offered("nginx-mtls-exporter dump --format ''") == "json crossplane opa conf\n");
  CHECK(offered("nginx-mtls-exporter check --root /us") == "/usr\n");
}

TEST_CASE("completion: fish offers the same") {
  if (!std::filesystem::exists("/usr/bin/fish")) {
    WARN("skipped: no fish");
    return;
  }
  using Words = std::vector<std::string>;
  CHECK(offered_by_fish("nginx-mtls-exporter che") == Words{"check"});
  CHECK(offered_by_fish("nginx-mtls-exporter check --aga") == Words{"--against"});
  CHECK(offered_by_fish("nginx-mtls-exporter dump --aga").empty());
  CHECK(offered_by_fish("nginx-mtls-exporter check --web").empty());
  CHECK(offered_by_fish("nginx-mtls-exporter check --format s") == Words{"sarif"});
  CHECK(offered_by_fish("nginx-mtls-exporter dump --format ") ==
        Words{"conf", "crossplane", "json", "opa"});
}

TEST_CASE("completion: the scripts parse, and the man page has no mistakes") {
  const TempDir dir;
  const std::string script = dir.path("script");
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const std::string path = "/usr/bin/" + shell;
    if (!std::filesystem::exists(path)) continue;
    const Outcome outcome = run({"/bin/sh", "-c",
                                 std::string("'") + EXPORTER_BINARY + "' completion " + shell +
                                     " > '" + script + "' && " + path + " -n '" + script + "'"});
    CAPTURE(shell, outcome.error);
    CHECK(outcome.code == 0);
    CHECK(outcome.error.empty());
  }
  if (!std::filesystem::exists("/usr/bin/groff")) return;
  const Outcome page = run(
      {"/bin/sh", "-c", std::string("'") + EXPORTER_BINARY + "' man | groff -ww -man -Tascii -z"});
  CHECK(page.error.empty());
}

}  // namespace mtls::daemon::testing
