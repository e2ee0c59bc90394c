#include "tests/integration/random/random_search.h"
#include "tests/integration/number_from.h"

#include <catch2/catch.hpp>

#include <set>

#include "tests/integration/random/random_damage.h"
#include "tests/integration/random/random_generator.h"

namespace mtls::testing {
namespace {

constexpr std::size_t kMostReports = 8;

std::string text_of(const Files& files) {
  std::string text;
  for (const auto& [name, content] : files) {
    text += "--- " + name + "\n" + content;
    if (!content.ends_with('\n')) text += "\n";
  }
  return text;
}

Nodes configuration(std::uint64_t seed, std::size_t damaged_percent, const RandomPorts& ports) {
  Dice dice(seed);
  Nodes main = random_configuration(dice, ports);
  if (dice.percent(damaged_percent)) damage(main, dice);
  return main;
}

/// The smallest text found; in plain spelling when the failure survives that.
std::string smallest(const Question& question, const Nodes& main, const SpellingSettings& written,
                     std::size_t budget) {
  const std::string kind = question(main, written).kind;
  SpellingSettings settings = written;
  const auto fails = [&](const Nodes& candidate) {
    return question(candidate, settings).kind == kind;
  };
  settings.spelling = Spelling::kPlain;
  if (!fails(main)) settings.spelling = written.spelling;
  const Nodes small = shrink(main, fails, budget);
  return text_of(spell(small, settings)) + question(small, settings).report;
}

}  // namespace

std::size_t search(RandomBench& bench, const Search& search, const Question& question) {
  const std::uint64_t first = number_from("MTLS_RANDOM_SEED", 1);
  const std::uint64_t count = number_from("MTLS_RANDOM_COUNT", 200);
  std::set<std::string> kinds;
  std::size_t asked = 0;
  for (std::uint64_t seed = first; seed < first + count; seed += search.share) {
    ++asked;
    const Nodes main = configuration(seed, search.damage, bench.ports());
    const SpellingSettings written{
        .spelling = Spelling::kSplit, .seed = seed, .directory = bench.directory().path()};
    const Outcome outcome = question(main, written);
    if (outcome.kind.empty() || !kinds.insert(outcome.kind).second) continue;
    const std::string shown = kinds.size() > kMostReports
                                  ? outcome.report
                                  : smallest(question, main, written, search.budget);
    FAIL_CHECK(search.title << ", seed " << seed << ": " << outcome.kind << "\n" << shown);
  }
  return asked;
}

}  // namespace mtls::testing
