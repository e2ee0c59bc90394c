// Random configurations, real nginx and ours: who refuses what, who lets whom in, and that the
// spelling of a configuration changes neither. docs/differential.md says what is compared.
#include <catch2/catch.hpp>

#include <map>
#include <string>

#include "config/include.h"
#include "config/resolve.h"
#include "tests/integration/random/random_probe.h"
#include "tests/integration/random/random_search.h"
#include "tests/integration/random/random_summary.h"
#include "tests/support/memory_filesystem.h"
#include "tests/support/nginx_runner.h"

namespace mtls::testing {
namespace {

bool nginx_is_absent() {
  if (NginxRunner::available()) return false;
  WARN("skipped: there is no " << nginx_under_test());
  return true;
}

/// What `files` in a directory of this name amount to.
std::string summary_of(const Files& files, const RandomBench& bench) {
  MemoryFileSystem disk;
  for (const auto& [name, text] : files) disk.put(bench.directory().path(name), text);
  const std::string main_path = bench.directory().path("nginx.conf");
  const config::syntax::Document document = config::load_document(disk, main_path);
  std::string text;
  for (const auto& diagnostic : document.diagnostics) text += "says " + diagnostic.message + "\n";
  return text + summary(config::resolve(document, main_path, bench.build()));
}

/// The first line that differs between two texts.
std::string first_difference(const std::string& left, const std::string& right) {
  if (left == right) return "";
  const auto lines = [](const std::string& text, std::size_t from) {
    return text.substr(from, text.find('\n', from) - from);
  };
  std::size_t begin = 0;
  for (std::size_t i = 0; i < left.size() && i < right.size() && left[i] == right[i]; ++i) {
    if (left[i] == '\n') begin = i + 1;
  }
  return lines(left, begin) + "\n" + lines(right, begin);
}

}  // namespace

TEST_CASE("random: nginx and we refuse the same configurations with the same words") {
  if (nginx_is_absent()) return;
  RandomBench bench;
  std::size_t accepted = 0;
  std::size_t out_of_remit = 0;
  const auto asked =
      search(bench, {.title = "refusals", .damage = 75, .budget = 400},
             [&](const Nodes& main, const SpellingSettings& written) -> Outcome {
               bench.write(spell(main, written));
               const Complaints said = bench.complaints();
               if (said.nginx.empty()) ++accepted;
               if (is_out_of_remit(said.nginx)) ++out_of_remit;
               if (agree(said) || is_out_of_remit(said.nginx)) return {};
               return {.kind = kind_of(said),
                       .report = "nginx: " + said.nginx + "\nours:  " + said.ours + "\n"};
             });
  WARN(asked << " configurations: accepted " << accepted << ", out of remit " << out_of_remit);
  if (asked < 50) return;       // too few seeds to judge
  CHECK(accepted > asked / 5);  // 1.30.6 refuses more of them than 1.22.1
  CHECK(accepted < asked - asked / 4);
  CHECK(out_of_remit < asked / 5);
}

TEST_CASE("random: who comes in, by which server block and with which verdict, is predicted") {
  if (nginx_is_absent()) return;
  RandomBench bench;
  std::map<int, std::size_t> answers;
  const auto asked = search(bench, {.title = "handshakes", .share = 3, .damage = 25, .budget = 60},
                            [&](const Nodes& main, const SpellingSettings& written) -> Outcome {
                              bench.write(spell(marked(main, bench.ports()), written));
                              if (!bench.complaints().nginx.empty()) return {};
                              Dice dice(written.seed);
                              const ProbeReport report = probe(bench, dice);
                              for (const auto& [status, count] : report.answers)
                                answers[status] += count;
                              if (report.disagreements.empty()) return {};
                              std::string all;
                              for (const std::string& one : report.disagreements) all += one + "\n";
                              return {.kind = "other than foreseen", .report = all};
                            });
  WARN(asked << " configurations, answers 200: " << answers[200] << ", 400: " << answers[400]
             << ", 421: " << answers[421] << ", none: " << answers[0]);
  if (asked < 50) return;  // too few seeds to judge
  for (const int status : {200, 400, 421}) CHECK(answers[status] > asked / 10);
}

TEST_CASE("random: spelling, includes and a detour through nginx -T change nothing") {
  if (nginx_is_absent()) return;
  RandomBench bench;
  std::size_t dumped = 0;
  search(
      bench, {.title = "spellings", .share = 2, .damage = 25, .budget = 200},
      [&](const Nodes& main, const SpellingSettings& written) -> Outcome {
        const auto spelled = [&](Spelling how) {
          SpellingSettings settings = written;
          settings.spelling = how;
          return spell(main, settings);
        };
        bench.write(spelled(written.spelling));
        const Files by_nginx = bench.dumped_by_nginx();
        if (by_nginx.empty()) return {};
        ++dumped;
        const std::string plain = summary_of(spelled(Spelling::kPlain), bench);
        for (const Files& other : {spelled(Spelling::kWild), spelled(written.spelling), by_nginx}) {
          const std::string difference = first_difference(plain, summary_of(other, bench));
          if (!difference.empty()) return {.kind = "another meaning", .report = difference};
        }
        return {};
      });
  WARN(dumped << " configurations read back from nginx -T");
  CHECK(dumped > 0);
}

}  // namespace mtls::testing
